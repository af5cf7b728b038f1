"""python tools/reference/reconstruction/levels.py -> packages/reconstruction/src/__fixtures__/levels-{pooled,aligned}.json"""

import itertools
import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, MODALITIES, cosine, masked_mean

BATCH, HIDDEN = 3, 6
STEPS = {"text": 4, "audio": 6, "vision": 3}
IN_DIMS = {"text": 5, "audio": 2, "vision": 3}
TOKENS = {"pooled": {"text": 3, "audio": 5, "vision": 2}, "aligned": dict.fromkeys(MODALITIES, 2)}


class Mlp(nn.Module):
    def __init__(self, in_dim: int, hidden: int, activation: type[nn.Module]) -> None:
        super().__init__()
        self.in_proj = nn.Linear(in_dim, hidden)
        self.out_proj = nn.Linear(hidden, DIM)
        self.activation = activation()

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(self.activation(self.in_proj(x)))


class PartDecoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mlp = Mlp(2 * DIM, HIDDEN, nn.GELU)

    def forward(self, private: Tensor, shared: Tensor) -> Tensor:
        return self.mlp(torch.cat([private, shared], -1))


class InputDecoder(nn.Module):
    def __init__(self, steps: int, in_dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(DIM)
        self.queries = nn.Parameter(torch.randn(steps, DIM))
        self.out_proj = nn.Linear(DIM, in_dim)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Attention first, the projection of each step after it; a sample without any token isn't asked for."""
        normed = self.norm(x)
        queries = self.queries.expand(len(x), -1, -1)
        there = mask.bool() | (mask.sum(1, keepdim=True) == 0)
        read = nn.functional.scaled_dot_product_attention(queries, normed, normed, attn_mask=there[:, None])
        return self.out_proj(queries + read)


class Representation(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        predictor = lambda: Mlp(DIM, DIM // 2, nn.ReLU)
        self.shared = predictor()
        self.private = nn.ModuleDict({m: predictor() for m in MODALITIES})


def mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1e-8)


class MultiLevelReconstruction(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.decoders = nn.ModuleDict({m: PartDecoder() for m in MODALITIES})
        self.input_decoders = nn.ModuleDict({m: InputDecoder(STEPS[m], IN_DIMS[m]) for m in MODALITIES})
        self.representation = Representation()

    def forward(self, given: dict[str, Tensor]) -> dict[str, Tensor]:
        take = lambda kind: {m: given[f"{kind}.{m}"] for m in MODALITIES}
        private, shared, mask = take("seen.private"), take("seen.shared"), take("seen.mask")
        clean_mask, target = take("clean.mask"), {m: x.detach() for m, x in take("clean.tokens").items()}
        any_of = lambda x: (x.sum(1) > 0).double()
        average = lambda terms: torch.stack(list(terms)).mean()
        squared = lambda a, b: (a - b).square().mean(-1)
        decoded = {m: self.decoders[m](private[m], shared[m]) for m in MODALITIES}
        feature = average(mean(squared(decoded[m], target[m]), mask[m] * clean_mask[m]) for m in MODALITIES)

        def input_term(m: str) -> Tensor:
            features, clean_steps, seen_steps = given[f"features.{m}"], given[f"clean.steps.mask.{m}"], given[f"seen.steps.mask.{m}"]
            error = nn.functional.smooth_l1_loss(self.input_decoders[m](decoded[m], mask[m]), features, reduction="none").mean(-1)
            return mean(error, clean_steps * (1 - seen_steps) * any_of(mask[m])[:, None])

        def cross_term(m: str, n: str) -> Tensor:
            if private[m].shape == shared[n].shape:
                return mean(squared(self.decoders[m](private[m], shared[n]), target[m]), clean_mask[m] * mask[n])
            prediction = self.decoders[m](masked_mean(private[m], mask[m]), masked_mean(shared[n], mask[n]))
            return mean(squared(prediction, masked_mean(target[m], clean_mask[m])), any_of(clean_mask[m]) * any_of(mask[n]))

        def attraction(slot: str, m: str) -> Tensor:
            predictor = self.representation.shared if slot == "shared" else self.representation.private[m]
            z = masked_mean(given[f"seen.{slot}.{m}"], mask[m])
            y = masked_mean(given[f"clean.{slot}.{m}"], clean_mask[m])
            both = any_of(mask[m]) * any_of(clean_mask[m])
            return -(mean(cosine(predictor(z), y.detach()), both) + mean(cosine(predictor(y), z.detach()), both)) / 2

        return {
            "feature": feature,
            "input": average(input_term(m) for m in MODALITIES),
            "representation": average(attraction(slot, m) for slot in ("private", "shared") for m in MODALITIES),
            "cross": average(cross_term(m, n) for m, n in itertools.permutations(MODALITIES, 2)),
        }


def inputs(tokens: dict[str, int]) -> dict[str, Tensor]:
    """Sample 0 has no vision in the masked view, sample 1 none in the clean one either; steps and tokens are dropped here and there."""
    arrays = {}
    for m in MODALITIES:
        count, steps = tokens[m], STEPS[m]
        clean, seen = torch.ones(BATCH, count), torch.ones(BATCH, count)
        clean_steps, seen_steps = torch.ones(BATCH, steps), torch.ones(BATCH, steps)
        clean_steps[2, -1] = seen_steps[2, -1] = seen_steps[:, 0] = seen[2, 0] = 0
        if m == "vision":
            clean[1] = clean_steps[1] = 0
            seen[:2] = seen_steps[:2] = 0
        part = lambda mask: torch.randn(BATCH, count, DIM) * mask[..., None]
        arrays |= {
            f"seen.private.{m}": part(seen),
            f"seen.shared.{m}": part(seen),
            f"seen.mask.{m}": seen,
            f"clean.private.{m}": part(clean),
            f"clean.shared.{m}": part(clean),
            f"clean.tokens.{m}": part(clean),
            f"clean.mask.{m}": clean,
            f"features.{m}": 2 * torch.randn(BATCH, steps, IN_DIMS[m]) * clean_steps[..., None],
            f"clean.steps.mask.{m}": clean_steps,
            f"seen.steps.mask.{m}": seen_steps,
        }
    return arrays


for name, tokens in TOKENS.items():
    torch.manual_seed(8)
    module = MultiLevelReconstruction()
    record("reconstruction", f"levels-{name}", module, inputs(tokens), module)
