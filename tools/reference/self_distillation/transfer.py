"""python tools/reference/self_distillation/transfer.py -> packages/self-distillation/src/__fixtures__/{classes,scores}.json"""

import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record

BATCH, CLASSES, DIM, TEMPERATURE = 5, 3, 4, 3.0
SAMPLES = torch.tensor([1.0, 1, 0, 1, 1])  # the third is padding


def counts(losses: list[Tensor], observed: list[Tensor], kept: Tensor) -> list[Tensor]:
    """What each direction counts for the samples that are kept."""
    a, b = (x.detach() for x in losses)
    scale = torch.cat([a[kept], b[kept]]).mean()
    logits = torch.stack([-a / scale + observed[0].detach(), -b / scale + observed[1].detach()])
    return [2 * share for share in logits.softmax(0)]


def both_ways(a: Tensor, b: Tensor, weights: list[Tensor], kept: Tensor, distance) -> dict[str, Tensor]:
    """`distance(source, target)` gives a value a sample."""
    a_to_b = (weights[0] * distance(a.detach(), b))[kept].mean()
    b_to_a = (weights[1] * distance(b.detach(), a))[kept].mean()
    return {"loss": a_to_b + b_to_a, "aToB": a_to_b, "bToA": b_to_a}


def divergence(source: Tensor, target: Tensor) -> Tensor:
    p, q = (source / TEMPERATURE).softmax(-1), (target / TEMPERATURE).log_softmax(-1)
    return F.kl_div(q, p, reduction="none").sum(-1) * TEMPERATURE**2


def histogram(score: Tensor) -> Tensor:
    """Log-densities of a normal around the score at five centres from -1 to 1, half apart."""
    centres = torch.tensor([-1.0, -0.5, 0, 0.5, 1]).double()
    return torch.distributions.Normal(centres, 0.5).log_prob(score)


DISTANCES = {
    "classes": {"prediction": divergence},
    "scores": {
        "prediction": lambda source, target: (source - target).abs()[:, 0],
        "histogram": lambda source, target: divergence(histogram(source), histogram(target)),
    },
}
REPRESENTATIONS = {
    "cosine": lambda source, target: 1 - F.cosine_similarity(source, target),
    "l2": lambda source, target: (source - target).square().mean(-1),
}


for seed, (kind, distances) in enumerate(DISTANCES.items()):
    torch.manual_seed(seed)
    width = CLASSES if kind == "classes" else 1

    def run(x: dict[str, Tensor]) -> dict[str, Tensor]:
        kept = SAMPLES.bool()
        target = x["mask.labels"]
        error = lambda y: F.cross_entropy(y, target.long(), reduction="none") if kind == "classes" else (y[:, 0] - target).abs()
        errors = [error(x[f"{view}.prediction"]) for view in "ab"]
        quality = counts(errors, [x["mask.a.observed"], x["mask.b.observed"]], kept)
        equal = [torch.ones(BATCH).double()] * 2
        outputs = {"weight.aToB": quality[0] * 1.0, "weight.bToA": quality[1] * 1.0, "errors.a": errors[0].detach()}
        for name, distance in distances.items():
            for weighting, w in (("quality", quality), ("equal", equal)):
                found = both_ways(x["a.prediction"], x["b.prediction"], w, kept, distance)
                outputs |= {f"{name}.{weighting}.{key}": value for key, value in found.items()}
        for name, distance in REPRESENTATIONS.items():
            found = both_ways(x["a.representation"], x["b.representation"], quality, kept, distance)
            outputs |= {f"{name}.{key}": value for key, value in found.items()}
        return outputs

    inputs = {
        "a.prediction": torch.randn(BATCH, width),
        "b.prediction": torch.randn(BATCH, width),
        "a.representation": torch.randn(BATCH, DIM),
        "b.representation": torch.randn(BATCH, DIM),
        "mask.labels": torch.tensor([0.0, 2, 1, 1, 2]) if kind == "classes" else torch.randn(BATCH),
        "mask.a.observed": torch.rand(BATCH),
        "mask.b.observed": torch.rand(BATCH),
        "mask.samples": SAMPLES,
    }
    record("self-distillation", kind, nn.Module(), inputs, run)
