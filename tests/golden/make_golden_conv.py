"""Writes conv.json: outputs and gradients of convolutions and pools, and second derivatives, as PyTorch computes them in float64.

pip install torch==2.13.0 && python tests/golden/make_golden_conv.py > tests/golden/conv.json
"""

import json
import sys

import torch
import torch.nn.functional as F

SEED = 21
assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
torch.manual_seed(SEED)


def draw(*shape):
    """Float64 numbers of four decimals, so that the file holds them exactly."""
    return torch.randn(shape, dtype=torch.float64).mul(1e4).round().div(1e4)


def levels(*shape):
    """Few different numbers, so that windows hold equal ones."""
    return torch.randint(-1, 3, shape).to(torch.float64)


def dump(x):
    return {"shape": list(x.shape), "data": [float(f"{v:.12g}") for v in x.detach().reshape(-1).tolist()]}


def case(name, op, f, inputs, **attrs):
    """y, the gradient of sum(dy y) by each input, and the gradient of sum over inputs of sum(seed gradient) by each input (second derivatives)."""
    leaves = [x.clone().requires_grad_() for x in inputs]
    y = f(*leaves)
    dy = draw(*y.shape)
    first = torch.autograd.grad(y, leaves, dy, create_graph=True)
    seeds = [draw(*x.shape) for x in inputs]
    slope = sum((gradient * seed).sum() for gradient, seed in zip(first, seeds))
    second = torch.autograd.grad(slope, leaves, allow_unused=True) if slope.requires_grad else [None] * len(leaves)
    return {"name": name, "op": op, "attrs": attrs, "inputs": [dump(x) for x in inputs], "y": dump(y), "dy": dump(dy),
            "gradients": [dump(gradient) for gradient in first], "seeds": [dump(seed) for seed in seeds],
            "second": [None if gradient is None else dump(gradient) for gradient in second]}


def padding(pads):
    """ONNX's begins and ends as F.pad takes them: the last axis first."""
    rank = len(pads) // 2
    return [pads[i + side * rank] for i in reversed(range(rank)) for side in (0, 1)]


