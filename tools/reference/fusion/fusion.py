"""python tools/reference/fusion/fusion.py -> packages/fusion/src/__fixtures__/concat.json, gated.json, attention.json"""

import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, MODALITIES, AttentionPooling, masked_mean, masks, tokens

SLOTS = ("shared", "private")
PARTS = len(SLOTS) * len(MODALITIES)


class PartPooling(nn.Module):
    def __init__(self, attention: bool) -> None:
        super().__init__()
        query = lambda: nn.ModuleDict({m: AttentionPooling(DIM) for m in MODALITIES})
        self.queries = nn.ModuleDict({slot: query() for slot in SLOTS}) if attention else None

    def forward(self, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        pooled = []
        for slot in SLOTS:
            for m in MODALITIES:
                x, mask = inputs[f"{slot}.{m}"], inputs[f"mask.{m}"]
                pooled.append(self.queries[slot][m](x, mask)[0] if self.queries else masked_mean(x, mask))
        there = torch.stack([(inputs[f"mask.{m}"].sum(1) > 0).double() for m in MODALITIES], 1)
        return torch.stack(pooled, 1), there.repeat(1, len(SLOTS))


class ConcatFusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pooling = PartPooling(attention=True)

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"fused": self.pooling(inputs)[0].flatten(1)}


class GatedFusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pooling = PartPooling(attention=False)
        self.value_weight = nn.Parameter(torch.randn(PARTS, DIM, DIM))
        self.gate_proj = nn.Linear(PARTS * DIM, PARTS * DIM)

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        x, there = self.pooling(inputs)
        gates = self.gate_proj(x.flatten(1)).sigmoid().view_as(x) * there[..., None]
        values = torch.stack([x[:, k] @ weight for k, weight in enumerate(self.value_weight)], 1)
        return {"fused": (gates * values.tanh()).sum(1), "gates": gates}


class Scorer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.key_proj = nn.Linear(DIM, DIM)
        self.query = nn.Parameter(torch.randn(DIM, 1))

    def forward(self, x: Tensor) -> Tensor:
        return (self.key_proj(x).tanh() @ self.query)[..., 0]


class AttentionFusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pooling = PartPooling(attention=False)
        self.part_embedding = nn.Parameter(torch.randn(PARTS, DIM))
        self.attention = Scorer()

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        x, there = self.pooling(inputs)
        x = x + self.part_embedding
        weights = self.attention(x).masked_fill(there == 0, -1e9).softmax(-1) * there
        return {"fused": (weights[..., None] * x).sum(1), "weights": weights}


for name, fusion in (("concat", ConcatFusion), ("gated", GatedFusion), ("attention", AttentionFusion)):
    torch.manual_seed(5)
    inputs = {
        f"{kind}.{m}": value
        for kind, values in (("shared", tokens()), ("private", tokens()), ("mask", masks()))
        for m, value in values.items()
    }
    module = fusion()
    record("fusion", name, module, inputs, module)
