"""Writes the zoo: for each architecture the ONNX files of both exporters, and a batch with PyTorch's loss and gradients.

    pip install torch==2.13.0 torchvision==0.29.1 timm==1.0.31 transformers==5.24.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 safetensors==0.8.0
    python bench/zoo/export.py [--out FOLDER] [--only NAME,NAME] [--again]

FOLDER (default $GRAFT_ZOO or /tmp/graft-zoo) gets `NAME/case.json`, `NAME/golden.safetensors`, `NAME/torchscript.onnx` and `NAME/dynamo.onnx`.
A case that is there is left as it is. What an exporter cannot do is recorded with its message. Seeds come from the names.
"""

import argparse
import copy
import inspect
import io
import json
import multiprocessing
import os
import queue
import re
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

import architectures
from architectures import Architecture, zoo

TIMEOUT_S = 400
VERSIONS = {m.__name__: m.__version__ for m in (torch, architectures.timm, architectures.hf, architectures.torchvision, onnx, onnxruntime)}


def prepare(model: nn.Module, inputs: list[torch.Tensor]) -> None:
    """No two parameters of equal value, no layer that random weights leave dead, and running statistics that fit the activations."""
    with torch.no_grad():
        for p in model.parameters():
            spread = p.std() if p.numel() > 1 else torch.tensor(0.0)
            wanted = 0.7 / (p.numel() / p.shape[0]) ** 0.5 if p.dim() >= 2 else 0.0
            if p.dim() < 2 or spread < 1e-3:
                p += 0.1 * torch.randn_like(p)
            elif spread < wanted:
                p *= wanted / spread
        seen = set()
        for p in model.parameters():
            if p.numpy().tobytes() in seen:
                p *= 1 + 0.1 * torch.randn_like(p)
            seen.add(p.numpy().tobytes())
        settle(model, inputs)
    model.eval()
    for m in model.modules():
        # Such modules keep what they look up while gradients are off, and would go on using it: their parameters would get no gradient.
        if hasattr(m, "attention_bias_cache"):
            m.training = True


def settle(model: nn.Module, inputs: list[torch.Tensor]) -> None:
    """Running statistics as a few batches leave them, and not quite."""
    with torch.no_grad():
        norms = [m for m in model.modules() if isinstance(m, _BatchNorm)]
        momenta = [m.momentum for m in norms]
        for m in norms:
            m.train()
            m.momentum = 0.5
        if norms:
            for _ in range(4):
                model(*inputs)
        for m, momentum in zip(norms, momenta):
            m.momentum = momentum
            m.running_mean += 0.1 * torch.randn_like(m.running_mean) * m.running_var.sqrt()
            m.running_var *= 1 + 0.2 * torch.rand_like(m.running_var)
            m.eval()


