"""python tools/reference/metrics/metrics.py"""

import itertools
import math
import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fixture import save  # noqa: E402

rng = np.random.default_rng(0)
arrays = {}


def put(name, value):
    arrays[name] = torch.tensor(np.asarray(value, dtype=np.float64))


# --- scores of MOSI and MOSEI, in the words of the published evaluation scripts


def weighted_f1(truth, predicted):
    total = 0.0
    for c in np.unique(truth):
        hits = np.sum((truth == c) & (predicted == c))
        precision = hits / max(np.sum(predicted == c), 1)
        recall = hits / np.sum(truth == c)
        total += np.mean(truth == c) * (2 * precision * recall / (precision + recall) if hits else 0.0)
    return total


def regression(truth, prediction):
    rounded = lambda limit: np.mean(np.round(np.clip(prediction, -limit, limit)) == np.round(np.clip(truth, -limit, limit)))
    non_zero = np.array([i for i, e in enumerate(truth) if e != 0])
    sides = (truth[non_zero] > 0), (prediction[non_zero] > 0)
    wide = (truth >= 0), (prediction >= 0)
    return [
        np.mean(np.abs(prediction - truth)),
        np.corrcoef(prediction, truth)[0][1],
        rounded(3.0),
        rounded(2.0),
        np.mean(sides[0] == sides[1]),
        np.mean(wide[0] == wide[1]),
        weighted_f1(*sides),
        weighted_f1(*wide),
    ]


truth = np.round(np.clip(rng.normal(0, 1.6, 200), -3, 3) * 5) / 5
prediction = truth * 0.6 + rng.normal(0, 1.0, 200)
prediction[:20] = np.round(prediction[:20] * 2) / 2  # halves, which round to even
truth[:4] = 0
put("mosi.truth", truth.astype(np.float32))
put("mosi.prediction", prediction.astype(np.float32))
put("mosi.scores", regression(truth.astype(np.float32).astype(np.float64), prediction.astype(np.float32).astype(np.float64)))

# --- CH-SIMS: classes are intervals open below and closed above, in float32


def sims(truth, prediction):
    def classes(values, ends):
        values = np.clip(values, -1, 1)
        out = np.zeros(len(values), dtype=int)
        for i, (low, high) in enumerate(itertools.pairwise(ends)):
            out[(values > np.float32(low)) & (values <= np.float32(high))] = i
        return out

    accuracy = lambda ends: np.mean(classes(truth, ends) == classes(prediction, ends))
    two = [-1.01, 0.0, 1.01]
    wide = truth.astype(np.float64), prediction.astype(np.float64)
    return [
        np.mean(np.abs(wide[0] - wide[1])),
        np.corrcoef(*wide)[0, 1],
        accuracy(two),
        accuracy([-1.01, -0.1, 0.1, 1.01]),
        accuracy([-1.01, -0.7, -0.1, 0.1, 0.7, 1.01]),
        weighted_f1(classes(truth, two), classes(prediction, two)),
    ]


truth = (np.round(np.clip(rng.normal(0, 0.5, 150), -1, 1) * 5) / 5).astype(np.float32)
prediction = (truth * 0.7 + rng.normal(0, 0.3, 150)).astype(np.float32)
prediction[:8] = np.float32([-0.7, -0.1, 0, 0.1, 0.7, -0.7, 0.1, -0.1])  # on the borders
put("sims.truth", truth)
put("sims.prediction", prediction)
put("sims.scores", sims(truth, prediction))

# --- classification, class 4 of 6 nowhere, class 5 predicted only

truth = rng.integers(0, 4, 90)
predicted = np.where(rng.random(90) < 0.6, truth, rng.integers(0, 4, 90))
predicted[:3] = 5
occurring = [0, 1, 2, 3, 5]
per_class = []
for c in occurring:
    hits = np.sum((truth == c) & (predicted == c))
    precision = hits / max(np.sum(predicted == c), 1)
    recall = hits / max(np.sum(truth == c), 1)
    per_class.append([2 * precision * recall / (precision + recall) if hits else 0.0, precision, recall, np.mean(truth == c)])
per_class = np.array(per_class)
macro = per_class[:, :3].mean(0)
weighted = (per_class[:, :3] * per_class[:, 3:]).sum(0)
confusion = np.zeros((6, 6))
np.add.at(confusion, (truth, predicted), 1)
put("classes.truth", truth)
put("classes.predicted", predicted)
put("classes.scores", [np.mean(truth == predicted), macro[0], weighted[0], macro[1], weighted[1], macro[2], weighted[2]])
put("classes.confusion", confusion)

# --- paired tests


def student(t, dof):
    """P(T > |t|) by integrating the density, as no distribution function is at hand."""
    grid = np.linspace(0, 1, 2_000_001)[1:-1]
    x = abs(t) + grid / (1 - grid)
    scale = math.exp(math.lgamma((dof + 1) / 2) - math.lgamma(dof / 2)) / math.sqrt(dof * math.pi)
    return float(np.sum(scale * (1 + x * x / dof) ** (-(dof + 1) / 2) / (1 - grid) ** 2) * (grid[1] - grid[0]))


a = rng.normal(0.84, 0.01, 6)
b = a - rng.normal(0.006, 0.006, 6)
d = a - b
t = d.mean() / (d.std(ddof=1) / math.sqrt(6))
signs = np.array(list(itertools.product([1, -1], repeat=6)))
put("paired.a", a)
put("paired.b", b)
put("paired.t", [d.mean(), t, 2 * student(t, 5)])
put("paired.permutation", np.mean(np.abs(signs @ d) >= abs(d.sum()) - 1e-12))

# --- representations

x = rng.normal(size=(40, 5))
y = np.tanh(x @ rng.normal(size=(5, 3))) + 0.3 * rng.normal(size=(40, 3))
put("maps.x", x)
put("maps.y", y)
xc, yc = x - x.mean(0), y - y.mean(0)
put("maps.cka", np.linalg.norm(xc.T @ yc) ** 2 / (np.linalg.norm(xc.T @ xc) * np.linalg.norm(yc.T @ yc)))
for penalty in (0.0, 2.5):
    weight = np.linalg.solve(xc.T @ xc + penalty * np.eye(5), xc.T @ yc)
    put(f"ridge.{penalty}.weight", weight)
    put(f"ridge.{penalty}.bias", y.mean(0) - x.mean(0) @ weight)
half = slice(0, 25), slice(25, 40)
mean, spread = x[half[0]].mean(0), x[half[0]].std(0)
z = (x - mean) / spread
centre = y[half[0]].mean(0)
weight = np.linalg.solve(z[half[0]].T @ z[half[0]] + np.eye(5), z[half[0]].T @ (y[half[0]] - centre))
residual = ((y[half[1]] - z[half[1]] @ weight - centre) ** 2).sum(0)
put("probe.r2", np.mean(1 - residual / ((y[half[1]] - y[half[1]].mean(0)) ** 2).sum(0)))
labels = y.argmax(1)
hot = np.eye(3)[labels]
centre = hot[half[0]].mean(0)
weight = np.linalg.solve(z[half[0]].T @ z[half[0]] + np.eye(5), z[half[0]].T @ (hot[half[0]] - centre))
put("probe.labels", labels)
put("probe.accuracy", np.mean((z[half[1]] @ weight + centre).argmax(1) == labels[half[1]]))
put("statistics", [a.mean(), a.std(ddof=1), np.trapezoid(a, [0, 0.1, 0.3, 0.5, 0.6, 1.0])])

save("metrics", "metrics", **arrays)
