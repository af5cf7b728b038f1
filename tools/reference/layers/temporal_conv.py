"""nn.Conv1d: padding='same' with odd and even kernels and dilations, causal, pointwise, depthwise.
Run: python tools/reference/layers/temporal_conv.py"""

import torch
from golden import golden, randomise, same

torch.manual_seed(4)


def run(name, in_dim, out_dim, kernel, dilation, causal, groups=1):
    module = torch.nn.Conv1d(in_dim, out_dim, kernel, dilation=dilation, groups=groups, padding=0 if causal else "same")
    randomise(module)
    x = torch.randn(2, 7, in_dim, requires_grad=True)
    channels_first = x.transpose(1, 2)
    if causal:
        channels_first = torch.nn.functional.pad(channels_first, ((kernel - 1) * dilation, 0))
    y = module(channels_first).transpose(1, 2)
    layout = (lambda w: w.permute(2, 1, 0)) if groups == 1 else (lambda w: w[:, 0].T)
    golden("layers", name, {"weight": (module.weight, layout), "bias": (module.bias, same)}, {"x": x}, {"y": y})


run("temporal-conv-same", 4, 5, 3, 1, False)
run("temporal-conv-narrowing", 6, 3, 3, 1, False)
run("temporal-conv-even", 4, 5, 4, 1, False)
run("temporal-conv-dilated", 4, 5, 3, 2, False)
run("temporal-conv-causal", 4, 5, 3, 2, True)
run("temporal-conv-pointwise", 4, 5, 1, 1, False)
run("depthwise-temporal-conv-same", 4, 4, 3, 2, False, groups=4)
run("depthwise-temporal-conv-causal", 4, 4, 2, 3, True, groups=4)
