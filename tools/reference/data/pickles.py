"""Writes the small pickles that the reader's tests read, in every form that real feature files come in, and what they hold.

Run: python tools/reference/data/pickles.py
"""

import collections
import gzip
import json
import math
import pathlib
import pickle
import struct

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "packages/data/src/readers/__fixtures__"


def numbers(*shape, dtype="f4"):
    """Values that differ all over and are exact in float32 (and in float16 when small)."""
    count = math.prod(shape)
    return ((np.arange(count) * 7919 % 2003 - 1001) / 64).astype(dtype).reshape(shape)


def arrays():
    count = np.arange(24).reshape(2, 3, 4)
    return {
        "float32": numbers(2, 3, 4),
        "float64": numbers(2, 3, 4, dtype="f8"),
        "float16": np.array([[0.0, -0.5, 65504.0], [6e-8, -6.1e-5, 1.5]], "f2"),
        "not_finite": np.array([np.nan, np.inf, -np.inf], "f4"),
        "not_finite_half": np.array([np.nan, np.inf, -np.inf], "f2"),
        "int8": (count - 12).astype("i1"),
        "int16": (count * 1000 - 12000).astype("i2"),
        "int32": (count * 100_000_000 - 1_200_000_000).astype("i4"),
        "int64": count * 10**12 - 12 * 10**12,
        "uint8": (count * 11).astype("u1"),
        "uint16": (count * 2800).astype("u2"),
        "uint32": (count * 180_000_000).astype("u4"),
        "uint64": (count * 10**12).astype("u8"),
        "bool": count % 3 == 0,
        "big_float32": numbers(2, 3, 4).astype(">f4"),
        "big_float64": numbers(2, 3, 4).astype(">f8"),
        "big_int16": (count - 12).astype(">i2"),
        "big_int64": (count - 12).astype(">i8"),
        "fortran": np.asfortranarray(numbers(2, 3, 4)),
        "fortran_float64": np.asfortranarray(numbers(2, 3, 4, dtype="f8")),
        "permuted": numbers(3, 2, 4).swapaxes(0, 1),
        "sliced": numbers(4, 3, 8)[::2, :, ::2],
        "no_axes": np.array(2.5, "f4"),
        "empty": np.zeros((0, 3), "f4"),
        "text": np.array([["ein", "Wörter", ""], ["\U0001f600", "b", "c"]]),
        "text_big": np.array(["ab", "cde"]).astype(">U3"),
        "text_fortran": np.asfortranarray(np.array([["a", "b", "c"], ["d", "e", "f"]])),
        "bytes": np.array([b"ab", b"cde"]),
        "objects": np.array([["x", 1, None], [2.5, "y", "z"]], dtype=object),
        "objects_fortran": np.asfortranarray(np.array([["x", 1, None], [2.5, "y", "z"]], dtype=object)),
        "large": numbers(40, 4, 7),
        "large_fortran": np.asfortranarray(numbers(40, 4, 7)),
        "large_permuted": numbers(4, 40, 67)[:, :, :7].copy().swapaxes(0, 1),
        "large_rows_permuted": numbers(2, 9, 70).swapaxes(0, 1),
        "large_big_float64": numbers(25, 3, 7, dtype=">f8"),
        "large_float16": numbers(40, 60).astype("f2"),
    }


def plain():
    shared = ["shared"]
    return {
        "none": None,
        "true": True,
        "integers": [0, 255, 256, 65535, 65536, -1, -(2**31), 2**31, -(2**40), 2**53, -(2**53), 127, -128, -129],
        "huge": [2**64, -(2**64)],
        "floats": [0.1, -1e300],
        "text": "Wörter \U0001f600 \ufeff",
        "long_text": "é" * 3000,
        "bytes": b"\x00\xff",
        "no_bytes": b"",
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "nested": {"a": [{"b": []}]},
        "set": {3},
        "frozenset": frozenset([4]),
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "twice": [shared, shared],
        "scalars": [np.float32(0.5), np.float64(0.1), np.int64(-3), np.bool_(True), np.str_("né"), np.uint8(200)],
        "scalar_big": np.dtype(">f8").type(0.25),
    }


def to_json(value):
    if isinstance(value, np.ndarray):
        kind = value.dtype.newbyteorder("=")
        name = {"U": "str", "S": "bytes", "O": "object"}.get(kind.kind, kind.name)
        return {"dtype": name, "shape": list(value.shape), "data": [to_json(x) for x in value.flatten().tolist()]}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def python2():
    """What Python 2's cPickle writes in protocol 2: text and array contents alike are byte strings."""

    def string(content):
        head = b"U" + struct.pack("<B", len(content)) if len(content) < 256 else b"T" + struct.pack("<i", len(content))
        return head + content

    def array(values, code):
        shape = b"".join(b"K" + struct.pack("<B", size) for size in values.shape)
        kind, order = code[1:], code[:1]
        return (
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + string(b"b") + b"\x87R"
            + b"(K\x01(" + shape + b"t" + b"cnumpy\ndtype\n" + string(kind.encode()) + b"K\x00K\x01\x87R"
            + b"(K\x03" + string(order.encode()) + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
            + b"\x89" + string(values.astype(code).tobytes()) + b"tb"
        )

    items = [
        string(b"small") + array(numbers(2, 3), "<f8"),
        string(b"large") + array(numbers(40, 4, 7), "<f4"),
        string(b"id") + b"]q\x01(" + string("Wörter".encode()) + string(b"caf\xe9") + b"e",
        string(b"count") + b"I4294967296\n",
        string(b"long") + b"L-12L\n",
        string(b"flag") + b"I01\n",
        string(b"unicode") + b"X\x02\x00\x00\x00" + "é".encode(),
    ]
    return b"\x80\x02}q\x00(" + b"".join(items) + b"u."


