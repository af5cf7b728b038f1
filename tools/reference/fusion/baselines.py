"""python tools/reference/fusion/baselines.py -> packages/fusion/src/__fixtures__/low-rank.json, transformer.json, cross-modal.json"""

import math
import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, HEADS, MODALITIES, AttentionPooling, attend, masked_mean, masks, tokens

SLOTS = ("shared", "private")
PARTS = len(SLOTS) * len(MODALITIES)
RANK, OUT, HIDDEN = 3, 5, 6
WIDTH = 2 * DIM


def pooled(inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    parts = [masked_mean(inputs[f"{slot}.{m}"], inputs[f"mask.{m}"]) for slot in SLOTS for m in MODALITIES]
    there = torch.stack([(inputs[f"mask.{m}"].sum(1) > 0).double() for m in MODALITIES], 1)
    return torch.stack(parts, 1), there.repeat(1, len(SLOTS))


class LowRankFusion(nn.Module):
    """Makes the outer product and the full weight, which the component never does."""

    def __init__(self) -> None:
        super().__init__()
        self.factor_weight = nn.Parameter(torch.randn(PARTS, DIM, RANK * OUT))
        self.factor_bias = nn.Parameter(torch.randn(PARTS, 1, RANK * OUT))
        self.rank_weight = nn.Parameter(torch.randn(RANK, 1))
        self.bias = nn.Parameter(torch.randn(OUT))

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        x, _ = pooled(inputs)
        x = torch.cat([x, torch.ones_like(x[..., :1])], -1)
        factors = torch.cat([self.factor_weight, self.factor_bias], 1).view(PARTS, DIM + 1, RANK, OUT)
        outer, full = x[:, 0], factors[0]
        for k in range(1, PARTS):
            outer = torch.einsum("bi,bj->bij", outer, x[:, k]).flatten(1)
            full = torch.einsum("iro,jro->ijro", full, factors[k]).flatten(0, 1)
        return {"fused": torch.einsum("bi,iro,r->bo", outer, full, self.rank_weight[:, 0]) + self.bias}


def transformer(dim: int, hidden: int) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(dim, HEADS, hidden, dropout=0, activation="gelu", batch_first=True, norm_first=True)
    return nn.TransformerEncoder(layer, 1, norm=nn.LayerNorm(dim), enable_nested_tensor=False)


def encode(encoder: nn.TransformerEncoder, x: Tensor, mask: Tensor) -> Tensor:
    there = mask.sum(1, keepdim=True) > 0
    return encoder(x, src_key_padding_mask=(mask == 0) & there) * mask[..., None]


class TransformerFusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = transformer(DIM, HIDDEN)

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"fused": encode(self.encoder, *pooled(inputs)).flatten(1)}


class Mlp(nn.Module):
    def __init__(self, dim: int, hidden: int, activation: nn.Module) -> None:
        super().__init__()
        self.in_proj = nn.Linear(dim, hidden)
        self.out_proj = nn.Linear(hidden, dim)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(self.activation(self.in_proj(x)))


class CrossAttentionLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query_norm = nn.LayerNorm(DIM)
        self.source_norm = nn.LayerNorm(DIM)
        self.attention = nn.MultiheadAttention(DIM, HEADS, batch_first=True)
        self.mlp_norm = nn.LayerNorm(DIM)
        self.mlp = Mlp(DIM, HIDDEN, nn.GELU())

    def forward(self, x: Tensor, source: Tensor, mask: Tensor) -> Tensor:
        x = x + attend(self.attention, self.query_norm(x), self.source_norm(source), mask)
        return x + self.mlp(self.mlp_norm(x))


class CrossModalReader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([CrossAttentionLayer(), CrossAttentionLayer()])
        self.norm = nn.LayerNorm(DIM)

    def forward(self, x: Tensor, source: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, source, mask)
        return self.norm(x)


def with_positions(x: Tensor) -> Tensor:
    at = torch.zeros(x.shape[1:], dtype=x.dtype)
    for t in range(x.shape[1]):
        for i in range(0, DIM, 2):
            angle = t / 10000 ** (i / DIM)
            at[t, i], at[t, i + 1] = math.sin(angle), math.cos(angle)
    return x + at


class Pooling(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.queries = nn.ModuleDict({"private": nn.ModuleDict({m: AttentionPooling(WIDTH) for m in MODALITIES})})


class CrossModalFusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        others = lambda m: [n for n in MODALITIES if n != m]
        self.readers = nn.ModuleDict({m: nn.ModuleDict({n: CrossModalReader() for n in others(m)}) for m in MODALITIES})
        self.encoders = nn.ModuleDict({m: transformer(WIDTH, HIDDEN * 2) for m in MODALITIES})
        self.pooling = Pooling()
        self.mlp = Mlp(3 * WIDTH, 3 * WIDTH, nn.ReLU())

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        mask = {m: inputs[f"mask.{m}"] for m in MODALITIES}
        x = {m: with_positions(inputs[f"shared.{m}"] + inputs[f"private.{m}"]) for m in MODALITIES}
        streams = {
            m: encode(
                self.encoders[m],
                torch.cat([reader(x[m], x[n], mask[n]) for n, reader in self.readers[m].items()], -1),
                mask[m],
            )
            for m in MODALITIES
        }
        z = torch.cat([self.pooling.queries["private"][m](streams[m], mask[m])[0] for m in MODALITIES], -1)
        return {"fused": z + self.mlp(z), **{f"streams.{m}": value for m, value in streams.items()}}


for name, fusion in (("low-rank", LowRankFusion), ("transformer", TransformerFusion), ("cross-modal", CrossModalFusion)):
    torch.manual_seed(7)
    inputs = {
        f"{kind}.{m}": value
        for kind, values in (("shared", tokens()), ("private", tokens()), ("mask", masks()))
        for m, value in values.items()
    }
    module = fusion()
    record("fusion", name, module, inputs, module)
