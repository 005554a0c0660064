"""Writes networks.json: loss, gradients and Hessian-vector products of whole networks by PyTorch in float64.

Weights and inputs are not stored: both sides compute them (noise.py). Of a large gradient the file holds the norm and three projections.

pip install torch==2.13.0 && python tests/golden/make_golden_networks.py > tests/golden/networks.json
"""

import json
import sys

import torch
import torch.nn.functional as F
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from noise import draw, noise

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
PROJECTIONS = 3
FULL = 24
# Salts of `noise`: parameters and buffers count from 1, a direction is its parameter's plus 1000, projections from 2000.
INPUT, DIRECTION, PROJECTION = 0, 1000, 2000
BATCH_NORM_MOMENTUM = 0.1
networks = []


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.10g}") for v in tensor.reshape(-1).tolist()]


def summary(gradient: torch.Tensor) -> dict:
    flat = gradient.reshape(-1)
    projections = torch.stack([torch.dot(flat, noise(PROJECTION + k, flat.numel())) for k in range(PROJECTIONS)])
    record = {"norm": numbers(flat.norm())[0], "projections": numbers(projections)}
    return record | ({"values": numbers(flat)} if flat.numel() <= FULL else {})


def network(name: str, input: list[int], tensors: list[tuple], forward, loss, target: torch.Tensor, vocabulary: int = 0, buffers: list[tuple] = (), momentum: float = 0.0) -> None:
    """
    `tensors` and `buffers` are (id, dims, spread, centre); `forward` takes the input and a dictionary of them. With `momentum` it is
    training, and changes the buffers as PyTorch's batch norm does.
    """
    record = {"name": name, "input": input, "target": numbers(target)}
    if vocabulary:
        record["vocabulary"] = vocabulary
        x = ((noise(INPUT, torch.Size(input).numel()) + 0.5) * vocabulary).long().reshape(input)
    else:
        x = draw(INPUT, input, 2.0)
    p, stored = {}, []
    for salt, (id, dims, spread, centre) in enumerate([*tensors, *buffers], 1):
        p[id] = draw(salt, dims, spread, centre)
        stored.append({"id": id, "dims": dims, "spread": spread, "centre": centre})
    before = {id: p[id].clone() for id, *_ in buffers}
    ids = [id for id, *_ in tensors]
    leaves = [p[id].requires_grad_() for id in ids]
    # PyTorch's fused attention has no second derivative.
    with sdpa_kernel(SDPBackend.MATH):
        value = loss(forward(x, p), target)
    gradients = torch.autograd.grad(value, leaves, create_graph=True)
    directions = [draw(DIRECTION + salt, list(leaf.shape), 2.0) for salt, leaf in enumerate(leaves, 1)]
    slope = sum((gradient * direction).sum() for gradient, direction in zip(gradients, directions))
    curvature = torch.autograd.grad(slope, leaves, allow_unused=True)
    zeros = (torch.zeros_like(leaf) for leaf in leaves)
    record |= {
        "tensors": stored,
        "loss": value.item(),
        "gradients": {id: summary(gradient.detach()) for id, gradient in zip(ids, gradients)},
        "curvature": {id: summary(zero if product is None else product) for id, product, zero in zip(ids, curvature, zeros)},
    }
    if momentum:
        record["after"] = {id: numbers(onnx_statistic(id, before[id], p[id])) for id in before}
    networks.append(record)


# Elements of a channel, by the running variance that they go into.
COUNTS = {}


