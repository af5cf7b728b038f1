"""Writes a feature file in the MMSA layout that a model can learn a little from in a second: 30, 9 and 11 samples.

Vision is missing for every third sample, audio has a -inf, one column is constant, lengths differ, and an id needs quotes in a CSV.

Run: python tools/reference/trimodal/tiny.py
"""

import pathlib
import pickle

import numpy as np

FILE = pathlib.Path(__file__).resolve().parents[3] / "packages/trimodal/src/__fixtures__/tiny.pkl"
SHAPES = {"text": (4, 7), "audio": (6, 5), "vision": (5, 3)}


def split(name, count, rng, directions):
    scores = rng.uniform(-3, 3, count)
    fields = {"id": [f"{name}$_${i}" for i in range(count)], "regression_labels": scores.astype("f4")}
    for modality, (time, dim) in SHAPES.items():
        features = 0.5 * rng.standard_normal((count, time, dim)) + scores[:, None, None] * directions[modality]
        lengths = rng.integers(1, time + 1, count)
        if modality == "vision":
            lengths[::3] = 0
            features[:, :, 1] = 9
        if modality == "audio":
            features[1, 0, 2] = -np.inf
        for i, length in enumerate(lengths):
            features[i, length:] = 0
        fields[modality] = features.astype("f4")
        fields[f"{modality}_lengths"] = [int(length) for length in lengths]
    return fields


def main():
    rng = np.random.default_rng(1)
    directions = {modality: rng.standard_normal(dim) / 3 for modality, (_, dim) in SHAPES.items()}
    splits = {name: split(name, count, rng, directions) for name, count in {"train": 30, "valid": 9, "test": 11}.items()}
    splits["test"]["id"][0] = 'a "quoted", id'
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(pickle.dumps(splits, protocol=4))


main()
