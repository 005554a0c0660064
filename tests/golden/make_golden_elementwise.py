"""Writes elementwise.json: gradients of element-wise ops, reductions and softmax by PyTorch in float64, at kinks, ties, bounds and extreme values too.

pip install torch==2.13.0 && python tests/golden/make_golden_elementwise.py > tests/golden/elementwise.json
"""

import json
import sys

import torch
import torch.nn.functional as F

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
SEED = 20
generator = torch.Generator().manual_seed(SEED)
cases = []


def rand(*shape: int) -> torch.Tensor:
    """Random numbers of three decimals, which both precisions read alike to 1e-7."""
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * 1000).round() / 1000


def t(*values: float, shape: tuple[int, ...] | None = None) -> torch.Tensor:
    tensor = torch.tensor(values, dtype=torch.float64)
    return tensor if shape is None else tensor.reshape(shape)


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.12g}") for v in tensor.reshape(-1).tolist()]


def case(op: str, function, *inputs: torch.Tensor | None, attrs: dict | None = None, axes: list[int] | None = None, condition: torch.Tensor | None = None) -> None:
    """One op: `inputs` are differentiated; `axes` is a constant behind them, `condition` one before them."""
    leaves = [x if x is None else x.clone().requires_grad_() for x in inputs]
    y = function(*leaves)
    dy = rand(*y.shape)
    used = [x for x in leaves if x is not None]
    gradients = torch.autograd.grad(y, used, dy, allow_unused=True)
    record = {"op": op, "inputs": [None if x is None else {"dims": list(x.shape), "data": numbers(x)} for x in inputs]}
    if attrs:
        record["attrs"] = attrs
    if axes is not None:
        record["axes"] = axes
    if condition is not None:
        record["condition"] = {"dims": list(condition.shape), "data": condition.reshape(-1).int().tolist()}
    record["dy"] = {"dims": list(dy.shape), "data": numbers(dy)}
    record["dx"] = [numbers(d if d is not None else torch.zeros_like(x)) for d, x in zip(gradients, used)]
    cases.append(record)


def mean_of(*xs: torch.Tensor) -> torch.Tensor:
    return torch.stack(torch.broadcast_tensors(*xs)).mean(0)