def same(sizes, kernel, strides, dilations, upper):
    """Pads that SAME_UPPER or SAME_LOWER stand for."""
    totals = [max(0, (-(-size // s) - 1) * s + (k - 1) * d + 1 - size) for size, k, s, d in zip(sizes, kernel, strides, dilations)]
    small, large = [t // 2 for t in totals], [t - t // 2 for t in totals]
    return small + large if upper else large + small


def conv(x, w, bias=True, **attrs):
    rank = len(x) - 2
    strides, dilations = attrs.get("strides", [1] * rank), attrs.get("dilations", [1] * rank)
    auto = attrs.get("auto_pad", "NOTSET")
    pads = same(x[2:], w[2:], strides, dilations, auto == "SAME_UPPER") if auto.startswith("SAME") else attrs.get("pads", [0] * 2 * rank)
    function = [F.conv1d, F.conv2d, F.conv3d][rank - 1]

    def f(x, w, b=None):
        return function(F.pad(x, padding(pads)), w, b, strides, 0, dilations, attrs.get("group", 1))
    inputs = [draw(*x), draw(*w)] + ([draw(w[0])] if bias else [])
    return case(f"Conv {x} {w} {attrs}", "Conv", f, inputs, **attrs)


def transposed(x, w, bias=True, **attrs):
    rank = len(x) - 2
    function = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
    pads, group = attrs.get("pads", [0] * 2 * rank), attrs.get("group", 1)

    def f(x, w, b=None):
        # Without pads, then cut: PyTorch's pads are even.
        y = function(x, w, b, attrs.get("strides", [1] * rank), 0, attrs.get("output_padding", [0] * rank), group, attrs.get("dilations", [1] * rank))
        for axis in range(rank):
            y = y.narrow(axis + 2, pads[axis], y.shape[axis + 2] - pads[axis] - pads[axis + rank])
        return y
    inputs = [draw(*x), draw(*w)] + ([draw(w[1] * group)] if bias else [])
    return case(f"ConvTranspose {x} {w} {attrs}", "ConvTranspose", f, inputs, **attrs)


def max_pool(x, what="", sample=draw, **attrs):
    rank = len(x) - 2
    function = [F.max_pool1d, F.max_pool2d, F.max_pool3d][rank - 1]
    pads = attrs.get("pads", [0] * 2 * rank)

    def f(x):
        return function(F.pad(x, padding(pads), value=-torch.inf), attrs["kernel_shape"], attrs.get("strides", [1] * rank), 0,
                        attrs.get("dilations", 1), bool(attrs.get("ceil_mode", 0)))
    return case(f"MaxPool {x} {attrs} {what}".strip(), "MaxPool", f, [sample(*x)], **attrs)


def average_pool(x, **attrs):
    rank = len(x) - 2
    function = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][rank - 1]
    pads = attrs.get("pads", [0] * 2 * rank)

    def f(x):
        return function(x, attrs["kernel_shape"], attrs.get("strides", [1] * rank), pads[:rank], bool(attrs.get("ceil_mode", 0)),
                        bool(attrs.get("count_include_pad", 0)))
    return case(f"AveragePool {x} {attrs}", "AveragePool", f, [draw(*x)], **attrs)


cases = [
    conv([2, 3, 7], [2, 3, 3], strides=[2], pads=[2, 1]),
    conv([2, 4, 8], [4, 1, 3], bias=False, dilations=[2], group=4, pads=[1, 2]),
    conv([2, 2, 5, 4], [3, 2, 3, 2]),
    conv([2, 2, 6, 5], [3, 2, 3, 3], strides=[2, 1], pads=[1, 0, 0, 2]),
    conv([1, 2, 7, 6], [2, 2, 3, 2], bias=False, dilations=[2, 3], pads=[1, 1, 2, 0]),
    conv([2, 4, 5, 4], [6, 2, 3, 3], group=2, pads=[1, 1, 1, 1]),
    conv([2, 3, 5, 5], [6, 1, 3, 3], bias=False, group=3, strides=[2, 2], pads=[1, 1, 1, 1]),
    conv([1, 5, 4, 4], [2, 5, 1, 1], strides=[2, 2]),
    conv([1, 2, 6, 6], [8, 2, 3, 3]),
    conv([1, 2, 7, 6], [2, 2, 3, 2], bias=False, auto_pad="SAME_UPPER", strides=[2, 2]),
    conv([1, 2, 7, 6], [2, 2, 2, 4], bias=False, auto_pad="SAME_LOWER", strides=[2, 1]),
    conv([1, 2, 7, 6], [2, 2, 2, 3], bias=False, auto_pad="VALID", strides=[3, 2]),
    conv([1, 2, 4, 3, 4], [2, 2, 2, 2, 3], strides=[1, 1, 2], dilations=[2, 1, 1], pads=[1, 0, 1, 0, 1, 1]),
    conv([1, 4, 3, 4, 3], [4, 1, 2, 2, 2], bias=False, group=4),
    transposed([2, 3, 4], [3, 2, 3], strides=[2], dilations=[2], pads=[1, 2], output_padding=[1]),
    transposed([2, 2, 3, 4], [2, 3, 3, 2], strides=[2, 3], pads=[1, 0, 0, 1], output_padding=[1, 2]),
    transposed([2, 4, 3, 3], [4, 2, 3, 3], group=2, dilations=[1, 2], pads=[1, 1, 1, 1]),
    transposed([1, 3, 3, 3], [3, 1, 2, 2], bias=False, group=3, strides=[2, 2]),
    transposed([1, 2, 2, 3, 2], [2, 2, 2, 2, 2], strides=[2, 1, 2]),
    max_pool([2, 2, 6, 5], kernel_shape=[2, 2], strides=[2, 2]),
    max_pool([2, 2, 6, 6], "ties", levels, kernel_shape=[2, 2], strides=[2, 2]),
    max_pool([2, 2, 6, 5], "ties", levels, kernel_shape=[3, 2], strides=[1, 1]),
    max_pool([1, 2, 6, 5], kernel_shape=[3, 3], strides=[2, 1], pads=[1, 0, 0, 1]),
    max_pool([1, 2, 7, 8], kernel_shape=[2, 2], strides=[1, 2], dilations=[2, 3]),
    max_pool([1, 2, 8], kernel_shape=[3], strides=[2], ceil_mode=1),
    max_pool([1, 1, 6, 7], kernel_shape=[2, 3], strides=[3, 3], ceil_mode=1),
    max_pool([1, 1, 4, 4, 5], kernel_shape=[2, 2, 2], strides=[2, 2, 2]),
    average_pool([2, 2, 6, 5], kernel_shape=[2, 2], strides=[2, 2]),
    average_pool([1, 2, 6, 5], kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1]),
    average_pool([1, 2, 6, 5], kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1], count_include_pad=1),
    average_pool([1, 2, 8], kernel_shape=[3], strides=[2], ceil_mode=1),
    average_pool([1, 2, 7], kernel_shape=[3], strides=[2], pads=[1, 1], count_include_pad=1),
    average_pool([1, 1, 4, 5, 4], kernel_shape=[2, 3, 2], strides=[2, 1, 1]),
    case("GlobalAveragePool", "GlobalAveragePool", lambda x: x.mean((2, 3), keepdim=True), [draw(2, 3, 4, 5)]),
]
json.dump({"torch": "2.13.0", "seed": SEED, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
