"""python tools/reference/blocks/tsf.py -> packages/blocks/src/__fixtures__/tsf-conv.json, tsf-gru.json"""

import pathlib
import sys

import torch
from torch import Tensor, nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mirror import record
from parts import DIM, HEADS, MODALITIES, TIMES, attend, cosine, masked_mean, masks, normalize, tokens


class TemporalPath(nn.Module):
    def __init__(self, temporal: str) -> None:
        super().__init__()
        self.in_proj = nn.Linear(2 * DIM, DIM)
        self.convs = nn.ModuleList(
            nn.Conv1d(DIM, DIM, 3, dilation=dilation, padding="same", groups=DIM)
            for dilation in ((1, 2, 4) if temporal == "conv" else ())
        )
        self.gru = nn.GRU(DIM, DIM, batch_first=True) if temporal == "gru" else None
        self.out_proj = nn.Linear(DIM, DIM)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        there = mask[..., None]
        x = normalize(x)
        difference = torch.zeros_like(x)
        difference[:, 1:] = (x[:, 1:] - x[:, :-1]) * there[:, 1:] * there[:, :-1]
        h = self.in_proj(torch.cat([x, difference], -1)) * there
        for conv in self.convs:
            h = h + nn.functional.gelu(conv(h.transpose(1, 2)).transpose(1, 2)) * there
        if self.gru is not None:
            h = self.over_observed(h, mask)
        return self.out_proj(h) * there

    def over_observed(self, h: Tensor, mask: Tensor) -> Tensor:
        """The GRU over the steps that are there, its outputs at their places."""
        rows = []
        for row, there in zip(h, mask > 0):
            output = torch.zeros_like(row)
            if there.any():
                output[there] = self.gru(row[there][None])[0][0]
            rows.append(output)
        return torch.stack(rows)


class StructuralPath(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.modality_embedding = nn.Parameter(torch.randn(len(MODALITIES), DIM))
        self.attention = nn.MultiheadAttention(DIM, HEADS, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        owners = torch.repeat_interleave(torch.arange(len(MODALITIES)), torch.tensor(list(TIMES.values())))
        x = normalize(x) + self.modality_embedding[owners]
        return attend(self.attention, x, x, mask) * mask[..., None]


class TemporalStructuralFactorization(nn.Module):
    def __init__(self, temporal: str) -> None:
        super().__init__()
        self.temporal_paths = nn.ModuleDict({m: TemporalPath(temporal) for m in MODALITIES})
        self.structural_path = StructuralPath()
        self.gate = nn.Linear(2 * DIM, DIM)

    def forward(self, shared: dict[str, Tensor], mask: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
        times = list(TIMES.values())
        shared = {m: x * mask[m][..., None] for m, x in shared.items()}
        temporal = {m: path(shared[m], mask[m]) for m, path in self.temporal_paths.items()}
        x = torch.cat(list(shared.values()), 1)
        s = self.structural_path(x, torch.cat(list(mask.values()), 1))
        t = torch.cat(list(temporal.values()), 1)
        g = self.gate(torch.cat([t, s], -1)).sigmoid()
        z = x + g * t + (1 - g) * s
        split = lambda joined: dict(zip(MODALITIES, joined.split(times, 1)))
        return {"shared": split(z), "temporal": temporal, "structural": split(s), "gates": split(g)}


def overlap(output: dict[str, dict[str, Tensor]], mask: dict[str, Tensor]) -> Tensor:
    cosines = [
        cosine(masked_mean(output["temporal"][m], mask[m]), masked_mean(output["structural"][m], mask[m])) ** 2
        for m in MODALITIES
    ]
    there = sum((mask[m].sum(1) > 0).sum() for m in MODALITIES)
    return torch.stack(cosines).sum() / there


for temporal in ("conv", "gru"):
    torch.manual_seed(1)
    module = TemporalStructuralFactorization(temporal)

    def run(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        shared = {m: inputs[m] for m in MODALITIES}
        mask = {m: inputs[f"mask.{m}"] for m in MODALITIES}
        output = module(shared, mask)
        named = {f"{kind}.{m}": value for kind, record in output.items() for m, value in record.items()}
        return {**named, "overlap": overlap(output, mask)}

    record("blocks", f"tsf-{temporal}", module, {**tokens(), **{f"mask.{m}": x for m, x in masks().items()}}, run)
