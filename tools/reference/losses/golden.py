"""Values and gradients of reference losses, computed in float64 from float32 inputs."""

import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fixture import save  # noqa: E402,F401


def golden(name, loss, **inputs):
    """The value of `loss(**inputs)` and its gradient by each input that is no constant (name ends in an underscore)."""
    leaves = {key: value.double().requires_grad_(not key.endswith("_")) for key, value in inputs.items()}
    value = loss(*leaves.values())
    value.backward()
    arrays = {f"{name}.value": value}
    for key, leaf in leaves.items():
        if leaf.requires_grad:
            arrays[f"{name}.grad.{key}"] = leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)
    return arrays


def unit(x):
    return x / torch.sqrt((x * x).sum(-1, keepdim=True) + 1e-8)
