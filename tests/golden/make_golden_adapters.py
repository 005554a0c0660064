"""Writes adapters.json: adapters as PEFT makes, runs, trains and saves them on two small networks, exported to ONNX without them.

Of each adapter: the files that PEFT writes, the scores with it, and all that learns after one step of plain gradient descent, in float64.

pip install torch==2.13.0 peft==0.21.2 transformers==5.24.0 onnx onnxscript && python tests/golden/make_golden_adapters.py > tests/golden/adapters.json
"""

import base64
import importlib.util
import io
import json
import sys
import tempfile
from pathlib import Path

# transformers imports torchvision where there is one; nothing here needs it.
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name.split(".")[0] == "torchvision" else found(name, *rest)

import peft
import torch
import torch.nn.functional as F
from torch import nn

from noise import draw, noise

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
assert peft.__version__ == "0.21.2", peft.__version__
LR = 0.5


class Block(nn.Module):
    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        n, length, width = x.shape
        split = lambda y: y.reshape(n, length, self.heads, width // self.heads).transpose(1, 2)
        scores = split(self.query(x)) @ split(self.key(x)).transpose(2, 3) / (width // self.heads) ** 0.5
        heard = (scores.softmax(-1) @ split(self.value(x))).transpose(1, 2).reshape(n, length, width)
        x = self.norm1(x + self.output(heard))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 8)
        self.layers = nn.ModuleList(Block(8, 2, 12) for _ in range(2))
        self.classifier = nn.Linear(8, 3)

    def forward(self, ids):
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x)
        return self.classifier(x.mean(1))


class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(2, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.conv3 = nn.Conv2d(6, 5, 1)
        self.hidden = nn.Linear(5, 7)
        self.classifier = nn.Linear(7, 3)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.conv3(F.relu(self.conv2(x))))
        return self.classifier(F.relu(self.hidden(x.mean((2, 3)))))


def fill(module: nn.Module, first: int, spread: float) -> None:
    """Noise, around 1 for variances and scales of norms."""
    with torch.no_grad():
        for salt, (name, tensor) in enumerate([*module.named_parameters(), *module.named_buffers()], first):
            if not tensor.dtype.is_floating_point:
                continue
            centre = 1 if "running_var" in name or ("norm" in name or "bn1" in name) and name.endswith("weight") else 0
            tensor.copy_(draw(salt, list(tensor.shape), spread, centre))


def exported(module: nn.Module, x: torch.Tensor, dynamo: bool) -> str:
    buffer = io.BytesIO()
    if dynamo:
        program = torch.onnx.export(module, (x,), dynamo=True, input_names=["x"], output_names=["logits"], dynamic_shapes=({0: "batch"},), external_data=False, verbose=False)
        plain = program.model_proto
        for part in [*plain.graph.node, *plain.graph.value_info]:
            del part.metadata_props[:]
        return base64.b64encode(plain.SerializeToString()).decode()
    torch.onnx.export(module, (x,), buffer, dynamo=False, input_names=["x"], output_names=["logits"], dynamic_axes={"x": {0: "batch"}}, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    return base64.b64encode(buffer.getvalue()).decode()


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.10g}") for v in tensor.reshape(-1).tolist()]


def adapter(kind: str, config: peft.PeftConfig, make, x, target) -> dict:
    base = make()
    model = peft.get_peft_model(base, config).eval()
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad == ("lora_" in name or "ia3_" in name or "modules_to_save" in name), name
    with torch.no_grad():
        for salt, (name, parameter) in enumerate(((n, p) for n, p in model.named_parameters() if p.requires_grad), 300):
            parameter.copy_(draw(salt, list(parameter.shape), 1.0, 1 if "ia3" in name or "magnitude" in name else 0))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        files = {file.name: base64.b64encode(file.read_bytes()).decode() for file in sorted(Path(folder).iterdir()) if file.name != "README.md"}
    model.double()
    x = x.double() if x.dtype.is_floating_point else x
    logits = model(x)
    loss = F.cross_entropy(logits, target)
    loss.backward()
    clean = lambda name: name.replace("base_model.model.", "").replace(".modules_to_save.default", "").replace(".default", "").replace("magnitude_vector.weight", "magnitude_vector")
    after = {clean(n): {"dims": list(p.shape), "values": numbers(p.detach() - LR * p.grad)} for n, p in model.named_parameters() if p.requires_grad}
    return {"kind": kind, "files": files, "logits": numbers(logits.detach()), "loss": loss.item(), "after": after}


def make(kind):
    def build():
        module = kind()
        fill(module, 1, 1.0)
        return module.float().eval()
    return build


save = {"modules_to_save": ["classifier"]}
ids = ((noise(0, 4 * 5) + 0.5) * 11).long().reshape(4, 5)
images = draw(0, [4, 2, 7, 7], 2.0).float()
target = torch.tensor([0, 2, 1, 2])
linear = ["query", "value", "down"]
networks = [
    ("transformer", make(Transformer), ids, [
        ("lora", peft.LoraConfig(r=3, lora_alpha=5, target_modules=linear, **save)),
        ("rslora", peft.LoraConfig(r=4, lora_alpha=2, use_rslora=True, target_modules=["up"], **save)),
        ("dora", peft.LoraConfig(r=2, lora_alpha=4, use_dora=True, target_modules=linear, **save)),
        ("ia3", peft.IA3Config(target_modules=["key", "value", "down"], feedforward_modules=["down"], **save)),
    ]),
    ("convolutions", make(Convolutions), images, [
        ("lora", peft.LoraConfig(r=3, lora_alpha=5, target_modules=["conv1", "conv3", "hidden"], **save)),
        ("dora", peft.LoraConfig(r=2, lora_alpha=4, use_dora=True, target_modules=["conv1", "conv3", "hidden"], **save)),
        ("ia3", peft.IA3Config(target_modules=["conv1", "conv3", "hidden"], feedforward_modules=["conv3"], **save)),
    ]),
]
written = []
for name, build, x, adapters in networks:
    base = build()
    written.append({
        "name": name,
        "input": {"dims": list(x.shape), "values": x.reshape(-1).tolist()},
        "target": target.tolist(),
        # The newer exporter folds batch norms, after which the adapters' base is no longer there.
        "onnx": {"torchscript": exported(base, x, False)} | ({"dynamo": exported(base, x, True)} if name == "transformer" else {}),
        "logits": numbers(base.double()(x.double() if x.dtype.is_floating_point else x).detach()),
        "adapters": [adapter(kind, config, build, x, target) for kind, config in adapters],
    })
json.dump({"torch": torch.__version__, "peft": peft.__version__, "lr": LR, "networks": written}, sys.stdout, separators=(",", ":"))