def loss_of(y: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy, classes along the last axis."""
    return nn.functional.cross_entropy(y.reshape(-1, y.shape[-1]), label.reshape(-1))


def double(x: torch.Tensor) -> torch.Tensor:
    return x.double() if x.is_floating_point() else x


def differentiate(model: nn.Module, inputs: list[torch.Tensor], label: torch.Tensor, dtype: torch.dtype = torch.float32) -> tuple[float, dict[str, torch.Tensor]]:
    model.zero_grad()
    loss = loss_of(model(*inputs), label)
    loss.backward()
    grads = {n: p.grad.to(dtype).clone() for n, p in model.named_parameters() if p.grad is not None}
    assert all(bool(g.isfinite().all()) for g in grads.values()), "a gradient is not finite"
    return loss.item(), grads


def in_float64(model: nn.Module, inputs: list[torch.Tensor], label: torch.Tensor):
    """Loss and gradients in float64, where the architecture computes in no other type of its own."""
    try:
        wide = copy.deepcopy(model).double()
        return differentiate(wide, [double(x) for x in inputs], label)
    except Exception:
        return None, {}


def batch_norm_step(model: nn.Module, inputs: list[torch.Tensor], label: torch.Tensor, golden: dict[str, torch.Tensor]) -> dict:
    """The same with batch norm in training mode, and the running statistics afterwards; the variance biased, as ONNX has it."""
    model = copy.deepcopy(model)
    wide, wide_inputs = copy.deepcopy(model).double(), [double(x) for x in inputs]
    counts: dict[str, int] = {}
    norms = {n: m for n, m in model.named_modules() if isinstance(m, _BatchNorm)}
    before = {n: m.running_var.clone() for n, m in norms.items()}
    for n, m in norms.items():
        m.train()
        m.register_forward_hook(lambda m, args, y, n=n: counts.__setitem__(n, args[0].numel() // args[0].shape[1]))
    loss, grads = differentiate(model, inputs, label)
    for m in wide.modules():
        if isinstance(m, _BatchNorm):
            m.train()
    loss64, grads64 = differentiate(wide, wide_inputs, label)
    golden.update({f"train/grad/{n}": g for n, g in grads.items()} | {f"train/grad64/{n}": g for n, g in grads64.items()})
    for n, m in norms.items():
        if n not in counts:
            continue
        golden[f"train/after/{n}.running_mean"] = m.running_mean.clone()
        unbiased = m.running_var - (1 - m.momentum) * before[n]
        golden[f"train/after/{n}.running_var"] = (1 - m.momentum) * before[n] + unbiased * (counts[n] - 1) / counts[n]
    return {"loss": loss, "loss64": loss64}


def torchscript(model: nn.Module, inputs: list[torch.Tensor], names: list[str]) -> bytes:
    def at(opset: int) -> bytes:
        file = io.BytesIO()
        torch.onnx.export(
            model, tuple(inputs), file, dynamo=False, input_names=names, output_names=["output"], opset_version=opset, do_constant_folding=False,
            keep_initializers_as_inputs=False, training=torch.onnx.TrainingMode.PRESERVE, dynamic_axes={n: {0: "N"} for n in names},
        )  # fmt: skip
        return file.getvalue()

    try:
        return at(17)
    except torch.onnx.errors.UnsupportedOperatorError:
        return at(20)


def dynamo(model: nn.Module, inputs: list[torch.Tensor], names: list[str]) -> bytes:
    program = torch.onnx.export(model, tuple(inputs), dynamo=True, input_names=names, output_names=["output"], optimize=False, external_data=False, verbose=False)
    return program.model_proto.SerializeToString()


def torchscript_default(model: nn.Module, inputs: list[torch.Tensor], names: list[str]) -> bytes:
    file = io.BytesIO()
    torch.onnx.export(model, tuple(inputs), file, dynamo=False, input_names=names, dynamic_axes={n: {0: "N"} for n in names})
    return file.getvalue()


def dynamo_default(model: nn.Module, inputs: list[torch.Tensor], names: list[str]) -> bytes:
    sizes = {0: torch.export.Dim("N", min=1)}
    taken = inspect.signature(model.forward).parameters.values()
    shapes = (tuple(sizes for _ in inputs),) if any(p.kind is p.VAR_POSITIONAL for p in taken) else tuple(sizes for _ in inputs)
    program = torch.onnx.export(model, tuple(inputs), dynamo=True, input_names=names, dynamic_shapes=shapes, external_data=False, verbose=False)
    return program.model_proto.SerializeToString()


def fold_norms(model: nn.Module, inputs: list[torch.Tensor]) -> None:
    """Moves each batch norm that follows a convolution into it, as exporters do; the norm stays behind as an identity that does not train."""
    made: dict[int, tuple[torch.Tensor, nn.Module]] = {}
    pairs: list[tuple[nn.Module, _BatchNorm]] = []

    def after_conv(m, args, y):
        made[id(y)] = (y, m)

    def before_norm(m, args):
        if id(args[0]) in made:
            pairs.append((made[id(args[0])][1], m))

    hooks = [m.register_forward_hook(after_conv) for m in model.modules() if isinstance(m, nn.Conv2d)]
    hooks += [m.register_forward_pre_hook(before_norm) for m in model.modules() if isinstance(m, _BatchNorm)]
    with torch.no_grad():
        model(*inputs)
    for hook in hooks:
        hook.remove()
    for conv, norm in pairs:
        weight, bias = nn.utils.fusion.fuse_conv_bn_weights(conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias)
        conv.weight, conv.bias = nn.Parameter(weight.detach()), nn.Parameter(bias.detach())
        with torch.no_grad():
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)
            norm.weight.fill_(1)
            norm.bias.zero_()
        norm.weight.requires_grad_(False)
        norm.bias.requires_grad_(False)


def default_case(architecture: Architecture, seed: int, folder: Path) -> dict:
    """The model as its constructor leaves it but for zeros, exported with the exporters' own defaults; and what one step of SGD does to the outputs of its folded twin."""
    torch.manual_seed(seed)
    model = architecture.make().eval()
    batch = architecture.batch()
    names, inputs = list(batch), list(batch.values())
    # What starts at zero would be dropped rather than merged, and would not train.
    with torch.no_grad():
        for p in model.parameters():
            if not p.any():
                p.fill_(0.1)
    settle(model, inputs)
    record = {"lr": 0.01, "exports": {f.__name__: export(f, model, inputs, names, folder / f"{f.__name__}.onnx") for f in (torchscript_default, dynamo_default)}}
    with torch.no_grad():
        before = model(*inputs)
    label = torch.randint(0, before.shape[-1], before.shape[:-1])
    twin = copy.deepcopy(model)
    fold_norms(twin, inputs)
    record["loss"], _ = differentiate(twin, inputs, label)
    with torch.no_grad():
        for p in twin.parameters():
            if p.grad is not None:
                p -= record["lr"] * p.grad
        after = twin(*inputs)
    save_file({f"input/{n}": x for n, x in batch.items()} | {"label": label, "before": before, "after": after}, folder / "default.safetensors")
    return record


def one_line(error: Exception, length: int) -> str:
    """Without line breaks and colours."""
    return " ".join(re.sub("\x1b\\[[0-9;]*m", "", str(error)).split())[:length]


def export(exporter, model: nn.Module, inputs: list[torch.Tensor], names: list[str], path: Path) -> dict:
    start = time.time()
    try:
        data = exporter(copy.deepcopy(model), inputs, names)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {one_line(error, 400)}"}
    path.write_bytes(data)
    proto = onnx.load_from_string(data)
    stored = {t.name for t in proto.graph.initializer}
    known = dict(model.named_parameters(remove_duplicate=False))
    record = {
        "file": path.name,
        "opset": {o.domain: o.version for o in proto.opset_import},
        "nodes": len(proto.graph.node),
        "functions": len(proto.functions),
        "bytes": len(data),
        "seconds": round(time.time() - start, 1),
        "found": sorted(n for n in known if n in stored),
    }
    try:
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        taken = {i.name for i in session.get_inputs()}
        y = session.run(None, {n: x.numpy() for n, x in zip(names, inputs) if n in taken})[0]
        with torch.no_grad():
            wanted = model(*inputs).numpy()
        off = float(np.linalg.norm(y - wanted) / max(np.linalg.norm(wanted), 1e-30))
        record |= {"outputError": off} if np.isfinite(off) else {"ortError": "its outputs are not finite"}
    except Exception as error:
        record["ortError"] = one_line(error, 300)
    return record


def make_case(architecture: Architecture, folder: Path, done) -> None:
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    onnxruntime.set_default_logger_severity(4)
    seed = zlib.crc32(architecture.name.encode()) & 0x7FFFFFFF
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    model = architecture.make().eval()
    batch = architecture.batch()
    names, inputs = list(batch), list(batch.values())
    prepare(model, inputs)
    with torch.no_grad():
        y = model(*inputs)
    label = torch.randint(0, y.shape[-1], y.shape[:-1])
    golden = {f"input/{n}": x for n, x in batch.items()} | {"label": label, "output": y}
    loss, grads = differentiate(model, inputs, label)
    loss64, grads64 = in_float64(model, inputs, label)
    golden |= {f"grad/{n}": g for n, g in grads.items()} | {f"grad64/{n}": g for n, g in grads64.items()}
    canonical = {id(p): n for n, p in model.named_parameters()}
    record = {
        "name": architecture.name,
        "seed": seed,
        "versions": VERSIONS,
        "inputs": names,
        "loss": loss,
        "loss64": loss64,
        "parameters": list(grads),
        "ties": {n: canonical[id(p)] for n, p in model.named_parameters(remove_duplicate=False) if canonical[id(p)] != n},
        "buffers": [n for n, b in model.named_buffers() if b.is_floating_point()],
        "numbers": sum(p.numel() for p in model.parameters()),
    }
    if architecture.default:
        record["default"] = default_case(architecture, seed, folder)
    if architecture.train:
        record["train"] = batch_norm_step(model, inputs, label, golden)
    # Parameters that do not reach the loss, or are not trained.
    record["idle"] = [n for n, _ in model.named_parameters() if n not in grads]
    save_file({n: t.detach().contiguous().clone() for n, t in golden.items()}, folder / "golden.safetensors")
    record["exports"] = {f.__name__: export(f, model, inputs, names, folder / f"{f.__name__}.onnx") for f in (torchscript, dynamo)}
    (folder / "case.json").write_text(json.dumps(record, indent=1))
    done.put(", ".join(f"{n}: {e.get('error') or e.get('ortError') or str(e['nodes']) + ' nodes'}"[:160] for n, e in record["exports"].items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("GRAFT_ZOO", "/tmp/graft-zoo")))
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true", help="make cases anew that are there")
    options = parser.parse_args()
    only = [n for n in options.only.split(",") if n]
    # A process for each: one that crashes or hangs costs its own case only.
    context = multiprocessing.get_context("fork")
    for name in only or zoo:
        folder = options.out / name
        if (folder / "case.json").exists() and not options.again:
            continue
        start = time.time()
        done = context.Queue()
        child = context.Process(target=make_case, args=(zoo[name], folder, done))
        child.start()
        try:
            while True:
                try:
                    result = done.get(timeout=1)
                    break
                except queue.Empty:
                    if not child.is_alive():
                        result = f"ended with exit code {child.exitcode}"
                        break
                    if time.time() - start > TIMEOUT_S:
                        result = f"took more than {TIMEOUT_S} s"
                        break
        finally:
            child.kill()
        print(f"{name} ({time.time() - start:.0f} s): {result}", flush=True)


if __name__ == "__main__":
    main()