def onnx_statistic(id: str, before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """A running variance with the biased variance of the batch in place of PyTorch's unbiased one."""
    if not id.endswith("variance"):
        return after
    batch = (after - (1 - BATCH_NORM_MOMENTUM) * before) / BATCH_NORM_MOMENTUM
    count = COUNTS[id]
    return (1 - BATCH_NORM_MOMENTUM) * before + BATCH_NORM_MOMENTUM * batch * (count - 1) / count


def weights(id: str, *dims: int, bias: int = 0, gain: float = 3.0) -> list[tuple]:
    """A weight whose outputs keep about the deviation of its inputs, and a bias."""
    fan = torch.Size(dims[1:]).numel()
    return [(f"{id}.weight", list(dims), gain / fan**0.5, 0.0)] + ([(f"{id}.bias", [bias], 0.2, 0.0)] if bias else [])


def norm(id: str, width: int) -> list[tuple]:
    return [(f"{id}.scale", [width], 0.5, 1.0), (f"{id}.bias", [width], 0.5, 0.0)]


def running(id: str, width: int) -> list[tuple]:
    return [(f"{id}.mean", [width], 0.5, 0.0), (f"{id}.variance", [width], 0.5, 1.0)]


def conv(x: torch.Tensor, p: dict, id: str, **options) -> torch.Tensor:
    return getattr(F, f"conv{x.dim() - 2}d")(x, p[f"{id}.weight"], p.get(f"{id}.bias"), **options)


def dense(x: torch.Tensor, p: dict, id: str) -> torch.Tensor:
    return F.linear(x, p[f"{id}.weight"], p.get(f"{id}.bias"))


def labels(count: int, classes: int) -> torch.Tensor:
    return torch.arange(count) * 3 % classes


def cnn(x: torch.Tensor, p: dict) -> torch.Tensor:
    x = F.max_pool2d(conv(x, p, "conv1").relu(), 2)
    x = F.max_pool2d(conv(x, p, "conv2").relu(), 2)
    return dense(dense(x.flatten(1), p, "dense1").relu(), p, "dense2")


network(
    "cnn",
    [4, 1, 28, 28],
    [*weights("conv1", 32, 1, 3, 3, bias=32), *weights("conv2", 64, 32, 3, 3, bias=64), *weights("dense1", 64, 1600, bias=64), *weights("dense2", 10, 64, bias=10)],
    cnn,
    F.cross_entropy,
    labels(4, 10),
)


def mlp(x: torch.Tensor, p: dict) -> torch.Tensor:
    return dense(dense(dense(x, p, "dense1").relu(), p, "dense2").relu(), p, "dense3")


network(
    "mlp",
    [8, 784],
    [*weights("dense1", 512, 784, bias=512), *weights("dense2", 512, 512, bias=512), *weights("dense3", 10, 512, bias=10)],
    mlp,
    lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1),
    labels(8, 10),
)


def residual(training: bool):
    def batch_norm(x: torch.Tensor, p: dict, id: str) -> torch.Tensor:
        COUNTS[f"{id}.variance"] = x.numel() // x.shape[1]
        statistics = (p[f"{id}.mean"], p[f"{id}.variance"])
        return F.batch_norm(x, *statistics, p[f"{id}.scale"], p[f"{id}.bias"], training, BATCH_NORM_MOMENTUM, 1e-5)

    def forward(x: torch.Tensor, p: dict) -> torch.Tensor:
        x = batch_norm(conv(x, p, "stem", padding=1), p, "batchNorm").relu()
        body = batch_norm(conv(x, p, "first.body.conv1", padding=1), p, "first.body.batchNorm1").relu()
        x = (x + batch_norm(conv(body, p, "first.body.conv2", padding=1), p, "first.body.batchNorm2")).relu()
        body = batch_norm(conv(x, p, "second.body.conv1", stride=2, padding=1), p, "second.body.batchNorm1").relu()
        body = batch_norm(conv(body, p, "second.body.conv2", padding=1), p, "second.body.batchNorm2")
        short = batch_norm(conv(x, p, "second.shortcut.conv", stride=2), p, "second.shortcut.batchNorm")
        return dense((body + short).relu().mean((2, 3)), p, "dense")

    return forward


