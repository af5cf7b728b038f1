"""python tools/reference/losses/dependence.py"""

import torch
import torch.nn.functional as F
from golden import golden, save, unit

torch.manual_seed(2)
there = torch.tensor([1.0, 0.0, 1.0, 1.0, 1.0])
kept = there.bool()
a = torch.randn(5, 3) * kept[:, None]
b = (torch.randn(5, 4) + a.sum(1, keepdim=True)) * kept[:, None]
c = torch.randn(5, 3) * kept[:, None]
sequence = torch.randn(2, 4, 3)
other = torch.randn(2, 4, 3)
steps = torch.tensor([[1.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0]])
arrays = dict(a=a, b=b, c=c, sequence=sequence, other=other, steps=steps, there=there)


def orthogonality(x, y):
    x, y = unit(x - x.mean(0)), unit(y - y.mean(0))
    return (x.T @ y).pow(2).mean()


def kernel(x):
    distances = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    squares = ((x[:, None] - x[None]) ** 2).sum(-1)
    return torch.exp(-squares / (distances.mean().detach() + 1e-8))


def hsic(k, l):
    n = len(k)
    centring = torch.eye(n, dtype=k.dtype) - 1 / n
    return torch.trace(k @ centring @ l @ centring) / n**2


def both(name, loss, y):
    """Over all rows, and over the rows that are there, chosen by index."""
    out = golden(f"{name}.plain", loss, a=a, b=y)
    return out | golden(f"{name}.there", lambda p, q: loss(p[kept], q[kept]), a=a, b=y)


arrays |= both("orthogonality", orthogonality, b)
arrays |= both("rbf", lambda p, q: hsic(kernel(p), kernel(q)), b)
arrays |= both("linear", lambda p, q: hsic(p @ p.T, q @ q.T), b)

embedding = lambda p, q: F.cosine_embedding_loss(p, q, torch.tensor([-1.0]))
arrays |= golden("cosine.there", lambda p, q: embedding(p[kept], q[kept]), a=a, b=c)
arrays |= golden("cosine.steps", lambda p, q: embedding(p[steps.bool()], q[steps.bool()]), a=sequence, b=other)
arrays |= golden("negative.there", lambda p, q: -F.cosine_similarity(p[kept], q[kept].detach()).mean(), a=a, b=c)
save("losses", "dependence", **arrays)
