"""Ten steps of torch's optimisers over two parameters and a given sequence of gradients.

python tools/reference/training/optimizers.py
"""

import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fixture import save  # noqa: E402

torch.manual_seed(0)
STEPS = 10
weight = torch.randn(2, 3)
bias = torch.randn(4)
weight_gradients = torch.randn(STEPS, 2, 3)
bias_gradients = torch.randn(STEPS, 4)
# the gradient of `bias` is absent (None) in these steps
ABSENT = (3, 4, 7)
rates = torch.tensor([0.1 / (i + 1) for i in range(STEPS)], dtype=torch.float64)

CASES = {
    "adamW": (lambda ps: torch.optim.AdamW(ps, weight_decay=0.05, betas=(0.8, 0.95), eps=1e-6), None),
    "adamWDefaults": (torch.optim.AdamW, None),
    "adam": (lambda ps: torch.optim.Adam(ps, weight_decay=0.05), None),
    "sgd": (lambda ps: torch.optim.SGD(ps, weight_decay=0.05), None),
    "momentum": (lambda ps: torch.optim.SGD(ps, momentum=0.9), None),
    "clippedNorm": (torch.optim.AdamW, lambda ps: torch.nn.utils.clip_grad_norm_(ps, 1.5)),
    "clippedValue": (torch.optim.AdamW, lambda ps: torch.nn.utils.clip_grad_value_(ps, 0.3)),
    "absent": (lambda ps: torch.optim.AdamW(ps, weight_decay=0.05), None),
}

arrays = {
    "weight": weight,
    "bias": bias,
    "weightGradients": weight_gradients,
    "biasGradients": bias_gradients,
    "rates": rates,
    "absentSteps": torch.tensor(ABSENT, dtype=torch.float32),
}
for name, (build, clip) in CASES.items():
    ps = [torch.nn.Parameter(weight.clone()), torch.nn.Parameter(bias.clone())]
    optimizer = build(ps)
    trace = []
    for i in range(STEPS):
        ps[0].grad = weight_gradients[i].clone()
        ps[1].grad = None if name == "absent" and i in ABSENT else bias_gradients[i].clone()
        for group in optimizer.param_groups:
            group["lr"] = float(rates[i])
        if clip:
            clip(ps)
        optimizer.step()
        trace.append(torch.cat([p.detach().flatten() for p in ps]))
    arrays[name] = torch.stack(trace)
save("training", "optimizers", **arrays)
