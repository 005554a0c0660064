"""The networks of networks.ts in PyTorch, 10 classes each: `networks.py export FOLDER NAME...` writes NAME.onnx and NAME.pt, `versions` prints what is used.

pip install torch==2.13.0 timm==1.0.31 transformers==5.24.0 onnx==1.23.2
"""

import json
import re
import sys
import warnings
from pathlib import Path
from typing import Callable

import torch
from torch import nn


def pretrained_zoo():
    """timm, whose torchvision may have been built for another torch: its own operators are then missing, and none of them is used."""
    register = torch.library.register_fake
    torch.library.register_fake = lambda op, *a, **k: (lambda f: f) if str(op).startswith("torchvision::") else register(op, *a, **k)
    try:
        import timm

        return timm
    finally:
        torch.library.register_fake = register


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = lambda: nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.layers = nn.Sequential(layer(), layer())
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.layers(x).mean(1))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(64, 256, 2, batch_first=True)
        self.head = nn.Linear(256, 10)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class MiniLM(nn.Module):
    """BERT of all-MiniLM-L6-v2's sizes, the mean over its tokens, and a head; no dropout, as the packaged file has none."""

    def __init__(self):
        super().__init__()
        pretrained_zoo()
        from transformers import BertConfig, BertModel

        sizes = dict(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
        self.bert = BertModel(BertConfig(**sizes, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0), add_pooling_layer=False)
        self.head = nn.Linear(384, 10)

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.bert(input_ids, attention_mask, token_type_ids).last_hidden_state
        weight = attention_mask[:, :, None].float()
        return self.head((hidden * weight).sum(1) / weight.sum(1))


class Block(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU(),
            nn.Conv2d(outer, outer, 3, 1, 1, bias=False), nn.BatchNorm2d(outer),
        )  # fmt: skip
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def residual(width: int):
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        Block(width, width, 1), Block(width, 2 * width, 2), Block(2 * width, 4 * width, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4 * width, 10),
    )  # fmt: skip


def perceptron(hidden: int):
    return nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 10))


def tokens(batch: int):
    ids = torch.randint(0, 1000, (batch, 128))
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}


def floats(*shape: int):
    return lambda batch: {"x": torch.rand(batch, *shape)}


def of_timm(name: str):
    return lambda: pretrained_zoo().create_model(name, num_classes=10)


#: Makes the network; makes inputs; examples in a batch.
Network = tuple[Callable[[], nn.Module], Callable[[int], dict[str, torch.Tensor]], int]
IMAGE = floats(3, 224, 224)
NETWORKS: dict[str, Network] = {
    "cnn-32": (cnn, floats(1, 28, 28), 32),
    "cnn-128": (cnn, floats(1, 28, 28), 128),
    "mlp-128": (mlp, floats(784), 128),
    "transformer-32": (Encoder, floats(64, 128), 32),
    "efficientnet-lite0": (of_timm("tf_efficientnet_lite0"), IMAGE, 16),
    "mobilenetv2": (of_timm("mobilenetv2_100"), IMAGE, 16),
    "resnet18": (of_timm("resnet18"), IMAGE, 16),
    "resnet50": (of_timm("resnet50"), IMAGE, 16),
    "convnext-atto": (of_timm("convnext_atto"), IMAGE, 16),
    "vit-tiny": (of_timm("vit_tiny_patch16_224"), IMAGE, 16),
    "minilm-l6": (MiniLM, tokens, 16),
    "lstm": (Lstm, floats(100, 64), 16),
}


def network(name: str) -> Network:
    """One of those above, or one named by its sizes, as sized.ts says."""
    if given := re.fullmatch(r"residual-w(\d+)-i(\d+)-b(\d+)", name):
        width, side, batch = map(int, given.groups())
        return lambda: residual(width), floats(3, side, side), batch
    if given := re.fullmatch(r"mlp-h(\d+)-b(\d+)", name):
        hidden, batch = map(int, given.groups())
        return lambda: perceptron(hidden), floats(784), batch
    return NETWORKS[name]


def settle(model: nn.Module, given: list[torch.Tensor]) -> None:
    """Gives batch norms the statistics of their inputs, as trained ones have: with those of new ones activations would grow or vanish."""
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    if norms:
        with torch.no_grad():
            model.train()(*given)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum


def export(folder: Path, name: str) -> None:
    """With batch norms apart and any batch."""
    make, inputs, batch = network(name)
    torch.manual_seed(0)
    model = make()
    settle(model, list(inputs(batch).values()))
    torch.save(model.state_dict(), folder / f"{name}.pt")
    given = inputs(2)
    part = folder / f"{name}.part"
    warnings.filterwarnings("ignore")
    torch.onnx.export(
        model.eval(), tuple(given.values()), part, dynamo=False, opset_version=17, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE,
        input_names=list(given), output_names=["logits"], dynamic_axes={n: {0: "N"} for n in given},
    )  # fmt: skip
    part.rename(folder / f"{name}.onnx")


def versions() -> dict[str, str]:
    timm = pretrained_zoo()
    import transformers

    return {"torch": torch.__version__, "timm": timm.__version__, "transformers": transformers.__version__}


if __name__ == "__main__":
    if sys.argv[1] == "versions":
        print(json.dumps(versions()))
    else:
        for name in sys.argv[3:]:
            export(Path(sys.argv[2]), name)
