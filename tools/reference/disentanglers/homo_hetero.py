"""python tools/reference/disentanglers/homo_hetero.py -> packages/disentanglers/src/__fixtures__/homo-hetero.json"""

import itertools
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, MODALITIES, TIMES, masked_mean, unit

BATCH, HIDDEN, OUT = 5, 6, 1
PAIRS = list(itertools.combinations(MODALITIES, 2))
ABSENT = {"text": 3, "audio": 1, "vision": 0}  # a sample without the modality
SAMPLES = torch.tensor([1.0, 1, 1, 1, 0]).double()  # the last is padding, and has no modality


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        return -gradient


class Mlp(nn.Module):
    def __init__(self, out_dim: int) -> None:
        super().__init__()
        self.in_proj = nn.Linear(DIM, HIDDEN)
        self.out_proj = nn.Linear(HIDDEN, out_dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(F.gelu(self.in_proj(x)))


class TokenMlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mlp = Mlp(DIM)
        self.norm = nn.LayerNorm(DIM)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.mlp(x))


def each(build) -> nn.ModuleDict:
    return nn.ModuleDict({m: build() for m in MODALITIES})


class HomoHeteroDisentangler(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.shared_encoder = TokenMlp()
        self.private_encoders = each(TokenMlp)
        self.noise_encoders = each(lambda: Mlp(DIM))
        self.absent_tokens = nn.ParameterDict({m: nn.Parameter(torch.randn(1, DIM)) for m in MODALITIES})
        self.decoders = each(lambda: nn.Linear(3 * DIM, DIM))
        self.modality_head = nn.Linear(DIM, 3)
        self.shared_head = nn.Linear(DIM, OUT)
        self.private_heads = each(lambda: nn.Linear(DIM, OUT))
        self.noise_heads = each(lambda: Mlp(OUT))

    def forward(self, x: dict[str, Tensor], mask: dict[str, Tensor]) -> dict[str, dict]:
        there = {m: mask[m].amax(1, keepdim=True) for m in MODALITIES}
        z = {m: masked_mean(x[m], mask[m]) for m in MODALITIES}
        ho = {m: self.shared_encoder(z[m]) * there[m] for m in MODALITIES}
        he = {m: self.private_encoders[m](z[m]) * there[m] for m in MODALITIES}
        no = {m: self.noise_encoders[m](z[m].detach()) * there[m] for m in MODALITIES}
        decode = lambda m, n: self.decoders[m](torch.cat([ho[n], he[m], no[m]], 1))
        shared, private = {}, {}
        for m in MODALITIES:
            rows = []
            for i in range(BATCH):
                others = [ho[n][i] for n in MODALITIES if there[n][i] > 0]
                if there[m][i] > 0:
                    rows.append((ho[m][i], he[m][i]))
                elif others:
                    rows.append((torch.stack(others).mean(0), self.absent_tokens[m][0]))
                else:
                    rows.append((torch.zeros(DIM).double(), torch.zeros(DIM).double()))
            shared[m], private[m] = (torch.stack(column)[:, None] for column in zip(*rows))
        return {
            "shared": shared,
            "private": private,
            "pooled": z,
            "noise": no,
            "decoded": {m: decode(m, m) for m in MODALITIES},
            **{f"crossDecoded.{m}": {n: decode(m, n) for n in MODALITIES if n != m} for m in MODALITIES},
            "modalityLogits": {m: self.modality_head(he[m]) for m in MODALITIES},
            "sharedPrediction": {m: self.shared_head(ho[m]) for m in MODALITIES},
            "privatePrediction": {m: self.private_heads[m](he[m]) for m in MODALITIES},
            "noisePrediction": {m: self.noise_heads[m](Reverse.apply(no[m])) for m in MODALITIES},
        }


def squares(x: Tensor, y: Tensor) -> Tensor:
    return ((x[:, None] - y[None]) ** 2).sum(-1)


def mmd(x: Tensor, y: Tensor) -> Tensor:
    scale = (squares(x, x).mean() + squares(y, y).mean() + 2 * squares(x, y).mean()).detach() / 4 + 1e-8
    mean = lambda p, q: sum(torch.exp(-squares(p, q) / (s * scale)).mean() for s in (0.25, 0.5, 1, 2, 4)) / 5
    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


def cmd(a: Tensor, b: Tensor) -> Tensor:
    norm = lambda x: (x.square().sum() + 1e-8).sqrt() - 1e-4
    total = norm(a.mean(0) - b.mean(0))
    for k in range(2, 6):
        total = total + norm((a - a.mean(0)).pow(k).mean(0) - (b - b.mean(0)).pow(k).mean(0))
    return total


def hsic(x: Tensor, y: Tensor) -> Tensor:
    n = len(x)
    centring = torch.eye(n).double() - 1 / n
    kernel = lambda z: torch.exp(-squares(z, z) / (squares(z, z).mean().detach() + 1e-8))
    return torch.trace(kernel(x) @ centring @ kernel(y) @ centring) / n**2


def difference(x: Tensor, y: Tensor) -> Tensor:
    return (unit(x - x.mean(0)).T @ unit(y - y.mean(0))).pow(2).mean()


def terms(output: dict[str, dict], mask: dict[str, Tensor], labels: Tensor) -> dict[str, Tensor]:
    mean = lambda values: torch.stack(list(values)).mean()
    kept = {m: mask[m].sum(1) > 0 for m in MODALITIES}
    part = lambda name, m, rows: output[name][m].reshape(BATCH, -1)[rows]
    both = lambda m, n: kept[m] & kept[n]

    def capacity(m: str) -> Tensor:
        x = part("noise", m, kept[m])
        variance = x.var(0, correction=0) + 1e-4
        own = torch.distributions.Normal(x.mean(0), variance.sqrt())
        return torch.distributions.kl_divergence(own, torch.distributions.Normal(0.0, 1.0)).mean()

    def told(name: str) -> Tensor:
        rows = {m: kept[m] & SAMPLES.bool() for m in MODALITIES}
        return mean((part(name, m, rows[m])[:, 0] - labels[rows[m]]).abs().mean() for m in MODALITIES)

    def classified(i: int, m: str) -> Tensor:
        logits = part("modalityLogits", m, kept[m])
        return F.cross_entropy(logits, torch.full((len(logits),), i))

    overlaps = (
        difference(part(a, m, kept[m]), part(b, m, kept[m]))
        for m in MODALITIES
        for a, b in (("shared", "private"), ("shared", "noise"), ("private", "noise"))
    )
    error = lambda x, m, rows: (x[rows] - output["pooled"][m].detach()[rows]).square().mean()
    return {
        "homogeneity": mean(mmd(part("shared", m, kept[m]), part("shared", n, kept[n])) for m, n in PAIRS),
        "homogeneity.cmd": mean(cmd(part("shared", m, kept[m]), part("shared", n, kept[n])) for m, n in PAIRS),
        "heterogeneity": mean(classified(i, m) for i, m in enumerate(MODALITIES))
        + 0.5 * mean(hsic(part("private", m, both(m, n)), part("private", n, both(m, n))) for m, n in PAIRS),
        "deRedundancy": mean(overlaps),
        "noise.term": told("noisePrediction") + 0.3 * mean(capacity(m) for m in MODALITIES),
        "sufficiency": told("sharedPrediction") + told("privatePrediction"),
        "reconstruction.own": mean(error(output["decoded"][m], m, kept[m]) for m in MODALITIES),
        "reconstruction.cross": mean(
            error(output[f"crossDecoded.{m}"][n], m, both(m, n)) for m in MODALITIES for n in MODALITIES if n != m
        ),
    }


def masks() -> dict[str, Tensor]:
    found = {m: (torch.rand(BATCH, time) > 0.3).float() for m, time in TIMES.items()}
    for m, mask in found.items():
        mask[:, 0] = SAMPLES.float()
        mask[ABSENT[m]] = 0
        mask[-1] = 0
    return found


torch.manual_seed(6)
module = HomoHeteroDisentangler()
mask = masks()
inputs = {m: torch.randn(BATCH, time, DIM) * mask[m][..., None] for m, time in TIMES.items()}
inputs |= {f"mask.{m}": x for m, x in mask.items()} | {"mask.labels": torch.randn(BATCH), "mask.samples": SAMPLES}


def run(given: dict[str, Tensor]) -> dict[str, Tensor]:
    mask = {m: given[f"mask.{m}"] for m in MODALITIES}
    output = module({m: given[m] for m in MODALITIES}, mask)
    named = {f"{kind}.{m}": value for kind, record in output.items() for m, value in record.items()}
    return {**named, **terms(output, mask, given["mask.labels"])}


record("disentanglers", "homo-hetero", module, inputs, run)
