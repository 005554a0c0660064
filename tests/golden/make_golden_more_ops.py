"""Writes more-ops.json: outputs and gradients of activations, trigonometry, normalisations, moves, scatters and pools, as PyTorch computes them in float64.

pip install torch==2.13.0 && python tests/golden/make_golden_more_ops.py > tests/golden/more-ops.json
"""

import json
import sys

import torch
import torch.nn.functional as F

SEED = 20
EPSILON = 2.0**-10
assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
torch.manual_seed(SEED)
cases = []


def draw(*shape, positive=False):
    """Float64 numbers of three decimals."""
    x = torch.randn(shape, dtype=torch.float64)
    return ((x.abs() + 0.25) if positive else x).mul(1e3).round().div(1e3)


def t(*values):
    return torch.tensor(values, dtype=torch.float64)


def ints(*values):
    return torch.tensor(values, dtype=torch.int64)


def bools(*values):
    return torch.tensor(values, dtype=torch.bool)


def number(x):
    return float(f"{x:.12g}") if isinstance(x, float) else int(x)


def dump(x, single):
    kinds = {torch.float64: "float32" if single else "float64", torch.int64: "int64", torch.bool: "bool"}
    return {"dtype": kinds[x.dtype], "shape": list(x.shape), "data": [number(v) for v in x.detach().reshape(-1).tolist()]}


def case(op, f, *inputs, single=False, **attrs):
    """A node, the gradient `dy` of its first output, and those of its floating-point inputs. `single`: ONNX Runtime has float32 kernels only."""
    leaves = [x.clone().requires_grad_() if x is not None and x.is_floating_point() else x for x in inputs]
    y = f(*leaves)
    dy = draw(*y.shape)
    y.backward(dy)
    cases.append({
        "op": op, "attrs": attrs, "inputs": [None if x is None else dump(x, single) for x in inputs], "y": dump(y, single), "dy": dump(dy, single),
        "gradients": [dump(x.grad, single) if x is not None and x.requires_grad else None for x in leaves],
    })


kinks = t(-30, -2, -0.5, 0, 0.5, 2, 30)
case("Selu", F.selu, kinks, single=True)
case("Celu", lambda x: F.celu(x, 0.75), kinks, single=True, alpha=0.75)
case("ThresholdedRelu", lambda x: F.threshold(x, 0.5, 0), kinks, single=True, alpha=0.5)
case("Shrink", lambda x: F.hardshrink(x, 0.5), kinks, single=True, lambd=0.5)
case("Shrink", lambda x: F.softshrink(x, 0.5), kinks, single=True, lambd=0.5, bias=0.5)
case("Softsign", F.softsign, kinks, single=True)
case("Mish", F.mish, kinks, single=True)
case("Swish", F.silu, kinks)
case("Swish", lambda x: x * torch.sigmoid(1.5 * x), kinks, alpha=1.5)

for op, f in {"Tan": torch.tan, "Atan": torch.atan, "Sinh": torch.sinh, "Cosh": torch.cosh, "Asinh": torch.asinh}.items():
    case(op, f, t(-1.25, -0.5, 0, 0.5, 1.25), single=True)
for op, f in {"Asin": torch.asin, "Acos": torch.acos, "Atanh": torch.atanh}.items():
    case(op, f, t(-0.875, -0.5, 0, 0.5, 0.875), single=True)
case("Acosh", torch.acosh, t(1.125, 1.5, 4), single=True)

image = draw(2, 4, 3, 3)
case("InstanceNormalization", lambda x, s, b: F.instance_norm(x, weight=s, bias=b, eps=EPSILON), image, draw(4), draw(4), single=True, epsilon=EPSILON)
for groups in (1, 2, 4):
    case("GroupNormalization", lambda x, s, b, groups=groups: F.group_norm(x, groups, s, b, EPSILON), image, draw(4), draw(4),
         num_groups=groups, epsilon=EPSILON, stash_type=11)