def mmsa():
    """5, 2 and 3 samples; text lengths only in the attention mask, vision missing for some, -inf in audio."""

    def split(count, seed):
        text, audio, vision = numbers(count, 4, 3) + seed, numbers(count, 6, 2) + seed, numbers(count, 5, 7) + seed
        text_lengths = [(i + seed) % 4 + 1 for i in range(count)]
        audio_lengths = [(2 * i + seed) % 6 + 1 for i in range(count)]
        vision_lengths = np.array([0 if i % 2 == seed % 2 else 5 for i in range(count)])
        mask = np.array([[1.0] * length + [0.0] * (4 - length) for length in text_lengths])
        for i in range(count):
            text[i, text_lengths[i]:] = 0
            audio[i, audio_lengths[i]:] = 0
            vision[i, vision_lengths[i]:] = 0
        audio[0, 0, 1] = -np.inf
        vision[:, :, 6] = np.where(vision[:, :, 0] != 0, 9.0, 0.0)
        scores = (np.arange(count) - 2 + seed / 4).astype("f4")
        return {
            "raw_text": np.array([f"text {i}" for i in range(count)]),
            "audio": audio,
            "vision": vision.astype("f8"),
            "id": [f"video{seed}$_${i}" for i in range(count)],
            "text": text,
            "text_bert": np.stack([mask * 7, mask, mask * 0], axis=1),
            "audio_lengths": audio_lengths,
            "vision_lengths": vision_lengths,
            "annotations": ["Negative" if score < 0 else "Positive" for score in scores],
            "classification_labels": np.sign(scores) + 1,
            "regression_labels": scores,
        }

    return {"train": split(5, 1), "valid": split(2, 2), "test": split(3, 3), "config": {"seq_lens": [4, 6, 5]}}


def mult():
    """The MulT layout: labels with two trailing axes, ids as triples of bytes, padding at the start, no lengths."""

    def split(count, seed):
        features = {}
        for key, dim in {"text": 3, "audio": 2, "vision": 4}.items():
            features[key] = numbers(count, 4, dim, dtype="f8") + seed
            for i in range(count):
                features[key][i, : (i + seed) % 4] = 0
        ids = np.array([[f"v{i}".encode(), b"1.5", b"2.25"] for i in range(count)])
        return {**features, "labels": ((np.arange(count) - 1) / 2).astype("f4").reshape(-1, 1, 1), "id": ids}

    return {"train": split(3, 0), "valid": split(2, 1), "test": split(4, 2)}


def feature_facts(splits):
    """What `describeFeatureFile` must find, computed here by numpy."""
    facts = {}
    for name in ("train", "valid", "test"):
        fields = splits[name]
        facts[name] = {}
        for key in ("text", "audio", "vision"):
            values = fields[key]
            lengths = fields.get(f"{key}_lengths")
            if lengths is None:
                lengths = fields["text_bert"][:, 1].sum(1)
            lengths = [int(x) for x in lengths]
            steps = np.concatenate([values[i, : lengths[i]] for i in range(len(values))])
            facts[name][key] = {
                "shape": list(values.shape),
                "dtype": values.dtype.name,
                "lengths": lengths,
                "samplesPresent": sum(length > 0 for length in lengths),
                "negativeInfinity": int(np.isneginf(steps).sum()),
                "constantColumns": [
                    c for c in range(values.shape[2]) if len(set(steps[np.isfinite(steps[:, c]), c].tolist())) == 1
                ],
                "data": [to_json(x) for x in values.flatten().tolist()],
            }
    return facts


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    held, simple = arrays(), plain()
    for protocol in (2, 4, 5):
        content = pickle.dumps({"arrays": held, "plain": simple}, protocol=protocol)
        if protocol == 2:
            # the module's name before numpy 2
            content = content.replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
        pickle.loads(content)
        (FOLDER / f"protocol{protocol}.pkl").write_bytes(content)
    (FOLDER / "arrays.json").write_text(json.dumps({key: to_json(value) for key, value in held.items()}) + "\n")

    content = python2()
    check = pickle.loads(content, encoding="latin1")
    assert (check["large"] == numbers(40, 4, 7)).all() and check["count"] == 2**32, check
    (FOLDER / "python2.pkl").write_bytes(content)
    facts = {"small": to_json(numbers(2, 3)), "large": to_json(numbers(40, 4, 7))}
    (FOLDER / "python2.json").write_text(json.dumps(facts) + "\n")

    # never load these: they run a command
    command = b"echo a pickle ran this"
    reduce = b"U" + struct.pack("<B", len(command)) + command + b"\x85R"
    (FOLDER / "malicious.pkl").write_bytes(b"\x80\x02}U\x05train]cos\nsystem\n" + reduce + b"as.")
    stack_global = b"\x8c\x05posix\x8c\x06system\x93\x8c" + struct.pack("<B", len(command)) + command + b"\x85R."
    (FOLDER / "malicious-protocol4.pkl").write_bytes(b"\x80\x04" + stack_global)

    splits = mmsa()
    content = pickle.dumps(splits, protocol=4)
    (FOLDER / "mmsa.pkl").write_bytes(content)
    (FOLDER / "mmsa.pkl.gz").write_bytes(gzip.compress(content, mtime=0))
    (FOLDER / "mmsa.json").write_text(json.dumps(feature_facts(splits)) + "\n")
    (FOLDER / "mult.pkl").write_bytes(pickle.dumps(mult(), protocol=2))


main()