a, b = rand(2, 1, 3), rand(4, 1)
nonzero = t(-2, -0.5, 0.25, 3)
case("Add", torch.add, a, b)
case("Sub", torch.sub, a, b)
case("Mul", torch.mul, a, b)
case("Div", torch.div, a, t(-2, -0.5, 0.25, 3, shape=(4, 1)))
case("Neg", torch.neg, a)
case("Abs", torch.abs, t(-1.5, 0, 0.5, -1e-30))
case("Exp", torch.exp, t(-20, -1, 0, 3))
case("Log", torch.log, t(0.001, 1, 20))
case("Sqrt", torch.sqrt, t(0.001, 1, 20))
case("Reciprocal", torch.reciprocal, nonzero)
case("Sin", torch.sin, rand(4))
case("Cos", torch.cos, rand(4))
case("Pow", torch.pow, t(0.5, 1, 2, 3), t(-1.5, 0, 0.5, 2))
case("Pow", torch.pow, t(0, 0, 2), t(1, 2, 0))
case("Mod", torch.fmod, t(5.3, -5.3, 5.3, -5.3, 0.2), t(2, 2, -2, -2, 0.7), attrs={"fmod": 1})
case("Relu", F.relu, t(-1, 0, 1, 1e-30))
case("LeakyRelu", lambda x: F.leaky_relu(x, 0.3), t(-1, 0, 1), attrs={"alpha": 0.3})
case("PRelu", lambda x, w: F.prelu(x, w.reshape(-1)), torch.tensor([[[-1.0, 0], [2, -3]]], dtype=torch.float64), t(0.25, -0.5, shape=(2, 1)))
case("Elu", lambda x: F.elu(x, 0.7), t(-30, -1, 0, 1), attrs={"alpha": 0.7})
case("Sigmoid", torch.sigmoid, t(-40, -1, 0, 2, 40))
case("HardSigmoid", F.hardsigmoid, t(-4, -3, -1, 0, 3, 4), attrs={"alpha": 1 / 6, "beta": 0.5})
case("HardSwish", F.hardswish, t(-4, -2.5, -1, 0, 1, 4))
case("Tanh", torch.tanh, t(-20, -1, 0, 2))
case("Gelu", F.gelu, t(-8, -1, 0, 0.5, 8))
case("Gelu", lambda x: F.gelu(x, approximate="tanh"), t(-8, -1, 0, 0.5, 8), attrs={"approximate": "tanh"})
case("Erf", torch.erf, t(-4, -0.5, 0, 1))
case("Softplus", lambda x: F.softplus(x, threshold=1e9), t(-30, -1, 0, 2, 30))
case("Clip", torch.clamp, t(-2, -1, 0, 1, 3), t(-1, shape=()), t(1, shape=()))
case("Clip", lambda x, low: torch.clamp(x, min=low), t(-2, -1, 0), t(-1, shape=()))
case("Clip", lambda x, low, high: torch.clamp(x, max=high), t(-2, 1, 2), None, t(1, shape=()))
case("Min", torch.minimum, t(1, 2, 3, 0, shape=(2, 2)), t(1, 3))
case("Max", torch.maximum, t(1, 2, 3, 0, shape=(2, 2)), t(1, 3))
case("Max", lambda x, y, z: torch.stack(torch.broadcast_tensors(x, y, z)).amax(0), t(1, 2, shape=(2, 1)), t(1, 3), t(1, shape=()))
case("Sum", lambda x, y, z: x + y + z, a, b, t(0.5, shape=()))
case("Mean", mean_of, a, b, t(0.5, shape=()))
condition = torch.tensor([[True], [False]])
case("Where", lambda x, y: torch.where(condition, x, y), rand(3), rand(), condition=condition)
case("Softmax", lambda x: torch.softmax(x, 1), rand(2, 3, 2), attrs={"axis": 1})
case("Softmax", lambda x: torch.softmax(x, -1), t(1000, 999, -1000))
case("LogSoftmax", lambda x: torch.log_softmax(x, 0), rand(3, 2), attrs={"axis": 0})
case("LogSoftmax", lambda x: torch.log_softmax(x, -1), t(1000, 999, -1000))

ties = t(1, 3, 3, 0, 0, 2, shape=(2, 3))
with_zeros = t(2, 0, 3, 0, 0, 4, -1, 2, 0.5, shape=(3, 3))
positive = rand(2, 3, 2).abs() + 0.1
dims = (2, 0)
x = rand(2, 3, 2)


def reduce(op: str, function, x: torch.Tensor, keep: tuple[int, ...] = dims) -> None:
    for keepdims in (0, 1):
        case(op, lambda v: function(v, keep, bool(keepdims)), x, attrs={"keepdims": keepdims}, axes=list(keep))


reduce("ReduceSum", torch.sum, x)
reduce("ReduceMean", torch.mean, x)
reduce("ReduceMax", torch.amax, ties, (1,))
reduce("ReduceMin", torch.amin, ties, (-1,))
reduce("ReduceProd", lambda v, axes, keepdims: v.prod(axes[0], keepdims), with_zeros, (1,))
reduce("ReduceSumSquare", lambda v, axes, keepdims: (v * v).sum(axes, keepdims), x)
reduce("ReduceL1", lambda v, axes, keepdims: torch.linalg.vector_norm(v, 1, axes, keepdims), t(-1, 0, 2, 0.5, shape=(2, 2)), (0,))
reduce("ReduceL2", lambda v, axes, keepdims: torch.linalg.vector_norm(v, 2, axes, keepdims), t(-1, 0, 2, 0, shape=(2, 2)), (0,))
reduce("ReduceLogSum", lambda v, axes, keepdims: v.sum(axes, keepdims).log(), positive)
reduce("ReduceLogSumExp", torch.logsumexp, t(1000, 999, -1000, 3, shape=(2, 2)), (1,))

json.dump({"torch": torch.__version__.split("+")[0], "seed": SEED, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
