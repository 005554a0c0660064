"""Writes opsets.json: small models of older opsets, other domains, with functions, branches and half precision, and what ONNX Runtime computes with them.

pip install onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 && python tests/golden/make_golden_opsets.py > tests/golden/opsets.json
"""

import base64
import json
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

assert (onnx.__version__, ort.__version__) == ("1.23.2", "1.32.0"), (onnx.__version__, ort.__version__)
rng = np.random.default_rng(7)
F, I, B = np.float32, np.int64, np.bool_


def rand(*shape):
    return rng.standard_normal(shape).astype(F)


def f32(*values):
    return np.array(values, F)


def i64(*values):
    return np.array(values, I)


def node(op, inputs, outputs, domain="", **attrs):
    return helper.make_node(op, inputs, outputs, domain=domain, **attrs)


CASES = []


def case(name, opset, nodes, inputs, outputs=("y",), stored=None, functions=(), domains=None, options=None, digits=5):
    """inputs: name -> array, fed; stored: name -> array, initialisers."""
    if not isinstance(nodes, list):
        nodes = [nodes]
    info = [helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for k, v in inputs.items()]
    out = [o if not isinstance(o, str) else onnx.ValueInfoProto(name=o) for o in outputs]
    graph = helper.make_graph(nodes, name, info, out, [numpy_helper.from_array(v, k) for k, v in (stored or {}).items()])
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, v) for d, v in (domains or {}).items()]
    model = helper.make_model(graph, opset_imports=imports, functions=list(functions), ir_version=8 if opset < 21 else 10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    wanted = session.run(list(o if isinstance(o, str) else o.name for o in outputs), inputs)
    pack = lambda v: {"dtype": str(v.dtype), "dims": list(v.shape), "bytes": base64.b64encode(np.ascontiguousarray(v).tobytes()).decode()}
    CASES.append(
        {
            "name": name,
            "opset": opset,
            "model": base64.b64encode(model.SerializeToString()).decode(),
            "inputs": {k: pack(v) for k, v in inputs.items()},
            "outputs": {o if isinstance(o, str) else o.name: pack(v) for o, v in zip(outputs, wanted)},
            **({"options": options} if options else {}),
            "digits": digits,
        }
    )


x234 = rand(2, 3, 4)
x = {"x": x234}
img = {"x": rand(2, 4, 5, 6)}

# Axes as attributes.
case("Squeeze", 11, node("Squeeze", ["x"], ["y"], axes=[1, -1]), {"x": rand(2, 1, 3, 1)})
case("Squeeze without axes", 7, node("Squeeze", ["x"], ["y"]), {"x": rand(2, 1, 3, 1)})
case("Unsqueeze", 12, node("Unsqueeze", ["x"], ["y"], axes=[0, 2]), x)
for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSumExp"):
    case(op, 11, node(op, ["x"], ["y"], axes=[-1, 0], keepdims=0), x)
case("ReduceMean of all", 7, node("ReduceMean", ["x"], ["y"]), x)
case("ReduceMean 13", 13, node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=1), x)
case("ReduceSum 13", 13, node("ReduceSum", ["x", "a"], ["y"], keepdims=0), x, stored={"a": i64(1)})
case("ReduceLogSum", 11, node("ReduceLogSum", ["x"], ["y"], axes=[1]), {"x": np.abs(rand(2, 3)) + 1})

# Softmax over all axes from one on.
for op in ("Softmax", "LogSoftmax", "Hardmax"):
    case(f"{op} by default", 11, node(op, ["x"], ["y"]), x)
    case(f"{op} of the last axis", 9, node(op, ["x"], ["y"], axis=2), x)
    case(f"{op} 13", 13, node(op, ["x"], ["y"], axis=1), x)
case("Softmax from the first axis on", 11, node("Softmax", ["x"], ["y"], axis=0), x)
case("Softmax over channels of one place", 11, node("Softmax", ["x"], ["y"], axis=1), {"x": rand(2, 3, 1, 1)})

