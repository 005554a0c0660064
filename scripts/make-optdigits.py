# Writes data/optdigits/*.gz (IDX, gzipped) from scikit-learn's copy of UCI optdigits' test part. Run by hand; the files are committed.
# Needs: pip install numpy==2.4.6 scikit-learn==1.9.1. The IDX bytes inside are the same on every machine; their sha256 is checked below.
import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

UNSIGNED_BYTE = 0x08
SHA256 = {
    "images-idx3-ubyte": "359cd13f0f514122884198b78a131df597421cbf5e93a76678fa96fc548f0d96",
    "labels-idx1-ubyte": "ce71631c1f31ce56fa54f31d1d498fafacff59b001e6c30c4a5e29508aa277ad",
}


def idx(values: np.ndarray) -> bytes:
    """IDX: two zero bytes, the element type, the rank, each size as a big-endian uint32, then the elements row-major."""
    return bytes([0, 0, UNSIGNED_BYTE, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.astype(np.uint8).tobytes()


digits = load_digits()
assert digits.images.shape == (1797, 8, 8) and digits.images.min() == 0 and digits.images.max() == 16
assert np.bincount(digits.target).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]

folder = Path(__file__).resolve().parent.parent / "data" / "optdigits"
folder.mkdir(parents=True, exist_ok=True)
for name, values in {"images-idx3-ubyte": digits.images, "labels-idx1-ubyte": digits.target}.items():
    raw = idx(values)
    digest = hashlib.sha256(raw).hexdigest()
    assert digest == SHA256[name], f"{name}: sha256 is {digest}, expected {SHA256[name]}"
    (folder / f"{name}.gz").write_bytes(gzip.compress(raw, compresslevel=9, mtime=0))