RESIDUAL = [
    *weights("stem", 8, 3, 3, 3), *norm("batchNorm", 8),
    *weights("first.body.conv1", 8, 8, 3, 3), *norm("first.body.batchNorm1", 8),
    *weights("first.body.conv2", 8, 8, 3, 3), *norm("first.body.batchNorm2", 8),
    *weights("second.body.conv1", 16, 8, 3, 3), *norm("second.body.batchNorm1", 16),
    *weights("second.body.conv2", 16, 16, 3, 3), *norm("second.body.batchNorm2", 16),
    *weights("second.shortcut.conv", 16, 8, 1, 1), *norm("second.shortcut.batchNorm", 16),
    *weights("dense", 5, 16, bias=5),
]  # fmt: skip
STATISTICS = [record for id, dims, *_ in RESIDUAL if id.endswith(".scale") for record in running(id.removesuffix(".scale"), dims[0])]
for training in (True, False):
    name = f"residual, batch norm {'train' if training else 'frozen'}"
    network(name, [4, 3, 8, 8], RESIDUAL, residual(training), F.cross_entropy, labels(4, 5), buffers=STATISTICS, momentum=BATCH_NORM_MOMENTUM if training else 0.0)

WIDTH, HEADS, HIDDEN = 32, 4, 64


def encoder_layer(x: torch.Tensor, p: dict, id: str, first: bool) -> torch.Tensor:
    layer = torch.nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, dropout=0.0, activation="gelu", batch_first=True, norm_first=first, dtype=torch.float64)
    inner, outer = ("body.", "body.") if first else ("residual.body.", "")
    heads = [f"{id}.attend.{inner}attention.{kind}" for kind in ("query", "key", "value")]
    named = {
        "self_attn.in_proj_weight": torch.cat([p[f"{head}.weight"] for head in heads]),
        "self_attn.in_proj_bias": torch.cat([p[f"{head}.bias"] for head in heads]),
    }
    for theirs, ours in (
        ("self_attn.out_proj", f"attend.{inner}attention.output"),
        ("linear1", f"feed.{inner}up"),
        ("linear2", f"feed.{inner}down"),
    ):
        named |= {f"{theirs}.{kind}": p[f"{id}.{ours}.{kind}"] for kind in ("weight", "bias")}
    for theirs, part in (("norm1", "attend"), ("norm2", "feed")):
        named |= {f"{theirs}.weight": p[f"{id}.{part}.{outer}layerNorm.scale"], f"{theirs}.bias": p[f"{id}.{part}.{outer}layerNorm.bias"]}
    return functional_call(layer, named, (x,))


def encoder_tensors(id: str, first: bool) -> list[tuple]:
    inner = "body." if first else "residual.body."
    heads = [record for kind in ("query", "key", "value", "output") for record in weights(f"{id}.attend.{inner}attention.{kind}", WIDTH, WIDTH, bias=WIDTH)]
    feed = [*weights(f"{id}.feed.{inner}up", HIDDEN, WIDTH, bias=HIDDEN), *weights(f"{id}.feed.{inner}down", WIDTH, HIDDEN, bias=WIDTH)]
    outer = "body." if first else ""
    parts = (norm(f"{id}.attend.{outer}layerNorm", WIDTH), heads), (norm(f"{id}.feed.{outer}layerNorm", WIDTH), feed)
    return [record for before, body in parts for record in ([*before, *body] if first else [*body, *before])]


def encoder_before(x: torch.Tensor, p: dict) -> torch.Tensor:
    x = F.embedding(x, p["embedding.weight"]) + p["positionalEmbedding.weight"]
    x = encoder_layer(encoder_layer(x, p, "encoder1", True), p, "encoder2", True)
    return dense(F.layer_norm(x, (WIDTH,), p["layerNorm.scale"], p["layerNorm.bias"]).mean(1), p, "dense")


def encoder_after(x: torch.Tensor, p: dict) -> torch.Tensor:
    return dense(encoder_layer(encoder_layer(x, p, "encoder1", False), p, "encoder2", False).mean(1), p, "dense")


