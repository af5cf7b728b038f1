"""python tools/reference/disentanglers/shared_private.py -> packages/disentanglers/src/__fixtures__/shared-private-*.json"""

import itertools
import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, HEADS, MODALITIES, cosine, masked_mean, masks, tokens

HIDDEN, LAYERS = 6, 2


class TransformerEncoder(nn.TransformerEncoder):
    def __init__(self) -> None:
        layer = nn.TransformerEncoderLayer(DIM, HEADS, HIDDEN, dropout=0, activation="gelu", batch_first=True, norm_first=True)
        super().__init__(layer, LAYERS, norm=nn.LayerNorm(DIM), enable_nested_tensor=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        there = mask.sum(1, keepdim=True) > 0
        return super().forward(x, src_key_padding_mask=(mask == 0) & there) * mask[..., None]


class Mlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.in_proj = nn.Linear(DIM, HIDDEN)
        self.out_proj = nn.Linear(HIDDEN, DIM)

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(nn.functional.gelu(self.in_proj(x)))


class TokenMlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mlp = Mlp()
        self.norm = nn.LayerNorm(DIM)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.norm(self.mlp(x)) * mask[..., None]


class SharedPrivateDisentangler(nn.Module):
    def __init__(self, encoder: type[nn.Module]) -> None:
        super().__init__()
        self.shared_encoder = encoder()
        self.private_encoders = nn.ModuleDict({m: encoder() for m in MODALITIES})
        self.decoders = nn.ModuleDict({m: nn.Linear(2 * DIM, DIM) for m in MODALITIES})

    def forward(self, x: dict[str, Tensor], mask: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
        shared = {m: self.shared_encoder(x[m], mask[m]) for m in MODALITIES}
        private = {m: self.private_encoders[m](x[m], mask[m]) for m in MODALITIES}
        decoded = {m: self.decoders[m](torch.cat([shared[m], private[m]], -1)) * mask[m][..., None] for m in MODALITIES}
        cycled = {m: self.private_encoders[m](decoded[m], mask[m]) for m in MODALITIES}
        return {"shared": shared, "private": private, "reconstructed": decoded, "cycled": cycled}


def mean_over_tokens(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum() / mask.sum()


def cmd(a: Tensor, b: Tensor) -> Tensor:
    """Five moments of the rows that are there, the norm smoothed at 0."""
    norm = lambda x: (x.square().sum() + 1e-8).sqrt() - 1e-4
    total = norm(a.mean(0) - b.mean(0))
    for k in range(2, 6):
        total = total + norm((a - a.mean(0)).pow(k).mean(0) - (b - b.mean(0)).pow(k).mean(0))
    return total


def terms(output: dict[str, dict[str, Tensor]], x: dict[str, Tensor], mask: dict[str, Tensor]) -> dict[str, Tensor]:
    mean = lambda values: torch.stack(list(values)).mean()
    error = lambda a, b, m: mean_over_tokens((a[m] - b[m]).square().mean(-1), mask[m])
    shared, private = output["shared"], output["private"]
    detached = {m: value.detach() for m, value in x.items()}
    pooled = {m: masked_mean(shared[m], mask[m])[mask[m].sum(1) > 0] for m in MODALITIES}
    return {
        "reconstruction": mean(error(output["reconstructed"], detached, m) for m in MODALITIES),
        "cycle": mean(error(output["cycled"], private, m) for m in MODALITIES),
        "orthogonality": mean(mean_over_tokens(cosine(shared[m], private[m]).relu(), mask[m]) for m in MODALITIES),
        "alignment": mean(cmd(pooled[m], pooled[n]) for m, n in itertools.combinations(MODALITIES, 2)),
    }


for name, encoder in (("transformer", TransformerEncoder), ("mlp", TokenMlp)):
    torch.manual_seed(4)
    module = SharedPrivateDisentangler(encoder)

    def run(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        x = {m: inputs[m] for m in MODALITIES}
        mask = {m: inputs[f"mask.{m}"] for m in MODALITIES}
        output = module(x, mask)
        named = {f"{kind}.{m}": value for kind, record in output.items() for m, value in record.items()}
        return {**named, **terms(output, x, mask)}

    inputs = {**tokens(), **{f"mask.{m}": x for m, x in masks().items()}}
    record("disentanglers", f"shared-private-{name}", module, inputs, run)