# Bounds, sizes and pads as attributes.
case("Slice", 9, node("Slice", ["x"], ["y"], starts=[1, -3], ends=[2147483647, -1], axes=[1, 2]), x)
case("Slice without axes", 7, node("Slice", ["x"], ["y"], starts=[0, 1], ends=[1, 3]), x)
case("Split", 11, node("Split", ["x"], ["y", "z"], axis=2, split=[1, 3]), x, outputs=("y", "z"))
case("Split in equal parts", 12, node("Split", ["x"], ["y", "z"], axis=-1), x, outputs=("y", "z"))
case("Split 13", 13, node("Split", ["x", "s"], ["y", "z"], axis=2), x, outputs=("y", "z"), stored={"s": i64(3, 1)})
case("Split 13 in equal parts", 13, node("Split", ["x"], ["y", "z"], axis=2), x, outputs=("y", "z"))
case("Pad", 10, node("Pad", ["x"], ["y"], pads=[0, 1, 2, 1, 0, 0], value=1.5), x)
case("Pad by reflection", 9, node("Pad", ["x"], ["y"], pads=[0, 1, 2, 0, 1, 1], mode="reflect"), x)
case("Clip", 9, node("Clip", ["x"], ["y"], min=-0.5, max=0.5), x)
case("Clip from below", 7, node("Clip", ["x"], ["y"], min=-0.25), x)
case("TopK", 9, node("TopK", ["x"], ["y", "i"], k=2, axis=1), x, outputs=("y", "i"))
case("TopK 10", 10, node("TopK", ["x", "k"], ["y", "i"]), x, outputs=("y", "i"), stored={"k": i64(3)})
case("Dropout", 7, node("Dropout", ["x"], ["y"], ratio=0.3), x)
case("Dropout 10", 10, node("Dropout", ["x"], ["y", "mask"]), x)
case("Scatter", 9, node("Scatter", ["x", "i", "u"], ["y"], axis=1), {"x": rand(2, 3), "u": rand(2, 2)}, stored={"i": np.array([[0, 2], [1, 0]], I)})
case("Reshape 7", 7, node("Reshape", ["x", "s"], ["y"]), x, stored={"s": i64(0, -1)})
case("Flatten 9", 9, node("Flatten", ["x"], ["y"], axis=2), x)
case("Tile 7", 7, node("Tile", ["x", "r"], ["y"]), x, stored={"r": i64(1, 2, 1)})
case("Expand 8", 8, node("Expand", ["x", "s"], ["y"]), {"x": rand(3, 1)}, stored={"s": i64(2, 3, 4)})
case("Gather 7", 7, node("Gather", ["x", "i"], ["y"], axis=1), x, stored={"i": i64(2, 0)})
case("Where 9", 9, node("Where", ["c", "x", "z"], ["y"]), {"x": rand(2, 3), "z": rand(3)}, stored={"c": np.array([True, False, True])})
case("Cast 9 there and back", 9, [node("Cast", ["x"], ["i"], to=7), node("Cast", ["i"], ["y"], to=1)], x)
case("Cast to its own type", 19, [node("Cast", ["x"], ["c"], to=1), node("Relu", ["c"], ["y"])], x)
case("CastLike", 15, [node("CastLike", ["i", "x"], ["c"]), node("Add", ["c", "x"], ["y"])], x, stored={"i": i64(1, 2, 3, 4)})
case("Constant 12", 12, [node("Constant", [], ["c"], value_floats=[1.0, 2.0, 3.0, 4.0]), node("Mul", ["x", "c"], ["y"])], x)
case("ConstantOfShape 9", 9, [node("Shape", ["x"], ["s"]), node("ConstantOfShape", ["s"], ["c"], value=numpy_helper.from_array(f32(2))), node("Mul", ["x", "c"], ["y"])], x)
case("Max of three, 8", 8, node("Max", ["x", "a", "b"], ["y"]), x, stored={"a": rand(4), "b": rand(3, 1)})
case("Greater 9", 9, [node("Greater", ["x", "a"], ["c"]), node("Cast", ["c"], ["y"], to=1)], x, stored={"a": rand(4)})
case("Pow 7", 7, node("Pow", ["x", "e"], ["y"]), {"x": np.abs(rand(2, 3))}, stored={"e": f32(2)})

