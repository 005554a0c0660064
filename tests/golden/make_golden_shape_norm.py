"""Writes shape-norm.json: outputs and gradients of moves, look-ups, matrix products and normalisations, as PyTorch computes them in float64.

pip install torch==2.13.0 && python tests/golden/make_golden_shape_norm.py > tests/golden/shape-norm.json
"""

import json
import sys

import torch
import torch.nn.functional as F

SEED = 20
# ONNX attributes are float32; these are exact in it, as are all others below.
EPSILON = 2.0**-10
assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
torch.manual_seed(SEED)


def draw(*shape, positive=False):
    """Float64 numbers of four decimals, so that the file holds them exactly."""
    x = torch.randn(shape, dtype=torch.float64)
    return ((x.abs() + 0.5) if positive else x).mul(1e4).round().div(1e4)


def number(x):
    """Fifteen digits: what the comparison needs, and no more than that."""
    return float(f"{x:.15g}") if isinstance(x, float) else x


def dump(x):
    kinds = {torch.float64: "float64", torch.int64: "int64"}
    return {"dtype": kinds[x.dtype], "shape": list(x.shape), "data": [number(v) for v in x.detach().reshape(-1).tolist()]}


def ints(*values):
    return torch.tensor(values, dtype=torch.int64)


def case(name, op, f, inputs, **attrs):
    """A node, the gradient `dy` of its output, and those of its floating-point inputs."""
    leaves = [x if x is None or x.dtype == torch.int64 else x.clone().requires_grad_() for x in inputs]
    y = f(*leaves)
    dy = draw(*y.shape)
    y.backward(dy)
    grads = [dump(x.grad) if x is not None and x.requires_grad else None for x in leaves]
    return {"name": name, "op": op, "attrs": attrs, "inputs": [None if x is None else dump(x) for x in inputs],
            "y": dump(y), "dy": dump(dy), "gradients": grads}


def pad(mode):
    torch_mode = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}[mode]
    return case(f"Pad {mode}", "Pad", lambda x, _: F.pad(x, (2, 1, 1, 2), mode=torch_mode),
                [draw(1, 2, 3, 4), ints(0, 0, 1, 2, 0, 0, 2, 1)], mode=mode)


def matmul(a, b):
    return case(f"MatMul {a} {b}", "MatMul", torch.matmul, [draw(*a), draw(*b)])


def gemm(trans_a, trans_b, c):
    def f(a, b, c):
        return 0.5 * (a.T if trans_a else a) @ (b.T if trans_b else b) + 2 * c
    return case(f"Gemm {trans_a} {trans_b} {list(c)}", "Gemm", f,
                [draw(*((3, 2) if trans_a else (2, 3))), draw(*((4, 3) if trans_b else (3, 4))), draw(*c)],
                alpha=0.5, beta=2.0, transA=trans_a, transB=trans_b)


def batch_norm_training():
    """Three steps with PyTorch's momentum; its running variance is the unbiased one."""
    x = [draw(4, 3, 2, 2) * 2 + 1 for _ in range(3)]
    scale, bias, mean, variance = draw(3), draw(3), draw(3), draw(3, positive=True)
    running = [mean.clone(), variance.clone()]
    steps = []
    for step in x:
        leaves = [v.clone().requires_grad_() for v in (step, scale, bias)]
        y = F.batch_norm(leaves[0], running[0], running[1], leaves[1], leaves[2], training=True, momentum=0.25, eps=EPSILON)
        dy = draw(*y.shape)
        y.backward(dy)
        steps.append({"x": dump(step), "y": dump(y), "dy": dump(dy), "gradients": [dump(v.grad) for v in leaves],
                      "mean": dump(running[0]), "variance": dump(running[1])})
    return {"momentum": 0.25, "epsilon": EPSILON, "scale": dump(scale), "bias": dump(bias), "mean": dump(mean), "variance": dump(variance), "steps": steps}


def frozen(x, scale, bias, mean, variance):
    def wide(v):
        return v[:, None, None]
    return (x - wide(mean)) / torch.sqrt(wide(variance) + EPSILON) * wide(scale) + wide(bias)


cases = [
    *(gemm(*a) for a in [(0, 0, (4,)), (0, 1, (2, 1)), (1, 0, (2, 4)), (1, 1, ())]),
    *(matmul(*a) for a in [((3,), (3,)), ((3,), (2, 3, 4)), ((2, 2, 3), (3,)), ((2, 4, 3), (3, 2)), ((5, 1, 2, 3), (4, 3, 2)), ((2, 3), (4, 3, 2))]),
    case("Gather rows, with repeats", "Gather", lambda x, i: x[i], [draw(5, 3), torch.tensor([[1, 4, 1], [-1, 1, 0]])], axis=0),
    case("Gather columns of a long axis", "Gather", lambda x, i: x[:, i], [draw(2, 9), ints(8, 3, 8, -9, 0)], axis=1),
    case("Slice with steps", "Slice", lambda x, *_: x[1:6:2, :3], [draw(7, 4), ints(1, -5), ints(-1, 3), ints(0, 1), ints(2, 1)]),
    case("Slice backwards", "Slice", lambda x, *_: x.flip(0)[1::3], [draw(7, 2), ints(-2), ints(-(2**62)), ints(0), ints(-3)]),
    *(pad(mode) for mode in ("reflect", "edge", "wrap")),
    case("Pad by zeros, cut at the front", "Pad", lambda x, _: F.pad(x, (-1, 2)), [draw(3, 4), ints(0, -1, 0, 2)], mode="constant"),
    case("BatchNormalization frozen", "BatchNormalization", frozen, [draw(2, 3, 2, 2), draw(3), draw(3), draw(3), draw(3, positive=True)], epsilon=EPSILON),
    case("LayerNormalization over one axis", "LayerNormalization", lambda x, s, b: F.layer_norm(x, (4,), s, b, EPSILON), [draw(2, 3, 4), draw(4), draw(4)], axis=-1, epsilon=EPSILON),
    case("LayerNormalization over two axes, no bias", "LayerNormalization", lambda x, s: F.layer_norm(x, (3, 4), s, None, EPSILON), [draw(2, 3, 4), draw(3, 4)], axis=1, epsilon=EPSILON),
]
json.dump({"torch": "2.13.0", "seed": SEED, "cases": cases, "batchNorm": batch_norm_training()}, sys.stdout)
print()
