"""python tools/reference/losses/distributions.py"""

import torch
from golden import golden, save

torch.manual_seed(3)
there_a = torch.tensor([1.0, 1.0, 0.0, 1.0])
there_b = torch.tensor([1.0, 0.0, 1.0, 1.0, 1.0])
kept_a, kept_b = there_a.bool(), there_b.bool()
a = torch.sigmoid(torch.randn(4, 3)) * kept_a[:, None]
b = torch.sigmoid(torch.randn(5, 3) + 0.5) * kept_b[:, None]


def cmd(x, y, moments=5, width=1.0):
    length = lambda v: torch.sqrt((v * v).sum() + 1e-8) - 1e-4
    total = length(x.mean(0) - y.mean(0)) / width
    for k in range(2, moments + 1):
        total = total + length(((x - x.mean(0)) ** k).mean(0) - ((y - y.mean(0)) ** k).mean(0)) / width**k
    return total


def mmd(x, y, bank=(0.25, 0.5, 1, 2, 4)):
    squares = lambda p, q: ((p[:, None] - q[None]) ** 2).sum(-1)
    scale = (squares(x, x).mean() + squares(y, y).mean() + 2 * squares(x, y).mean()).detach() / 4 + 1e-8
    mean = lambda p, q: sum(torch.exp(-squares(p, q) / (s * scale)).mean() for s in bank) / len(bank)
    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


arrays = dict(a=a, b=b, there_a=there_a, there_b=there_b)
arrays |= golden("cmd.plain", cmd, a=a, b=b)
arrays |= golden("cmd.wide", lambda x, y: cmd(x, y, 3, 2.0), a=a, b=b)
arrays |= golden("cmd.there", lambda x, y: cmd(x[kept_a], y[kept_b]), a=a, b=b)
arrays |= golden("mmd.plain", mmd, a=a, b=b)
arrays |= golden("mmd.there", lambda x, y: mmd(x[kept_a], y[kept_b]), a=a, b=b)
arrays |= golden("mmd.bank", lambda x, y: mmd(x, y, (0.3, 3.0)), a=a, b=b)
save("losses", "distributions", **arrays)
