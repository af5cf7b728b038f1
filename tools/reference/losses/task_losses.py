"""python tools/reference/losses/task_losses.py"""

import torch
import torch.nn.functional as F
from golden import golden, save

torch.manual_seed(1)
prediction = torch.randn(4, 1) * 2
target = torch.randn(4)
prediction[1, 0] = target[1]  # an exact hit
weights = torch.tensor([1.0, 0.5, 0.0, 2.0])
logits = torch.randn(4, 3)
labels = torch.tensor([2.0, 0.0, 1.0, 1.0])
soft = torch.softmax(torch.randn(4, 3), -1)

arrays = dict(prediction=prediction, target=target, weights=weights, logits=logits, labels=labels, soft=soft)


def weighted(loss):
    return lambda p, t: (weights.double() * loss(p, t)).sum() / weights.double().sum()


def rows(loss):
    return lambda p, t: loss(p[:, 0], t, reduction="none")


for name, loss in {
    "l1": rows(F.l1_loss),
    "mse": rows(F.mse_loss),
    "smooth": lambda p, t: F.smooth_l1_loss(p[:, 0], t, beta=0.7, reduction="none"),
}.items():
    arrays |= golden(f"{name}.plain", lambda p, t: loss(p, t).mean(), prediction=prediction, target=target)
    arrays |= golden(f"{name}.weighted", weighted(loss), prediction=prediction, target=target)

hard = lambda z: F.cross_entropy(z, labels.long(), reduction="none")
arrays |= golden("ce.plain", lambda z: hard(z).mean(), logits=logits)
arrays |= golden("ce.weighted", weighted(lambda z, _: hard(z)), logits=logits, none_=target)
arrays |= golden("ce.soft", lambda z: F.cross_entropy(z, soft.double()), logits=logits)

decoded = torch.randn(2, 3, 4)
clean = torch.randn(2, 3, 4)
steps = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
samples = torch.tensor([0.0, 1.0])
arrays |= dict(decoded=decoded, clean=clean, steps=steps, samples=samples)
arrays |= golden("recon.squared", lambda p, t: ((p - t) ** 2)[steps.bool()].mean(), prediction=decoded, target=clean)
arrays |= golden("recon.smooth", lambda p, t: F.smooth_l1_loss(p[steps.bool()], t[steps.bool()], beta=0.5), prediction=decoded, target=clean)
arrays |= golden("recon.samples", lambda p, t: F.mse_loss(p[1], t[1]), prediction=decoded, target=clean)
save("losses", "task-losses", **arrays)
