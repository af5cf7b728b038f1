"""python tools/reference/experts/mixture.py -> packages/experts/src/__fixtures__/expert.json, mixture-{dense,top-2,top-1}.json"""

import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, masks

HIDDEN, EXPERTS = 6, 3


class Mlp(nn.Module):
    def __init__(self, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.in_proj = nn.Linear(DIM, hidden)
        self.out_proj = nn.Linear(hidden, DIM)

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(nn.functional.gelu(self.in_proj(x)))


class Expert(nn.Module):
    def __init__(self, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(DIM)
        self.mlp = Mlp(hidden)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mlp(self.norm(x))


class Router(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Linear(DIM, EXPERTS)
        self.extra_proj = nn.Linear(1, EXPERTS, bias=False)


class ExpertBank(nn.Module):
    """Each expert computed by itself from its slice of the weights."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(DIM)
        self.in_proj = nn.Linear(DIM, EXPERTS * HIDDEN)
        self.out_weight = nn.Parameter(torch.randn(EXPERTS * HIDDEN, DIM))
        self.out_bias = nn.Parameter(torch.randn(EXPERTS, DIM))

    def experts(self, x: Tensor) -> list[Tensor]:
        normed = self.norm(x)
        slices = zip(
            self.in_proj.weight.split(HIDDEN), self.in_proj.bias.split(HIDDEN), self.out_weight.split(HIDDEN), self.out_bias
        )
        return [x + nn.functional.gelu(normed @ v.T + c) @ w + b for v, c, w, b in slices]


class MixtureOfExperts(nn.Module):
    def __init__(self, top_k: int = EXPERTS) -> None:
        super().__init__()
        self.router = Router()
        self.experts = ExpertBank()
        self.top_k = top_k

    def forward(self, x: Tensor, mask: Tensor, extra: Tensor) -> dict[str, Tensor]:
        probabilities = (self.router.proj(x) + self.router.extra_proj(extra)).softmax(-1)
        gates = probabilities
        if self.top_k < EXPERTS:
            chosen = torch.zeros_like(gates).scatter(-1, gates.topk(self.top_k).indices, 1)
            gates = gates * chosen
            if self.top_k > 1:
                gates = gates / gates.sum(-1, keepdim=True)
        output = x + sum(gates[..., k, None] * (y - x) for k, y in enumerate(self.experts.experts(x)))
        there = mask[..., None]
        gates, probabilities = gates * there, probabilities * there
        total = gates.sum((0, 1))
        sent = gates / gates.sum(-1, keepdim=True).clamp(min=1e-8)
        loads = (sent.sum((0, 1)) / mask.sum()).detach()
        balance = EXPERTS * (loads * probabilities.sum((0, 1)) / mask.sum()).sum()
        return {
            "output": output * there,
            "gates": gates,
            "probabilities": probabilities,
            "loads": total / total.sum(),
            "balance": balance,
        }


if __name__ == "__main__":
    torch.manual_seed(1)
    expert = Expert()
    record("experts", "expert", expert, {"x": torch.randn(2, 5, DIM)}, lambda inputs: {"y": expert(inputs["x"])})
    for name, top_k in (("dense", EXPERTS), ("top-2", 2), ("top-1", 1)):
        torch.manual_seed(2)
        module = MixtureOfExperts(top_k)
        inputs = {"x": torch.randn(2, 5, DIM), "mask": masks()["audio"], "extra": torch.tensor([[[1.0]], [[0.6]]])}
        record("experts", f"mixture-{name}", module, inputs, lambda given: module(given["x"], given["mask"], given["extra"]))