network(
    "transformer encoder, norm before",
    [3, 12],
    [
        ("embedding.weight", [50, WIDTH], 2.0, 0.0), ("positionalEmbedding.weight", [12, WIDTH], 1.0, 0.0),
        *encoder_tensors("encoder1", True), *encoder_tensors("encoder2", True), *norm("layerNorm", WIDTH), *weights("dense", 3, WIDTH, bias=3),
    ],
    encoder_before,
    F.cross_entropy,
    labels(3, 3),
    vocabulary=50,
)  # fmt: skip
network(
    "transformer encoder, norm after",
    [3, 12, WIDTH],
    [*encoder_tensors("encoder1", False), *encoder_tensors("encoder2", False), *weights("dense", 3, WIDTH, bias=3)],
    encoder_after,
    F.cross_entropy,
    labels(3, 3),
)


def bumpy(activation):
    def forward(x: torch.Tensor, p: dict) -> torch.Tensor:
        x = F.max_pool2d(activation(conv(x, p, "conv1", padding=1)), 2)
        return dense(activation(conv(x, p, "conv2")).flatten(1), p, "dense")

    return forward


for name, activation in (("relu", torch.relu), ("tanh", torch.tanh)):
    tensors = [*weights("conv1", 4, 1, 3, 3, bias=4), *weights("conv2", 6, 4, 3, 3, bias=6), *weights("dense", 5, 24, bias=5)]
    network(f"small cnn, {name}", [4, 1, 8, 8], tensors, bumpy(activation), F.cross_entropy, labels(4, 5))


def upsampling(x: torch.Tensor, p: dict) -> torch.Tensor:
    x = F.group_norm(conv(x, p, "conv1", padding="same"), 4, p["groupNorm.scale"], p["groupNorm.bias"])
    x = F.avg_pool2d(F.prelu(x, p["prelu.slope"]), 2)
    x = F.conv_transpose2d(x, p["convTranspose.weight"], p["convTranspose.bias"], stride=2, padding=1, output_padding=1, groups=2)
    x = F.softplus(conv(F.hardswish(x), p, "conv2", padding=1, groups=6))
    return conv(x, p, "conv3")


network(
    "upsampling",
    [3, 3, 6, 6],
    [
        *weights("conv1", 8, 3, 3, 3, bias=8), *norm("groupNorm", 8), ("prelu.slope", [8], 0.5, 0.25),
        *weights("convTranspose", 8, 3, 3, 3, bias=6), *weights("conv2", 6, 1, 3, 3, bias=6), *weights("conv3", 2, 6, 1, 1, bias=2),
    ],
    upsampling,
    F.mse_loss,
    draw(INPUT, [3, 2, 6, 6], 2.0),
)  # fmt: skip


def signal(x: torch.Tensor, p: dict) -> torch.Tensor:
    # F.hardsigmoid, of which PyTorch has no second derivative.
    gate = (conv(x, p, "conv1", stride=2, padding=2) / 6 + 0.5).clamp(0, 1)
    x = F.max_pool1d(gate, 2)
    x = F.avg_pool1d(F.elu(conv(x, p, "conv2", dilation=2, padding=2)), 2)
    return dense(F.leaky_relu(x.flatten(1), 0.2), p, "dense")


network(
    "signal, one axis",
    [3, 4, 20],
    [*weights("conv1", 8, 4, 5, bias=8), *weights("conv2", 6, 8, 3, bias=6), *weights("dense", 3, 12, bias=3)],
    signal,
    F.cross_entropy,
    labels(3, 3),
)


def volume(x: torch.Tensor, p: dict) -> torch.Tensor:
    x = F.max_pool3d(conv(x, p, "conv", padding=1).relu(), 2)
    x = torch.sigmoid(F.conv_transpose3d(x, p["convTranspose.weight"], p["convTranspose.bias"], stride=2))
    return dense(x.mean((2, 3, 4)), p, "dense")


network(
    "volume, three axes",
    [2, 2, 6, 6, 6],
    [*weights("conv", 4, 2, 3, 3, 3, bias=4), *weights("convTranspose", 4, 3, 2, 2, 2, bias=3), *weights("dense", 2, 3, bias=2)],
    volume,
    F.huber_loss,
    draw(INPUT, [2, 2], 2.0),
)

json.dump({"torch": torch.__version__.split("+")[0], "momentum": BATCH_NORM_MOMENTUM, "networks": networks}, sys.stdout, separators=(",", ":"))
print()
