"""Writes npy.json: small arrays of every element type, byte order, layout and file version, as NumPy saves them, with their values.

pip install numpy==2.4.6 && python tests/golden/make_golden_npy.py > tests/golden/npy.json
"""

import base64
import io
import json
import sys

import numpy as np

assert np.__version__ == "2.4.6", np.__version__

NUMBERS = ["i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "u1", "<u2", ">u2", "<u4", ">u4", "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]


def saved(array: np.ndarray, version: tuple[int, int] | None = None) -> str:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version, allow_pickle=True)
    return base64.b64encode(file.getvalue()).decode()


def numbers(type: str) -> np.ndarray:
    kind = np.dtype(type).kind
    values = {"i": [-128, -1, 0, 7, 100, 127], "u": [0, 1, 2, 127, 128, 255], "f": [-2.5, -0.0, 0.125, 1, 1000, 6e-5]}[kind]
    return np.array(values).astype(type)


cases = []


def case(name: str, array: np.ndarray, version: tuple[int, int] | None = None) -> None:
    values = [str(one) if array.dtype.kind in "US" else float(one) for one in array.reshape(-1)]
    if array.dtype.kind == "S":
        values = [one.decode() for one in array.reshape(-1).tolist()]
    cases.append({"name": name, "file": saved(array, version), "dims": list(array.shape[1:]), "values": values})


for type in NUMBERS:
    case(type, numbers(type))
    case(f"{type} 3x2", numbers(type).reshape(3, 2))
    case(f"{type} 3x2 Fortran", np.asfortranarray(numbers(type).reshape(3, 2)))
case("bool", np.array([True, False, True]))
case("bool 2x2", np.array([[True, False], [False, True]]))
case("f4 2x3x4 Fortran", np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)))
for version in [(1, 0), (2, 0), (3, 0)]:
    case(f"version {version[0]}", numbers("<f4"), version)
for type in ["<U", ">U"]:
    case(type, np.array(["", "a", "caf\u00e9", "\U0001f431 cat"]).astype(type + "8"))
case("S", np.array([b"", b"ab", b"abc"]))

refused = [
    {"name": "objects", "file": saved(np.array([{"a": 1}, None], dtype=object))},
    {"name": "complex", "file": saved(np.array([1 + 2j]))},
    {"name": "dates", "file": saved(np.array(["2020-01-01"], dtype="M8[D]"))},
    {"name": "spans", "file": saved(np.array([1], dtype="m8[s]"))},
    {"name": "records", "file": saved(np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]))},
    {"name": "long doubles", "file": saved(np.array([1], dtype=np.longdouble))},
    {"name": "single value", "file": saved(np.array(3.0))},
    {"name": "empty rows", "file": saved(np.zeros((3, 0)))},
    {"name": "rows of strings", "file": saved(np.array([["a", "b"]]))},
]


def archive(compressed: bool, **arrays: np.ndarray) -> str:
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return base64.b64encode(file.getvalue()).decode()


x, y = np.arange(12, dtype="u1").reshape(4, 3), np.array([0, 1, 1, 0])
archives = {
    "X and y": archive(False, X=x, y=y, names=np.array(["no", "yes"], dtype=object)),
    "keras": archive(True, x_train=x, y_train=y, x_test=x[:2] + 100, y_test=y[:2]),
    "medmnist": archive(True, train_images=x, train_labels=y[:, None], val_images=x[:1], val_labels=y[:1, None], test_images=x[1:3], test_labels=y[1:3, None]),
    "no label": archive(False, arr_0=x, arr_1=x.astype(">f4") / 2),
    "lengths differ": archive(False, X=x, y=y[:3]),
    "objects": archive(False, X=x, y=np.array([None, 1, 2, 3], dtype=object)),
}

json.dump({"cases": cases, "refused": refused, "archives": archives}, sys.stdout, indent=1)
