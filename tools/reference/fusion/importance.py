"""python tools/reference/fusion/importance.py -> packages/fusion/src/__fixtures__/importance-{importance,mean}.json"""

import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, HEADS, MODALITIES, masked_mean, masks, tokens

SLOTS = ("shared", "private")
PARTS = len(SLOTS) * len(MODALITIES)
HIDDEN = 6


class Scorer(nn.Module):
    """W and U are the two halves of one matrix over [x_k; mean x]."""

    def __init__(self) -> None:
        super().__init__()
        self.part_proj = nn.Linear(DIM, DIM, bias=False)
        self.context_proj = nn.Linear(DIM, DIM, bias=False)
        self.query = nn.Parameter(torch.randn(DIM, 1))

    def forward(self, x: Tensor, there: Tensor, role: Tensor) -> Tensor:
        context = masked_mean(x, there)[:, None].expand_as(x)
        weight = torch.cat([self.part_proj.weight, self.context_proj.weight], 1)
        return ((torch.cat([x, context], -1) @ weight.T + role).tanh() @ self.query)[..., 0]


class ImportanceFusion(nn.Module):
    def __init__(self, weighting: str) -> None:
        super().__init__()
        self.role = nn.Parameter(torch.randn(PARTS, DIM))
        self.layer = nn.TransformerEncoderLayer(
            DIM, HEADS, HIDDEN, dropout=0, activation="gelu", batch_first=True, norm_first=True
        )
        self.scorer = Scorer() if weighting == "importance" else None

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        x = torch.stack(
            [masked_mean(inputs[f"{slot}.{m}"], inputs[f"mask.{m}"]) for slot in SLOTS for m in MODALITIES], 1
        )
        there = torch.stack([inputs[f"mask.{m}"].sum(1) > 0 for m in MODALITIES], 1).repeat(1, len(SLOTS))
        read = self.layer(x + self.role, src_key_padding_mask=~there)
        if self.scorer:
            weights = self.scorer(x, there.double(), self.role).masked_fill(~there, -torch.inf).softmax(-1)
        else:
            weights = there.double() / there.sum(1, keepdim=True)
        return {"fused": (weights[..., None] * read).sum(1), "weights": weights}


for weighting in ("importance", "mean"):
    torch.manual_seed(7)
    inputs = {
        f"{kind}.{m}": value
        for kind, values in (("shared", tokens()), ("private", tokens()), ("mask", masks()))
        for m, value in values.items()
    }
    module = ImportanceFusion(weighting)
    record("fusion", f"importance-{weighting}", module, inputs, module)
