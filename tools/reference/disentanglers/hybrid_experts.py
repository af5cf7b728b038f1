"""python tools/reference/disentanglers/hybrid_experts.py -> packages/disentanglers/src/__fixtures__/hybrid-experts-{mixture,top-2,mlp}.json"""

import itertools
import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "experts"))
from mirror import record
from mixture import EXPERTS, HIDDEN, Expert, MixtureOfExperts
from parts import DIM, MODALITIES, TIMES, masked_mean, masks, unit

BATCH = 3  # a part that two samples alone have is centred to two opposite rows, whose gradient is 0


class HybridExperts(nn.Module):
    def __init__(self, mixture: bool, top_k: int) -> None:
        super().__init__()
        bank = lambda: MixtureOfExperts(top_k) if mixture else Expert(EXPERTS * HIDDEN)
        self.shared_experts = bank()
        self.private_experts = nn.ModuleDict({m: bank() for m in MODALITIES})
        self.mixture = mixture

    def run(self, bank: nn.Module, x: Tensor, mask: Tensor, share: Tensor) -> dict[str, Tensor]:
        if not self.mixture:
            return {"output": bank(x) * mask[..., None]}
        return bank(x, mask, share[:, None, :])

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        given = {m: (inputs[m], inputs[f"mask.{m}"], inputs[f"share.{m}"]) for m in MODALITIES}
        shared = {m: self.run(self.shared_experts, *given[m]) for m in MODALITIES}
        private = {m: self.run(self.private_experts[m], *given[m]) for m in MODALITIES}
        output = {}
        for kind, parts in (("shared", shared), ("private", private)):
            for m, each in parts.items():
                output[f"{kind}.{m}"] = each["output"]
                if self.mixture:
                    output[f"gates.{kind}.{m}"] = each["gates"]

        mask = {m: given[m][1] for m in MODALITIES}
        there = {m: mask[m].sum(1) > 0 for m in MODALITIES}
        pooled = {kind: {m: masked_mean(output[f"{kind}.{m}"], mask[m]) for m in MODALITIES} for kind in ("shared", "private")}

        def orthogonality(a: Tensor, b: Tensor, both: Tensor) -> Tensor:
            rows = lambda x: unit(x[both] - x[both].mean(0))
            return (rows(a).T @ rows(b)).square().mean()

        pairs = [orthogonality(pooled["private"][m], pooled["shared"][m], there[m]) for m in MODALITIES]
        pairs += [
            orthogonality(pooled["private"][m], pooled["private"][n], there[m] & there[n])
            for m, n in itertools.combinations(MODALITIES, 2)
        ]
        output["orthogonality"] = torch.stack(pairs).mean()
        if self.mixture:
            all_tokens = torch.cat([mask[m] for m in MODALITIES], 1)
            together = {key: torch.cat([shared[m][key] for m in MODALITIES], 1) for key in ("gates", "probabilities")}
            sent = together["gates"] / together["gates"].sum(-1, keepdim=True).clamp(min=1e-8)
            loads = (sent.sum((0, 1)) / all_tokens.sum()).detach()
            joint = EXPERTS * (loads * together["probabilities"].sum((0, 1)) / all_tokens.sum()).sum()
            output["balance"] = torch.stack([joint, *(private[m]["balance"] for m in MODALITIES)]).mean()
        return output


def inputs() -> dict[str, Tensor]:
    mask = {m: torch.cat([x, torch.ones_like(x[:1])]) for m, x in masks().items()}
    return {
        **{m: torch.randn(BATCH, TIMES[m], DIM) * mask[m][..., None] for m in MODALITIES},
        **{f"mask.{m}": x for m, x in mask.items()},
        **{f"share.{m}": x.mean(1, keepdim=True) for m, x in mask.items()},
    }


for name, mixture, top_k in (("mixture", True, EXPERTS), ("top-2", True, 2), ("mlp", False, EXPERTS)):
    torch.manual_seed(6)
    module = HybridExperts(mixture, top_k)
    record("disentanglers", f"hybrid-experts-{name}", module, inputs(), module)