case("RMSNormalization", lambda x, s: F.rms_norm(x, (4,), s, EPSILON), draw(2, 3, 4), draw(4), epsilon=EPSILON, axis=-1)
case("RMSNormalization", lambda x, s: F.rms_norm(x, (3, 4), s, EPSILON), draw(2, 3, 4), draw(3, 4), epsilon=EPSILON, axis=1)
for p in (1, 2):
    case("LpNormalization", lambda x, p=p: F.normalize(x, p, 1), draw(2, 3, 4), p=p, axis=1)
for size in (1, 3, 5):
    case("LRN", lambda x, size=size: F.local_response_norm(x, size, 0.5, 0.75, 2.0), image, single=True, size=size, alpha=0.5, beta=0.75, bias=2.0)
case("MeanVarianceNormalization", lambda x: (x - x.mean((0, 2, 3), keepdim=True)) / x.std((0, 2, 3), keepdim=True, correction=0), image, single=True, axes=[0, 2, 3])

case("DepthToSpace", lambda x: F.pixel_shuffle(x, 2), draw(2, 8, 2, 3), blocksize=2, mode="CRD")
case("CumSum", lambda x, _: x.cumsum(1), draw(3, 4), ints(1).reshape(()))
case("CumSum", lambda x, _: x.flip(0).cumsum(0).flip(0), draw(3, 4), ints(0).reshape(()), reverse=1)
case("TopK", lambda x, _: x.topk(2, 0, largest=False).values, draw(5, 3), ints(2), axis=0, largest=0)
case("Trilu", lambda x, _: x.tril(1), draw(2, 3, 4), ints(1).reshape(()), upper=0)
case("Trilu", lambda x, _: x.triu(-1), draw(4, 3), ints(-1).reshape(()))
case("Compress", lambda x, c: x[:, c], draw(2, 3), bools(True, False, True), axis=1)
case("OneHot", lambda i, _, v: torch.stack([torch.where(i == k, v[1], v[0]) for k in range(3)], -1), ints(0, 2, 1, 2), ints(3).reshape(()), draw(2), single=True)

places = torch.tensor([[0, 2, 2], [0, 1, 2], [1, 2, 2]])
for reduction, name in {"mul": "prod", "max": "amax", "min": "amin"}.items():
    # Whole numbers: ties for the extremes, zeros for the product.
    data, updates = (draw(3, 3) * 2).round().clamp(-2, 2), (draw(3, 3) * 2).round().clamp(-2, 2)
    if reduction == "mul":
        data, updates = data + 2.5, updates + 2.5
    case("ScatterElements", lambda d, i, u, name=name: d.scatter_reduce(0, i, u, name), data, places, updates, axis=0, reduction=reduction)
    rows = ints(1, 0, 1)
    case("ScatterND", lambda d, i, u, name=name: d.index_reduce(0, i[:, 0], u, name) if name == "prod" else d.scatter_reduce(0, i.expand(3, 3), u, name),
         data, rows.reshape(3, 1), updates, reduction=reduction)
case("GatherND", lambda x, i: x[torch.arange(2)[:, None], i[..., 0]], draw(2, 3, 2), torch.tensor([[[0], [2], [0]], [[1], [1], [-1]]]), batch_dims=1)

tied = t(1, 3, 3, 0, 2, 2, 2, 2).reshape(1, 2, 2, 2)
case("GlobalMaxPool", lambda x: F.adaptive_max_pool2d(x, 1), tied, single=True)
for p in (1, 2, 3):
    case("GlobalLpPool", lambda x, p=p: torch.linalg.vector_norm(x, p, (2, 3), True), image, p=p)
case("LpPool", lambda x: F.lp_pool2d(x, 2, (2, 3), (1, 2)), draw(1, 2, 4, 5), single=True, kernel_shape=[2, 3], strides=[1, 2], p=2)
case("LpPool", lambda x: F.lp_pool2d(x, 3, 2), draw(1, 2, 4, 4, positive=True), single=True, kernel_shape=[2, 2], strides=[2, 2], p=3)
case("Col2Im", lambda x, *_: F.fold(x, (5, 4), (2, 2), dilation=(1, 2), padding=(1, 0), stride=(2, 1)), draw(2, 12, 6), ints(5, 4), ints(2, 2), single=True,
     strides=[2, 1], dilations=[1, 2], pads=[1, 0, 1, 0])

json.dump({"torch": "2.13.0", "seed": SEED, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
