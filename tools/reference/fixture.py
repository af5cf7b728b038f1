"""Writes named arrays as a golden fixture: {name: {shape, data}} with every float32 digit."""

import json
import pathlib

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]


def save(package: str, name: str, **arrays: torch.Tensor) -> None:
    folder = ROOT / "packages" / package / "src" / "__fixtures__"
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        key: {"shape": list(value.shape), "data": [float(f"{x:.9g}") for x in value.detach().double().flatten().tolist()]}
        for key, value in arrays.items()
    }
    (folder / f"{name}.json").write_text(json.dumps(content) + "\n")
