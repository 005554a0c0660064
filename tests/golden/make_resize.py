"""Writes resize.json: images resized by torch.nn.functional.interpolate in float64.

pip install torch==2.13.0 && python tests/golden/make_resize.py > tests/golden/resize.json
"""

import json
import sys

import torch
import torch.nn.functional as F

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
SEED = 11
torch.manual_seed(SEED)

SIZES = [((8, 8), (28, 28)), ((8, 8), (20, 20)), ((9, 6), (4, 5)), ((7, 5), (3, 11)), ((5, 4), (5, 4)), ((16, 16), (1, 1)), ((1, 3), (4, 2))]


def case(size: tuple, to: tuple, method: str) -> dict:
    pixels = torch.randint(0, 17, (1, 2, *size))
    images = pixels.double() / 16
    if method == "nearest":
        out = F.interpolate(images, to, mode="nearest-exact")
    else:
        out = F.interpolate(images, to, mode=method, align_corners=False, antialias=True)
    resized = [round(value, 8) for value in out.reshape(-1).tolist()]
    return {"from": list(pixels.shape), "to": list(to), "method": method, "sixteenths": pixels.reshape(-1).tolist(), "resized": resized}


cases = [case(size, to, method) for size, to in SIZES for method in ("nearest", "bilinear", "bicubic", "lanczos")]
json.dump({"torch": torch.__version__, "seed": SEED, "cases": cases}, sys.stdout)
print()