# Products, windows, norms.
case("Gemm 7", 7, node("Gemm", ["x", "w", "b"], ["y"], transB=1, alpha=0.5), {"x": rand(2, 3)}, stored={"w": rand(4, 3), "b": rand(4)})
case("Gemm 11 without C", 11, node("Gemm", ["x", "w"], ["y"]), {"x": rand(2, 3)}, stored={"w": rand(3, 4)})
case("MatMul 9", 9, node("MatMul", ["x", "w"], ["y"]), x, stored={"w": rand(4, 2)})
case("Conv 7", 7, node("Conv", ["x", "w", "b"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2]), img, stored={"w": rand(3, 4, 3, 3), "b": rand(3)})
case("ConvTranspose 7", 7, node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1]), img, stored={"w": rand(4, 3, 3, 3)})
case("MaxPool 8", 8, node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2]), img)
case("MaxPool 10 rounded up", 10, node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1), img)
case("AveragePool 7 with pads", 7, node("AveragePool", ["x"], ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1), img)
case("AveragePool 19 undilated", 19, node("AveragePool", ["x"], ["y"], kernel_shape=[2, 2], dilations=[1, 1]), img)
case("GlobalAveragePool 7", 7, node("GlobalAveragePool", ["x"], ["y"]), img)
stats = {"s": rand(4), "b": rand(4), "m": rand(4), "v": np.abs(rand(4)) + 0.5}
for opset in (7, 9, 13, 14):
    case(f"BatchNormalization {opset}", opset, node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], epsilon=1e-3), img, stored=stats)
case("InstanceNormalization 7", 7, node("InstanceNormalization", ["x", "s", "b"], ["y"]), img, stored={"s": rand(4), "b": rand(4)})
case("GroupNormalization 18", 18, node("GroupNormalization", ["x", "s", "b"], ["y"], num_groups=2), img, stored={"s": rand(2), "b": rand(2)})
case("LRN 7", 7, node("LRN", ["x"], ["y"], size=3), img)
case("PRelu 7", 7, node("PRelu", ["x", "s"], ["y"]), img, stored={"s": rand(4, 1, 1)})
case("Selu 7", 7, node("Selu", ["x"], ["y"]), x)
for op, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
    case(f"{op} 7", 7, node(op, ["x", "w", "r", "b"], ["y"], hidden_size=3), {"x": rand(4, 2, 5)}, stored={"w": rand(1, gates * 3, 5), "r": rand(1, gates * 3, 3), "b": rand(1, gates * 6)})

# Resizing.
case("Upsample 7", 7, node("Upsample", ["x"], ["y"], scales=[1.0, 1.0, 2.0, 2.0], mode="nearest"), img)
case("Upsample 9", 9, node("Upsample", ["x", "s"], ["y"], mode="linear"), img, stored={"s": f32(1, 1, 2, 2)})
case("Resize 10", 10, node("Resize", ["x", "s"], ["y"], mode="nearest"), img, stored={"s": f32(1, 1, 1.5, 2)})
case("Resize 10, linear", 10, node("Resize", ["x", "s"], ["y"], mode="linear"), img, stored={"s": f32(1, 1, 1.5, 2)})
case("Resize 11 with empty inputs", 11, node("Resize", ["x", "r", "e", "t"], ["y"], mode="linear"), img, stored={"r": f32(), "e": f32(), "t": i64(2, 4, 8, 9)})
case("GridSample 16", 16, node("GridSample", ["x", "g"], ["y"], mode="bilinear"), {**img, "g": rng.uniform(-0.9, 0.9, (2, 3, 3, 2)).astype(F)})

# Functions.
gelu = helper.make_function(
    "local", "Scaled", ["a", "b"], ["c"],
    [
        node("Constant", [], ["h"]),
        node("Mul", ["a", "h"], ["m"]),
        node("Softmax", ["m"], ["s"]),
        node("Add", ["s", "b"], ["c"]),
    ],
    [helper.make_opsetid("", 13)], ["k", "axis"],
)
for n, attr, ref, kind in ((0, "value_float", "k", onnx.AttributeProto.FLOAT), (2, "axis", "axis", onnx.AttributeProto.INT)):
    gelu.node[n].attribute.append(onnx.AttributeProto(name=attr, ref_attr_name=ref, type=kind))
twice = helper.make_function(
    "local", "Twice", ["a"], ["c"],
    [node("Scaled", ["a", "a"], ["t"], domain="local", k=2.0, axis=1), node("Scaled", ["t", "a"], ["c"], domain="local", k=0.5)],
    [helper.make_opsetid("", 13), helper.make_opsetid("local", 1)],
)
case("a function of functions", 18, [node("Twice", ["x"], ["t"], domain="local", name="first"), node("Twice", ["t"], ["y"], domain="local")], x, functions=[gelu, twice], domains={"local": 1})

