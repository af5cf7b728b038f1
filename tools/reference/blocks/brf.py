"""python tools/reference/blocks/brf.py -> packages/blocks/src/__fixtures__/brf.json"""

import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, HEADS, MODALITIES, AttentionPooling, attend, masks, normalize, tokens


class Context(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.in_proj = nn.Linear(4 * DIM, DIM)
        self.out_proj = nn.Linear(DIM, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(self.in_proj(x).relu())


class BidirectionalRebalancingFusion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.shared_to_private = nn.MultiheadAttention(DIM, HEADS, batch_first=True)
        self.private_to_shared = nn.MultiheadAttention(DIM, HEADS, batch_first=True)
        self.shared_pooling = AttentionPooling(DIM)
        self.private_pooling = AttentionPooling(DIM)
        self.context = Context()

    def forward(self, shared: Tensor, private: Tensor, mask: Tensor) -> dict[str, Tensor]:
        normed_shared, normed_private = normalize(shared), normalize(private)
        z, _ = self.shared_pooling(shared + attend(self.private_to_shared, normed_shared, normed_private, mask), mask)
        p, _ = self.private_pooling(private + attend(self.shared_to_private, normed_private, normed_shared, mask), mask)
        weights = self.context(torch.cat([z, p, (z - p).abs(), z * p], -1)).softmax(-1)
        return {"fused": weights[:, :1] * z + weights[:, 1:] * p, "weights": weights, "shared": z, "private": p}


torch.manual_seed(3)
module = BidirectionalRebalancingFusion()


def run(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    join = lambda kind: torch.cat([inputs[f"{kind}.{m}"] for m in MODALITIES], 1)
    return module(join("shared"), join("private"), join("mask"))


inputs = {
    f"{kind}.{m}": value
    for kind, values in (("shared", tokens()), ("private", tokens()), ("mask", masks()))
    for m, value in values.items()
}
record("blocks", "brf", module, inputs, run)
