"""python tools/reference/losses/divergences.py"""

import torch
import torch.nn.functional as F
from golden import golden, save

torch.manual_seed(5)
there = torch.tensor([1.0, 0.0, 1.0])
kept = there.bool()
a = torch.randn(3, 4)
b = torch.randn(3, 4)
a[2, 0] = 40.0  # nearly certain
arrays = dict(a=a, b=b, there=there)


def kl(p, q, t=1.0):
    return F.kl_div(F.log_softmax(q / t, -1), F.log_softmax(p / t, -1), log_target=True, reduction="batchmean") * t * t


def js(p, q, t=1.0):
    p, q = torch.softmax(p / t, -1), torch.softmax(q / t, -1)
    middle = ((p + q) / 2).log()
    divergence = lambda x: F.kl_div(middle, x, reduction="batchmean")
    return (divergence(p) + divergence(q)) / 2 * t * t


for name, loss in {"kl": kl, "js": js}.items():
    arrays |= golden(f"{name}.plain", loss, a=a, b=b)
    arrays |= golden(f"{name}.there", lambda p, q: loss(p[kept], q[kept], 2.0), a=a, b=b)


def gaussian(mean, log_variance):
    posterior = torch.distributions.Normal(mean, (log_variance / 2).exp())
    standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return torch.distributions.kl_divergence(posterior, standard).sum(-1).mean()


mean, log_variance = torch.randn(3, 4), torch.randn(3, 4)
arrays |= dict(mean=mean, log_variance=log_variance)
arrays |= golden("gaussian.plain", gaussian, a=mean, b=log_variance)
arrays |= golden("gaussian.there", lambda m, v: gaussian(m[kept], v[kept]), a=mean, b=log_variance)


def switch(x, chosen):
    sent = torch.zeros_like(x).scatter(1, chosen, 1.0) / chosen.shape[1]
    return x.shape[1] * (sent.mean(0) * x.mean(0)).sum()


probabilities = torch.softmax(torch.randn(3, 4), -1)
top2 = probabilities.topk(2).indices
arrays |= dict(probabilities=probabilities, sent=torch.zeros(3, 4).scatter(1, top2, 1.0))
arrays |= golden("switch.top2", lambda x: switch(x, top2), a=probabilities)
arrays |= golden("switch.there", lambda x: switch(x[kept], top2[kept]), a=probabilities)
arrays |= golden("switch.dense", lambda x: 4 * (x.mean(0).detach() * x.mean(0)).sum(), a=probabilities)
save("losses", "divergences", **arrays)
