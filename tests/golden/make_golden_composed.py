"""Writes composed.json: outputs and gradients of recurrent layers, Einsum, Resize, GridSample, attention and their like, as PyTorch computes them in float64.

pip install torch==2.13.0 && python tests/golden/make_golden_composed.py > tests/golden/composed.json
"""

import json
import math
import sys

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

SEED = 21
assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
torch.manual_seed(SEED)


def draw(*shape, scale=1.0):
    """Float64 numbers of three decimals, which float32 rounds alike everywhere."""
    return torch.randn(shape, dtype=torch.float64).mul(1e3 * scale).round().div(1e3)


def constant(values, dtype=torch.int64):
    return torch.tensor(values, dtype=dtype)


def dump(x):
    kinds = {torch.float64: "float64", torch.int64: "int64", torch.int32: "int32", torch.bool: "bool"}
    values = x.detach().reshape(-1).tolist()
    return {"dtype": kinds[x.dtype], "shape": list(x.shape), "data": [float(f"{v:.10g}") if isinstance(v, float) else int(v) for v in values]}


def case(name, op, f, inputs, precision="float64", fixed=(), **attrs):
    """A node, gradients of its outputs, and those of its floating-point inputs but the `fixed` ones, which are constants like the integers."""
    def learns(i, x):
        return x is not None and x.dtype == torch.float64 and i not in fixed
    leaves = [x.clone().requires_grad_() if learns(i, x) else x for i, x in enumerate(inputs)]
    ys = f(*leaves)
    ys = ys if isinstance(ys, tuple) else (ys,)
    dys = [None if y is None else draw(*y.shape) for y in ys]
    sum((y * dy).sum() for y, dy in zip(ys, dys) if y is not None).backward()
    some = lambda x: None if x is None else dump(x)
    return {"name": name, "op": op, "attrs": attrs, "precision": precision, "fixed": list(fixed), "inputs": [some(x) for x in inputs],
            "ys": [some(y) for y in ys], "dys": [some(dy) for dy in dys],
            "gradients": [dump(x.grad) if learns(i, x) else None for i, x in enumerate(leaves)]}


# Rows of PyTorch's gates in ONNX's order.
GATES = {"LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2], "RNN": [0]}
T, B, I, H = 5, 3, 4, 3


def recurrent(op, direction="forward", lengths=None, layout=0, outputs=None, activation=None):
    """PyTorch's module with its rows in ONNX's order; `outputs` are those that are asked for."""
    d, order = (2 if direction == "bidirectional" else 1), GATES[op]
    kinds = {"nonlinearity": activation.lower()} if activation else {}
    module = getattr(torch.nn, op)(I, H, bidirectional=d == 2, batch_first=bool(layout), **kinds).double()
    count = 3 if op == "LSTM" else 2

    def reordered(rows):
        parts = rows.reshape(len(order), H, *rows.shape[1:])
        return torch.stack([parts[order.index(k)] for k in range(len(order))]).reshape(rows.shape)

    def f(x, w, r, b, _, h0, c0=None):
        parameters = {}
        for k in range(d):
            end = "_l0_reverse" if k else "_l0"
            wb, rb = b[k].chunk(2)
            for key, value in (("weight_ih", w[k]), ("weight_hh", r[k]), ("bias_ih", wb), ("bias_hh", rb)):
                parameters[key + end] = reordered(value)
        data = x if lengths is None else pack_padded_sequence(x, lengths, batch_first=bool(layout), enforce_sorted=False)
        turn = (lambda s: s.transpose(0, 1)) if layout else (lambda s: s)
        first = turn(h0) if c0 is None else (turn(h0), turn(c0))
        y, last = torch.func.functional_call(module, parameters, (data, first))
        if lengths is not None:
            y = pad_packed_sequence(y, batch_first=bool(layout), total_length=T)[0]
        y = y.reshape(*y.shape[:2], d, H)
        y = y if layout else y.transpose(1, 2)
        states = [turn(s) for s in (last if op == "LSTM" else (last,))]
        return tuple(v if outputs is None or k in outputs else None for k, v in enumerate([y, *states]))

    rows = len(order) * H
    state = (B, d, H) if layout else (d, B, H)
    inputs = [draw(*((B, T, I) if layout else (T, B, I))), draw(d, rows, I, scale=0.5), draw(d, rows, H, scale=0.5), draw(d, 2 * rows),
              None if lengths is None else constant(lengths, torch.int32), draw(*state), *([draw(*state)] if op == "LSTM" else [])]
    attrs = {"hidden_size": H, "direction": direction, **({"layout": 1} if layout else {}), **({"linear_before_reset": 1} if op == "GRU" else {}),
             **({"activations": [activation] * d} if activation else {})}
    asked = "" if outputs is None else f" outputs {list(outputs)} of {count}"
    return case(f"{op} {direction} lengths {lengths} layout {layout}{asked}", op, f, inputs, "float32", **attrs)


def einsum(equation, *shapes):
    return case(f"Einsum {equation}", "Einsum", lambda *xs: torch.einsum(equation, *xs), [draw(*s) for s in shapes], equation=equation)


def attention(name, q, k, v, mask=None, **attrs):
    """Operands `[B, heads, L, D]`, or `[B, L, heads D]` where attributes give the heads."""
    def f(q, k, v, mask=None):
        split = (lambda x, n: x.unflatten(2, (n, -1)).transpose(1, 2)) if "q_num_heads" in attrs else (lambda x, n: x)
        q, k, v = split(q, attrs.get("q_num_heads")), split(k, attrs.get("kv_num_heads")), split(v, attrs.get("kv_num_heads"))
        causal = bool(attrs.get("is_causal"))
        if causal and mask is not None:
            hidden = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).triu(1)
            mask, causal = mask.masked_fill(hidden, -math.inf), False
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, scale=attrs.get("scale"), enable_gqa=q.shape[1] != k.shape[1])
        return y.transpose(1, 2).flatten(2) if "q_num_heads" in attrs else y
    return case(f"Attention {name}", "Attention", f, [draw(*q), draw(*k), draw(*v), *([] if mask is None else [mask])], "float32", **attrs)