# Branches.
value = lambda name, dtype=TensorProto.FLOAT: helper.make_tensor_value_info(name, dtype, None)
then = helper.make_graph([node("Neg", ["x"], ["a"])], "then", [], [value("a")])
other = helper.make_graph([node("Identity", ["x"], ["b"])], "else", [], [value("b")])
case(
    "a branch on a size", 11,
    [node("Shape", ["x"], ["s"]), node("Gather", ["s", "one"], ["d"]), node("Equal", ["d", "one"], ["c"]), node("If", ["c"], ["y"], then_branch=then, else_branch=other)],
    x, stored={"one": np.array(1, I)},
)
deep = helper.make_graph([node("Add", ["x", "w"], ["q"]), node("If", ["no"], ["z"], then_branch=then, else_branch=helper.make_graph([node("Mul", ["q", "w"], ["m"])], "in", [], [value("m")]))], "deep", [], [value("z")], [numpy_helper.from_array(f32(3), "w")])
case("a branch in a branch", 11, node("If", ["yes"], ["y"], then_branch=deep, else_branch=other), x, stored={"yes": np.array(True), "no": np.array(False)})

# ONNX Runtime's own ops.
MS = {"com.microsoft": 1}


def ms(op, inputs, outputs, **attrs):
    return node(op, inputs, outputs, domain="com.microsoft", **attrs)


def fused(name, nodes, inputs, outputs=("y",), stored=None, **more):
    case(name, 17, nodes, inputs, outputs=[onnx.ValueInfoProto(name=o) for o in outputs], stored=stored, domains=MS, **more)


conv = {"w": rand(3, 4, 3, 3), "b": rand(3)}
for activation, params in (("Relu", None), ("LeakyRelu", [0.2]), ("Clip", [-0.5, 0.75]), ("HardSigmoid", [0.25, 0.4])):
    fused(f"FusedConv with {activation}", ms("FusedConv", ["x", "w", "b"], ["y"], kernel_shape=[3, 3], activation=activation, **({"activation_params": params} if params else {})), img, stored=conv)
fused("FusedConv with a sum", ms("FusedConv", ["x", "w", "b", "z"], ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], activation="Relu"), {**img, "z": rand(2, 3, 5, 6)}, stored=conv)
fused("FusedGemm", ms("FusedGemm", ["x", "w", "b"], ["y"], activation="LeakyRelu", activation_alpha=0.3, transB=1), {"x": rand(2, 3)}, stored={"w": rand(4, 3), "b": rand(4)})
fused("FusedMatMul", ms("FusedMatMul", ["x", "w"], ["y"], transA=1, transB=1, alpha=0.5), {"x": rand(2, 3, 4)}, stored={"w": rand(5, 3)})
fused("Gelu", ms("Gelu", ["x"], ["y"]), x)
fused("FastGelu", ms("FastGelu", ["x", "b"], ["y"]), x, stored={"b": rand(4)}, digits=4)
fused("BiasGelu", ms("BiasGelu", ["x", "b"], ["y"]), x, stored={"b": rand(4)})
fused("QuickGelu", ms("QuickGelu", ["x"], ["y"]), x)
norm = {"g": rand(4), "b": rand(4), "c": rand(4)}
fused("SkipLayerNormalization", [ms("SkipLayerNormalization", ["x", "z", "g", "b", "c"], ["n", "", "", "sum"], epsilon=1e-5), node("Mul", ["n", "sum"], ["y"])], {**x, "z": rand(2, 3, 4)}, stored=norm)
fused("SkipSimplifiedLayerNormalization", [ms("SkipSimplifiedLayerNormalization", ["x", "z", "g"], ["n", "", "", "sum"], epsilon=1e-5), node("Mul", ["n", "sum"], ["y"])], {**x, "z": rand(2, 3, 4)}, stored=norm)
case("SimplifiedLayerNormalization", 17, node("SimplifiedLayerNormalization", ["x", "g"], ["y"], axis=-1, epsilon=1e-5), x, stored=norm, outputs=[onnx.ValueInfoProto(name="y")])
tables = {"words": rand(7, 8), "places": rand(6, 8), "kinds": rand(2, 8), "g": rand(8), "b": rand(8)}
ids = {"ids": rng.integers(0, 7, (2, 5)).astype(np.int32), "seg": rng.integers(0, 2, (2, 5)).astype(np.int32), "mask": np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], np.int32)}
fused("EmbedLayerNormalization", ms("EmbedLayerNormalization", ["ids", "seg", "words", "places", "kinds", "g", "b", "mask"], ["y", "m"]), ids, outputs=("y", "m"), stored=tables)

