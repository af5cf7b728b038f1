"""Checks exported ONNX files: by onnx's own checker, and by onnxruntime on samples whose outputs TensorFlow.js has computed.

    trimodal export runs/dbr --samples samples.safetensors
    python tools/reference/compiler/onnx_check.py runs/dbr/model.onnx samples.safetensors

Needs onnx, onnxruntime and numpy; written with onnx 1.23.1, onnxruntime 1.30.0, numpy 2.4.6. Exits with 1 if an output differs by
more than the tolerance, relative to the largest value where that is above 1.
"""

import argparse
import json
import sys

import numpy as np
import onnx
import onnxruntime

BATCH_SIZES = (1, 5, 64)


def read_safetensors(path: str) -> dict[str, np.ndarray]:
    """Header length (u64), JSON header, little-endian data; float32 is all there is here."""
    content = open(path, "rb").read()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(content[start:][slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
    }


def describe(path: str) -> None:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    opsets = {entry.domain or "ai.onnx": entry.version for entry in model.opset_import}
    print(f"{path}: accepted by onnx {onnx.__version__} (full check); opset {opsets}, {len(model.graph.node)} nodes")
    for entry in model.metadata_props:
        shown = entry.value if len(entry.value) <= 70 else f"{entry.value[:67]}... ({len(entry.value)} characters)"
        print(f"  {entry.key}: {shown}")


def largest_differences(session: onnxruntime.InferenceSession, samples: dict[str, np.ndarray], size: int) -> dict[str, float]:
    """Of each output, over all samples: in batches of a size, the last of what is left."""
    inputs = {entry.name: samples[f"input/{entry.name}"] for entry in session.get_inputs()}
    names = [entry.name for entry in session.get_outputs()]
    count = len(inputs["present"])
    found = dict.fromkeys(names, 0.0)
    for start in range(0, count, size):
        rows = slice(start, start + size)
        outputs = session.run(names, {name: values[rows] for name, values in inputs.items()})
        for name, got in zip(names, outputs):
            wanted = samples[f"output/{name}"][rows]
            assert got.shape == wanted.shape and np.isfinite(got).all(), f"{name}: got {got.shape}, wanted {wanted.shape}"
            found[name] = max(found[name], float(np.abs(got - wanted).max()))
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("samples")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    options = parser.parse_args()
    describe(options.model)
    samples = read_safetensors(options.samples)
    session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
    by_size = {size: largest_differences(session, samples, size) for size in BATCH_SIZES}
    count = len(samples["input/present"])
    print(f"onnxruntime {onnxruntime.__version__} against TensorFlow.js, {count} samples, largest absolute difference at batch size")
    width = max(len(name) for name in by_size[1])
    print(f"  {'output':{width}}{''.join(f'{size:>10}' for size in BATCH_SIZES)}{'values to':>12}")
    failed = False
    for name in by_size[1]:
        scale = float(np.abs(samples[f"output/{name}"]).max())
        failed |= any(found[name] > options.tolerance * max(scale, 1.0) for found in by_size.values())
        print(f"  {name:{width}}{''.join(f'{found[name]:10.1e}' for found in by_size.values())}{scale:12.2f}")
    print("an output differs" if failed else "all outputs agree")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
