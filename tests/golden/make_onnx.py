"""Writes onnx.json: tensors and models as the Python package onnx writes them, with the bytes that their elements must have.

pip install onnx==1.23.2 numpy==2.4.6 ml_dtypes==0.6.0 && python tests/golden/make_onnx.py > tests/golden/onnx.json
"""

import base64
import json
import sys

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

assert onnx.__version__ == "1.23.2", onnx.__version__

VALUES = {
    "float32": np.array([0, -0.0, 1.5, -2.25, np.inf, np.finfo(np.float32).tiny], np.float32),
    "float64": np.array([0, -0.0, 1 / 3, -2.25, np.inf, 1e300], np.float64),
    "float16": np.array([0, -0.0, 1.5, -2.25, np.inf, 6e-8], np.float16),
    "bfloat16": np.array([0, -0.0, 1.5, -2.25, np.inf, 1e38], ml_dtypes.bfloat16),
    "bool": np.array([True, False, True, True, False, False]),
    **{
        name: np.array([np.iinfo(name).min, np.iinfo(name).max, 0, 1, 2, 100], name)
        for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
    },
}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def typed(name: str, values: np.ndarray) -> TensorProto:
    """The same tensor in the typed field of its element type."""
    kind = helper.np_dtype_to_tensor_dtype(values.dtype)
    bits = values.view({"float16": np.uint16, "bfloat16": np.uint16, "bool": np.uint8}.get(name, values.dtype))
    proto = TensorProto(name=name, data_type=kind, dims=values.shape)
    field = {"float32": "float_data", "float64": "double_data", "int64": "int64_data", "uint32": "uint64_data", "uint64": "uint64_data"}
    getattr(proto, field.get(name, "int32_data")).extend(bits.reshape(-1).tolist())
    assert np.array_equal(numpy_helper.to_array(proto), values)
    return proto


def tensors():
    for name, flat in VALUES.items():
        values = flat.reshape(2, 3)
        for form, proto in (("raw", numpy_helper.from_array(values, name)), ("typed", typed(name, values))):
            yield {"dtype": name, "form": form, "dims": [2, 3], "bytes": b64(values.tobytes()), "proto": b64(proto.SerializeToString())}


def model() -> onnx.ModelProto:
    """What files hold besides the plain case: the name ai.onnx, constants as nodes, unnamed sizes and nodes, a foreign op, an initialiser listed as input."""
    weight = numpy_helper.from_array(np.arange(3, dtype=np.float32), "weight")
    nodes = [
        helper.make_node("Constant", [], ["two"], value_float=2.0),
        helper.make_node("Constant", [], ["shift"], value=numpy_helper.from_array(np.array([1, 2, 3], np.float32))),
        helper.make_node("Mul", ["x", "weight"], ["scaled"], name="scale", domain="ai.onnx"),
        helper.make_node("Mul", ["scaled", "two"], ["doubled"]),
        helper.make_node("Blend", ["doubled", "", "shift"], ["blended", ""], domain="org.example", alpha=0.5, rounds=3, mode="wide", sizes=[1, -2], gains=[0.5, 1.0]),
        helper.make_node("Add", ["blended", "shift"], ["y"], name="last"),
    ]
    graph = helper.make_graph(
        nodes,
        "golden",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", None, 3]), helper.make_tensor_value_info("weight", TensorProto.FLOAT, [3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", None, 3])],
        [weight],
        value_info=[helper.make_tensor_value_info("blended", TensorProto.FLOAT, ["N", 4, 3])],
    )
    opsets = [helper.make_opsetid("ai.onnx", 17), helper.make_opsetid("org.example", 2)]
    result = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    helper.set_model_props(result, {"labels": "cat,dog"})
    return result


json.dump({"onnx": onnx.__version__, "tensors": list(tensors()), "model": b64(model().SerializeToString())}, sys.stdout, indent=1)
print()
