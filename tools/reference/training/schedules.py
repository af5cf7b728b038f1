"""Learning rates of torch's ReduceLROnPlateau after each of 40 epochs.

python tools/reference/training/schedules.py
"""

import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fixture import save  # noqa: E402

torch.manual_seed(1)
EPOCHS = 40
noise = 0.05 * torch.rand(EPOCHS, dtype=torch.float64)
falling = 2 / torch.arange(1, EPOCHS + 1, dtype=torch.float64) ** 0.5 + noise
metrics = falling.where(torch.arange(EPOCHS) < 12, falling[11] + noise)

CASES = {
    "defaults": dict(),
    "impatient": dict(factor=0.5, patience=2, cooldown=3, min_lr=0.001),
    "absolute": dict(factor=0.3, patience=0, threshold=0.05, threshold_mode="abs"),
    "rising": dict(mode="max", factor=0.7, patience=3, threshold=0.01),
    "tiny": dict(factor=0.01, patience=1),
}

arrays = {"metrics": metrics}
for name, options in CASES.items():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for metric in (metrics if options.get("mode") != "max" else -metrics + 3).tolist():
        schedule.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    arrays[name] = torch.tensor(rates, dtype=torch.float64)
save("training", "schedules", **arrays)
