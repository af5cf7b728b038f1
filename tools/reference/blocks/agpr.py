"""python tools/reference/blocks/agpr.py -> packages/blocks/src/__fixtures__/agpr-pooled.json, agpr-text.json"""

import itertools
import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, HEADS, MODALITIES, AttentionPooling, cosine, masked_mean, masks, normalize, tokens, unit

MAX_BORROW = 0.3


class RoutedAttention(nn.Module):
    """One cross-attention for each ordered pair of modalities."""

    def __init__(self) -> None:
        super().__init__()
        self.in_proj = nn.ModuleDict({m: nn.Linear(DIM, 3 * DIM, bias=False) for m in MODALITIES})
        self.out_proj = nn.ModuleDict({m: nn.Linear(DIM, DIM, bias=False) for m in MODALITIES})

    def forward(self, x: dict[str, Tensor], mask: dict[str, Tensor], beta: dict[tuple[str, str], Tensor]) -> dict[str, Tensor]:
        heads = lambda y: y.unflatten(-1, (HEADS, -1)).transpose(1, 2)
        qkv = {m: [heads(part) for part in self.in_proj[m](x[m]).chunk(3, -1)] for m in MODALITIES}
        borrowed = {m: torch.zeros_like(x[m]) for m in MODALITIES}
        for m, n in itertools.permutations(MODALITIES, 2):
            scores = qkv[m][0] @ qkv[n][1].transpose(-1, -2) / (DIM // HEADS) ** 0.5
            weights = scores.masked_fill(mask[n][:, None, None] == 0, -1e9).softmax(-1) * mask[n][:, None, None]
            candidate = (weights @ qkv[n][2]).transpose(1, 2).flatten(2)
            borrowed[m] = borrowed[m] + beta[m, n][:, None, None] * self.out_proj[m](candidate)
        return borrowed


class BorrowGate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(3 * DIM, DIM)
        self.weight = nn.Parameter(torch.randn(DIM, 1))
        self.bias = nn.Parameter(torch.full((1,), -2.0))

    def forward(self, own: Tensor, other: Tensor, anchor: Tensor) -> Tensor:
        hidden = self.hidden(torch.cat([own, other, anchor * other], -1)).tanh()
        return MAX_BORROW * (hidden @ self.weight + self.bias).sigmoid()[:, 0]


class AnchorGuidedPrivateRouting(nn.Module):
    def __init__(self, anchor: str) -> None:
        super().__init__()
        self.anchor = anchor
        self.pooling = nn.ModuleDict({m: AttentionPooling(DIM) for m in MODALITIES})
        self.attention = RoutedAttention()
        self.gate = BorrowGate()

    def forward(self, shared: dict[str, Tensor], private: dict[str, Tensor], mask: dict[str, Tensor]) -> dict[str, Tensor]:
        pooled = {m: self.pooling[m](private[m], mask[m]) for m in MODALITIES}
        profiles = {m: pooled[m][0] for m in MODALITIES}
        anchors = {m: profiles[m if self.anchor == "pooled" else self.anchor] for m in MODALITIES}
        shared_pooled = {m: masked_mean(shared[m], mask[m]) for m in MODALITIES}
        there = {m: (mask[m].sum(1) > 0).double() for m in MODALITIES}
        beta = {
            (m, n): self.gate(profiles[m], profiles[n], anchors[m]) * there[m] * there[n]
            for m, n in itertools.permutations(MODALITIES, 2)
        }
        candidates = self.attention({m: normalize(private[m]) for m in MODALITIES}, mask, beta)
        output = {}
        for m in MODALITIES:
            first = unit(anchors[m])
            second = unit(shared_pooled[m] - first * (shared_pooled[m] * first).sum(-1, keepdim=True))
            novel = candidates[m]
            for direction in (first[:, None], second[:, None]):
                novel = novel - direction * (candidates[m] * direction).sum(-1, keepdim=True)
            output[f"private.{m}"] = private[m] + novel * mask[m][..., None]
            output[f"pooled.{m}"] = (pooled[m][1][..., None] * output[f"private.{m}"]).sum(1)
            output[f"anchors.{m}"] = anchors[m]
        zeros = torch.zeros(2).double()
        output["borrow"] = torch.stack([torch.stack([beta.get((m, n), zeros) for n in MODALITIES], -1) for m in MODALITIES], 1)

        count = sum(there.values()).sum()
        pairs = sum(there[m] * there[n] for m, n in itertools.permutations(MODALITIES, 2)).sum()
        kept = [(1 - cosine(output[f"pooled.{m}"], profiles[m].detach())) * there[m] for m in MODALITIES]
        leaked = [cosine(output[f"pooled.{m}"], shared_pooled[m].detach()) ** 2 * there[m] for m in MODALITIES]
        output["preservation"] = sum(kept).sum() / count
        output["leakage"] = sum(leaked).sum() / count
        output["cost"] = output["borrow"].sum() / pairs
        return output


for anchor in ("pooled", "text"):
    torch.manual_seed(2)
    module = AnchorGuidedPrivateRouting(anchor)

    def run(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        take = lambda kind: {m: inputs[f"{kind}.{m}"] for m in MODALITIES}
        return module(take("shared"), take("private"), take("mask"))

    inputs = {
        f"{kind}.{m}": value
        for kind, values in (("shared", tokens()), ("private", tokens()), ("mask", masks()))
        for m, value in values.items()
    }
    record("blocks", f"agpr-{anchor}", module, inputs, run)
