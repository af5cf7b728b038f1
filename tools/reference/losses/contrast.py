"""python tools/reference/losses/contrast.py"""

import torch
import torch.nn.functional as F
from golden import golden, save, unit

torch.manual_seed(4)
there = torch.tensor([1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
kept = there.bool()
a = torch.randn(6, 3) * kept[:, None]
b = (a + 0.5 * torch.randn(6, 3)) * kept[:, None]
labels = torch.tensor([0.4, -1.0, 0.4, 0.4, 2.2, -1.0])


def info_nce(x, y, temperature=0.1):
    logits = unit(x) @ unit(y).T / temperature
    target = torch.arange(len(x))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def supervised(x, y, temperature=0.1):
    logits = unit(x) @ unit(x).T / temperature
    anchors = []
    for i in range(len(x)):
        others = [j for j in range(len(x)) if j != i]
        positives = [j for j in others if y[j] == y[i]]
        if positives:
            anchors.append(-sum(logits[i, j] - torch.logsumexp(logits[i, others], 0) for j in positives) / len(positives))
    return sum(anchors) / len(anchors)


def margin(x, y, scale=0.15):
    cosines = unit(x) @ unit(x).T
    anchors = []
    for i in range(len(x)):
        same = [j for j in range(len(x)) if j != i and y[j] == y[i]]
        different = [k for k in range(len(x)) if y[k] != y[i]]
        if same and different:
            terms = [F.relu(scale * abs(y[i] - y[k]) - cosines[i, j] + cosines[i, k]) for j in same for k in different]
            anchors.append(sum(terms) / len(terms))
    return sum(anchors) / len(anchors)


arrays = dict(a=a, b=b, labels=labels, there=there)
arrays |= golden("infonce.plain", lambda x, y: info_nce(x, y, 0.5), a=a, b=b)
arrays |= golden("infonce.there", lambda x, y: info_nce(x[kept], y[kept]), a=a, b=b)
for name, loss in {"supervised": supervised, "margin": margin}.items():
    arrays |= golden(f"{name}.plain", lambda x: loss(x, labels.double()), a=a)
    arrays |= golden(f"{name}.there", lambda x: loss(x[kept], labels[kept].double()), a=a)
save("losses", "contrast", **arrays)