def rotary(name, x, cache, positions=None, **attrs):
    """By complex numbers: each pair is one, turned by cos + i sin."""
    def f(x, cos, sin, positions=None):
        heads = x if x.dim() == 4 else x.unflatten(2, (attrs["num_heads"], -1)).transpose(1, 2)
        turn = torch.complex(cos, sin)
        turn = (turn if positions is None else turn[positions])[:, None]
        n = 2 * turn.shape[-1]
        part, rest = heads[..., :n], heads[..., n:]
        if attrs.get("interleaved"):
            z = torch.complex(part[..., 0::2], part[..., 1::2]) * turn
            turned = torch.stack([z.real, z.imag], -1).flatten(-2)
        else:
            z = torch.complex(part[..., : n // 2], part[..., n // 2 :]) * turn
            turned = torch.cat([z.real, z.imag], -1)
        y = torch.cat([turned, rest], -1)
        return y if x.dim() == 4 else y.transpose(1, 2).flatten(2)
    inputs = [draw(*x), draw(*cache), draw(*cache), *([] if positions is None else [constant(positions)])]
    return case(f"RotaryEmbedding {name}", "RotaryEmbedding", f, inputs, "float32", **attrs)


def resize(name, shape, sizes, torch_mode, **attrs):
    """Spatial `sizes`; PyTorch's scales are those of the sizes too."""
    aligned = attrs.get("coordinate_transformation_mode") == "align_corners"
    options = {"antialias": True} if attrs.get("antialias") else {}
    if "nearest" not in torch_mode:
        options["align_corners"] = aligned
    inputs = [draw(*shape), None, None, constant([*shape[:2], *sizes])]
    return case(f"Resize {name}", "Resize", lambda x, *_: F.interpolate(x, sizes, mode=torch_mode, **options), inputs, "float32", **attrs)


def grid_sample(mode, padding, aligned, sizes=(4, 5), output=(3, 4), images=(2, 3)):
    """Places inside and outside, at least a tenth of an element away from where a neighbour changes."""
    at = torch.stack([torch.randint(-2, n + 2, (images[0], *output)) + torch.empty(images[0], *output).uniform_(0.1, 0.4).mul(100).round().div(100) for n in reversed(sizes)], -1).double()
    n = torch.tensor(list(reversed(sizes)), dtype=torch.float64)
    grid = (2 * at / (n - 1) - 1 if aligned else (2 * at + 1) / n - 1).mul(1e5).round().div(1e5)
    torch_mode = {"linear": "bilinear", "nearest": "nearest", "cubic": "bicubic"}[mode]
    def f(x, grid):
        return F.grid_sample(x, grid, torch_mode, padding, align_corners=bool(aligned))
    return case(f"GridSample {mode} {padding} {aligned} {list(sizes)}", "GridSample", f, [draw(*images, *sizes), grid], "float32",
                mode=mode, padding_mode=padding, align_corners=aligned)


def affine_grid(sizes, aligned):
    rank = len(sizes) - 2
    def f(theta, _):
        return F.affine_grid(theta, sizes, align_corners=bool(aligned))
    return case(f"AffineGrid {sizes} {aligned}", "AffineGrid", f, [draw(sizes[0], rank, rank + 1), constant(sizes)], "float32", align_corners=aligned)


def max_unpool():
    """ONNX counts the places over the whole tensor, PyTorch in each channel."""
    x, places = F.max_pool2d(draw(2, 2, 4, 6), 2, return_indices=True)
    channels = torch.arange(4).reshape(2, 2, 1, 1) * 24
    return case("MaxUnpool", "MaxUnpool", lambda x, i: F.max_unpool2d(x, i - channels, 2), [x, places + channels], "float32", kernel_shape=[2, 2], strides=[2, 2])


cases = [
    *(recurrent(op, direction, lengths, layout) for op in GATES for direction, lengths, layout in
      [("forward", None, 0), ("bidirectional", None, 1), ("forward", [5, 2, 3], 1), ("bidirectional", [1, 5, 3], 0)]),
    recurrent("LSTM", "bidirectional", outputs=(1,)),
    recurrent("LSTM", "bidirectional", [4, 2, 5], layout=1, outputs=(1, 2)),
    recurrent("GRU", outputs=(1,)),
    recurrent("RNN", "bidirectional", activation="Relu"),
    einsum("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 5, 2, 4)),
    einsum("...ij,...kj->...ik", (2, 3, 2, 4), (2, 3, 3, 4)),
    einsum("bi,oij,bj->bo", (2, 3), (2, 3, 4), (2, 4)),
    einsum("ii->i", (3, 3)),
    attention("plain", (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3), scale=0.25),
    attention("causal, shared keys", (2, 3, 8), (2, 3, 4), (2, 3, 6), is_causal=1, q_num_heads=4, kv_num_heads=2),
    attention("boolean mask", (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3), torch.rand(2, 1, 3, 5) < 0.7),
    attention("causal, added mask", (2, 4, 3, 4), (2, 2, 3, 4), (2, 2, 3, 3), draw(4, 3, 3), is_causal=1),
    rotary("halves", (2, 2, 3, 4), (2, 3, 2)),
    rotary("pairs at positions, in part", (2, 3, 12), (5, 2), [[0, 1, 2], [4, 3, 4]], num_heads=2, interleaved=1, rotary_embedding_dim=4),
    resize("nearest", (1, 2, 3, 4), (7, 6), "nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    resize("linear", (1, 2, 4, 5), (7, 3), "bilinear", mode="linear", coordinate_transformation_mode="pytorch_half_pixel"),
    resize("linear aligned", (1, 2, 4, 5), (8, 3), "bilinear", mode="linear", coordinate_transformation_mode="align_corners"),
    resize("linear of three axes", (1, 2, 2, 3, 4), (4, 5, 3), "trilinear", mode="linear"),
    resize("cubic", (1, 2, 4, 5), (9, 6), "bicubic", mode="cubic", coordinate_transformation_mode="pytorch_half_pixel"),
    resize("linear, antialias", (1, 2, 8, 9), (3, 4), "bilinear", mode="linear", antialias=1, exclude_outside=1),
    resize("cubic, antialias", (1, 2, 8, 9), (3, 4), "bicubic", mode="cubic", antialias=1, exclude_outside=1, cubic_coeff_a=-0.5),
    *(grid_sample(mode, padding, aligned) for mode in ("linear", "nearest", "cubic") for padding in ("zeros", "border", "reflection") for aligned in (0, 1)),
    grid_sample("linear", "zeros", 0, (3, 2, 4), (2, 1, 3)),
    grid_sample("linear", "reflection", 1, (50, 49), (2, 3), (1, 1)),
    grid_sample("nearest", "zeros", 0, (25, 26), (2, 2), (2, 1)),
    affine_grid([2, 3, 3, 4], 0),
    affine_grid([2, 3, 2, 3, 4], 1),
    max_unpool(),
    case("DFT", "DFT", lambda x: torch.view_as_real(torch.fft.fft(x[..., 0])), [draw(2, 6, 1)]),
    case("DFT along a middle axis", "DFT", lambda x, n, a: torch.view_as_real(torch.fft.fft(torch.view_as_complex(x), 4, dim=1)),
         [draw(2, 5, 3, 2), constant(4), constant(1)]),
]
json.dump({"torch": "2.13.0", "seed": SEED, "cases": cases}, sys.stdout)
print()