seq = {"x": rand(2, 5, 8)}
attention = {"w": rand(8, 24), "b": rand(24)}
raw = {"mask": ids["mask"]}
fused("Attention", ms("Attention", ["x", "w", "b"], ["y"], num_heads=2), seq, stored=attention)
fused("Attention with a mask", ms("Attention", ["x", "w", "b", "mask"], ["y"], num_heads=2), {**seq, **raw}, stored=attention)
fused("Attention with lengths", ms("Attention", ["x", "w", "b", "n"], ["y"], num_heads=2), seq, stored={**attention, "n": np.array([5, 3], np.int32)})
fused("Attention with a mask for each query", ms("Attention", ["x", "w", "b", "mask"], ["y"], num_heads=4), {**seq, "mask": np.tril(np.ones((2, 5, 5), np.int32))}, stored=attention)
fused("causal Attention", ms("Attention", ["x", "w", "b"], ["y"], num_heads=2, unidirectional=1), seq, stored=attention)
fused("Attention with narrower values", ms("Attention", ["x", "w", "b"], ["y"], num_heads=2, qkv_hidden_sizes=[8, 8, 4], scale=0.5), seq, stored={"w": rand(8, 20), "b": rand(20)})
qkv = {"q": rand(2, 5, 8), "k": rand(2, 6, 8), "v": rand(2, 6, 8)}
fused("MultiHeadAttention", ms("MultiHeadAttention", ["q", "k", "v"], ["y"], num_heads=2), qkv)
fused("MultiHeadAttention with bias and mask", ms("MultiHeadAttention", ["q", "k", "v", "b", "mask", "a"], ["y"], num_heads=2), {**qkv, "a": rand(2, 2, 5, 6), "mask": np.array([[1] * 6, [1, 1, 1, 1, 0, 0]], np.int32)}, stored={"b": rand(24)})
fused("RotaryEmbedding", ms("RotaryEmbedding", ["x", "p", "c", "s"], ["y"]), {"x": rand(2, 3, 8)}, stored={"p": np.array([[0, 1, 2], [1, 2, 3]], I), "c": rand(9, 2), "s": rand(9, 2)})

# Quantised weights. What is rounded on the way is rounded no more, so only weights are compared closely.
deq = {"dequantise": True}
w8 = {"w": rng.integers(-128, 128, (4, 6)).astype(np.int8), "s": f32(0.02), "z": np.array(3, np.int8)}
case("DequantizeLinear of a tensor", 13, [node("DequantizeLinear", ["w", "s", "z"], ["d"]), node("MatMul", ["x", "d"], ["y"])], x, stored=w8, options=deq)
case("DequantizeLinear of channels", 13, [node("DequantizeLinear", ["w", "s"], ["d"], axis=0), node("MatMul", ["x", "d"], ["y"])], x, stored={**w8, "s": np.abs(rand(4)) / 50}, options=deq)
case("DequantizeLinear of blocks", 21, [node("DequantizeLinear", ["w", "s", "z"], ["d"], axis=1, block_size=3), node("MatMul", ["x", "d"], ["y"])], x, stored={"w": w8["w"], "s": np.abs(rand(4, 2)) / 50, "z": rng.integers(-5, 5, (4, 2)).astype(np.int8)}, options=deq)
case("DequantizeLinear of looked-up rows", 13, [node("Gather", ["w", "i"], ["r"]), node("DequantizeLinear", ["r", "s", "z"], ["y"])], {"i": i64(3, 1, 0)}, stored=w8, options=deq)
case("rounded values between two nodes", 13, [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["d"]), node("Relu", ["d"], ["y"])], {"x": rand(2, 3)}, stored=w8, options=deq, digits=1)
case("a Relu that only rounding is left of", 13, [node("QuantizeLinear", ["x", "s", "n"], ["q"]), node("DequantizeLinear", ["q", "s", "n"], ["y"])], {"x": rand(4, 3) * 4}, stored={"s": f32(0.02), "n": np.array(0, np.uint8)}, options=deq, digits=1)
for bits in (4, 8):
    packed = rng.integers(0, 256, (5, 2, 16 * bits // 8)).astype(np.uint8)
    zeros = rng.integers(0, 256, (5, 2 * bits // 8)).astype(np.uint8)
    for name, more in (("", {}), (" with zero points", {"z": zeros})):
        fused(f"MatMulNBits of {bits} bits{name}", ms("MatMulNBits", ["x", "w", "s", *more], ["y"], N=5, K=32, bits=bits, block_size=16), {"x": rand(2, 3, 32)}, stored={"w": packed, "s": np.abs(rand(5, 2)) / 20, **more}, options=deq, digits=4 if bits == 4 else 3)

json.dump({"onnx": onnx.__version__, "onnxruntime": ort.__version__, "cases": CASES}, sys.stdout, indent=1)
