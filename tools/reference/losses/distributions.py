"""python tools/reference/losses/distributions.py"""

import math

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


def gaussian_js(x, y):
    """Divergences of torch.distributions from the geometric mean of the two."""
    normal = lambda mean, variance: torch.distributions.Normal(mean, variance.sqrt())
    own = [((z - z.mean(0)) ** 2).mean(0) for z in (x, y)]
    together = (own[0] + own[1]) / 2 + (x.mean(0) - y.mean(0)) ** 2 / 4
    v, w = (each + 0.1 * together + 1e-8 for each in own)
    middle = 2 / (1 / v + 1 / w)
    mean = middle * (x.mean(0) / v + y.mean(0) / w) / 2
    kl = lambda p: torch.distributions.kl_divergence(p, normal(mean, middle))
    return ((kl(normal(x.mean(0), v)) + kl(normal(y.mean(0), w))) / 2).mean()


def on_a_line(x, y):
    """Squared distance of the quantile functions of the first feature, by as many equal parts as both samples divide."""
    parts = math.lcm(len(x), len(y))
    quantiles = lambda z: z[:, 0].sort().values.repeat_interleave(parts // len(z))
    return ((quantiles(x) - quantiles(y)) ** 2).mean()


arrays = dict(a=a, b=b, there_a=there_a, there_b=there_b)
arrays |= golden("cmd.plain", cmd, a=a, b=b)
arrays |= golden("cmd.wide", lambda x, y: cmd(x, y, 3, 2.0), a=a, b=b)
arrays |= golden("cmd.there", lambda x, y: cmd(x[kept_a], y[kept_b]), a=a, b=b)
arrays |= golden("mmd.plain", mmd, a=a, b=b)
arrays |= golden("mmd.there", lambda x, y: mmd(x[kept_a], y[kept_b]), a=a, b=b)
arrays |= golden("mmd.bank", lambda x, y: mmd(x, y, (0.3, 3.0)), a=a, b=b)
arrays |= golden("gaussian.plain", gaussian_js, a=a, b=b)
arrays |= golden("gaussian.there", lambda x, y: gaussian_js(x[kept_a], y[kept_b]), a=a, b=b)
arrays |= golden("line.plain", on_a_line, a=a, b=b)
arrays |= golden("line.there", lambda x, y: on_a_line(x[kept_a], y[kept_b]), a=a, b=b)
save("losses", "distributions", **arrays)
