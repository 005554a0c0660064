"""Writes regularisers.json: what BSS, DELTA, Co-Tuning and StochNorm make of small cases, by PyTorch in float64 from the papers' equations.

Matrices, weights and inputs come from noise.py, so that only what comes out is stored.

pip install torch==2.13.0 && python tests/golden/make_golden_regularisers.py > tests/golden/regularisers.json
"""

import json
import sys

import torch

from noise import draw

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.10g}") for v in tensor.detach().reshape(-1).tolist()]


def matrix(kind: str, n: int, d: int) -> torch.Tensor:
    """Float32 values, of which the Node tests make the same."""
    x = draw(n + d, [n, d], 2.0)
    if kind == "features":
        # As behind a ReLU: none below 0, one singular value far above the rest.
        x = torch.clamp(x, min=0)
    elif kind == "flat":
        # All singular values nearly equal.
        x = (torch.eye(n, d) * 3 + draw(n + d, [n, d], 1e-4).float()).double()
    elif kind == "equal":
        x = torch.eye(n, d).double() * 3
    elif kind == "deficient":
        # The smallest singular value is 0, or the smallest three.
        x[1] = x[0]
        x[3] = x[2]
        x[5] = x[2]
    elif kind == "tiny":
        x = torch.clamp(x, min=0) * 2.0**-20
    elif kind == "zero":
        x = x * 0
    return x


def tail(kind: str, n: int, d: int, k: int) -> dict:
    x = matrix(kind, n, d).requires_grad_()
    singular = torch.linalg.svdvals(x)
    value = (singular[-k:] ** 2).sum()
    value.backward()
    probes = [(x.grad * draw(1000 + i, [n, d], 1.0)).sum() for i in range(4)]
    return {
        "kind": kind,
        "shape": [n, d],
        "k": k,
        "value": numbers(value),
        "largest": numbers(singular[0]),
        "norm": numbers(x.grad.norm()),
        "probes": numbers(torch.stack(probes)),
    }


tails = [tail(kind, n, d, 1) for kind in ("features", "flat", "deficient") for n in (16, 32, 48) for d in (64, 1280)]
tails += [tail("features", 16, 64, 3), tail("features", 48, 1280, 5), tail("flat", 16, 64, 4), tail("deficient", 16, 64, 5)]
# Fewer columns than rows, one row, all the singular values; and those without a direction of their own.
tails += [tail("features", 20, 7, 2), tail("features", 1, 8, 1), tail("features", 4, 6, 4), tail("tiny", 16, 64, 1), tail("equal", 16, 64, 1), tail("equal", 16, 64, 2)]
# All at 0: PyTorch's own gradient there is 0 as well.
tails += [tail("zero", 8, 16, 1)]

golden = {"torch": torch.__version__.split("+")[0], "tails": tails}
json.dump(golden, sys.stdout, separators=(",", ":"))
print()
