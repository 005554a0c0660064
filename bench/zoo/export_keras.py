"""Adds Keras models to the zoo: for each the ONNX file that tf2onnx makes, and a batch with TensorFlow's loss and gradients.

    pip install tensorflow-cpu==2.15.1 tf2onnx==1.16.1 onnx==1.17.0 onnxruntime==1.23.2 numpy==1.26.4 safetensors==0.8.0
    python bench/zoo/export_keras.py [--out FOLDER] [--only NAME,NAME] [--again]

The form is that of export.py, with `tf2onnx.onnx`. tf2onnx renames and permutes variables; golden gradients are in the file's form and under the file's names, found by
value: where elements of a tensor are those of a variable, in whatever order. Here its optimiser neither folds batch norm nor merges equal tensors; in `default` it does.
"""

import argparse
import json
import os
import time
import zlib
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}

import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx
from safetensors.numpy import save_file
from tf2onnx import optimizer

from architectures_keras import KerasArchitecture, zoo

VERSIONS = {m.__name__: m.__version__ for m in (tf, tf2onnx, onnx, onnxruntime, np)}
BatchNorm = tf.keras.layers.BatchNormalization
# What folds batch norm into convolutions, and what merges equal tensors.
FOLDING = ("remove_back_to_back", "merge_duplication")
CONVOLUTIONS = (tf.keras.layers.Conv2D, tf.keras.layers.DepthwiseConv2D)
Values = dict[str, np.ndarray]


def prepare(model: tf.keras.Model, inputs: list[np.ndarray], seed: int) -> None:
    """No two numbers of equal value, no layer that random weights leave dead, and running statistics that fit the activations."""
    rng = np.random.default_rng(seed)
    for v in model.trainable_variables:
        x = v.numpy()
        wanted = 0.7 / (x.size / x.shape[-1]) ** 0.5
        if x.ndim < 2 or x.std() < 1e-3:
            x = x + 0.1 * rng.standard_normal(x.shape)
        elif x.std() < wanted:
            x = x * wanted / x.std()
        v.assign(x.astype(np.float32))
    settle(model, inputs, rng)
    # Within a variable too no two elements are equal, so that each is found in the file.
    for v in model.variables:
        x = v.numpy().reshape(-1)
        while x.dtype == np.float32 and (again := np.setdiff1d(np.arange(x.size), np.unique(x, return_index=True)[1])).size > 0:
            x[again] *= 1 + 0.01 * rng.standard_normal(again.size).astype(np.float32)
        v.assign(x.reshape(v.shape))


def settle(model: tf.keras.Model, inputs: list[np.ndarray], rng: np.random.Generator) -> None:
    """Running statistics as a few batches leave them, and not quite."""
    norms = [m for m in model.submodules if isinstance(m, BatchNorm)]
    for m in norms:
        m.momentum = 0.5
    if norms:
        for _ in range(4):
            model(inputs, training=True)
    for m in norms:
        m.momentum = 0.9
        m.moving_mean.assign_add(0.1 * rng.standard_normal(m.moving_mean.shape).astype(np.float32) * tf.sqrt(m.moving_variance))
        m.moving_variance.assign(m.moving_variance * (1 + 0.2 * rng.random(m.moving_variance.shape).astype(np.float32)))


def differentiate(model: tf.keras.Model, inputs: list[np.ndarray], label: np.ndarray, training: bool = False) -> tuple[float, list[np.ndarray]]:
    with tf.GradientTape() as tape:
        y = model(inputs, training=training)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(label, y))
    # What `fold_norms` has frozen has none.
    grads = tape.gradient(loss, model.trainable_variables)
    return float(loss), [np.zeros(v.shape, v.dtype.as_numpy_dtype) if g is None else tf.convert_to_tensor(g).numpy() for v, g in zip(model.trainable_variables, grads)]


def in_float64(architecture: KerasArchitecture, model: tf.keras.Model, inputs: list[np.ndarray], label: np.ndarray, training: bool = False) -> tuple[float, list[np.ndarray]]:
    tf.keras.backend.set_floatx("float64")
    try:
        wide = architecture.make()
        wide.set_weights([w.astype(np.float64) for w in model.get_weights()])
        return differentiate(wide, [x.astype(np.float64) if x.dtype == np.float32 else x for x in inputs], label, training)
    finally:
        tf.keras.backend.set_floatx("float32")


class Places:
    """Where each element of a file's tensors comes from in the variables."""

    def __init__(self, model: tf.keras.Model, proto: onnx.ModelProto) -> None:
        self.found: dict[str, list[tuple[str, np.ndarray, np.ndarray, tuple[int, ...]]]] = {}
        # Of some only the shape is asked for; their values are elsewhere too.
        used = {name for node in proto.graph.node if node.op_type != "Shape" for name in node.input}
        tensors = {t.name: onnx.numpy_helper.to_array(t) for t in proto.graph.initializer if t.data_type == onnx.TensorProto.FLOAT and t.name in used}
        values = {v.name: v.numpy().reshape(-1) for v in model.variables}
        for name, tensor in tensors.items():
            flat = tensor.reshape(-1)
            for key, value in values.items():
                order = np.argsort(value)
                at = np.clip(np.searchsorted(value[order], flat), 0, value.size - 1)
                same = value[order][at] == flat
                # All of the variable is there; elements of others beside it (biases of recurrent layers) are told apart by their values.
                if value.size > 0 and np.array_equal(np.sort(flat[same]), np.sort(value)):
                    self.found.setdefault(name, []).append((key, np.flatnonzero(same), order[at[same]], tensor.shape))
        # An LSTM's second bias, which Keras lacks, is added to the first: zeros whose gradients are those of the other half.
        self.doubled = {n: tensors[n].size // 2 for n, parts in self.found.items() if sum(len(p[1]) for p in parts) * 2 == tensors[n].size}

        # Unrolled layers read their variables at every step, and the file has each reading.
        first: dict[str, str] = {}
        self.ties = {n: f for n, parts in self.found.items() if (f := first.setdefault(str([p[0] for p in parts]) + str(parts[0][3]), n)) != n}

    def in_file(self, of: Values) -> Values:
        """Numbers by variable -> the same by tensor of the file, in its form."""
        made = {}
        for name, parts in self.found.items():
            if not all(key in of for key, *_ in parts):
                continue
            out = np.full(int(np.prod(parts[0][3])), np.nan, of[parts[0][0]].dtype)
            for key, to, source, _ in parts:
                out[to] = of[key].reshape(-1)[source]
            if name in self.doubled:
                half = self.doubled[name]
                pairs = out.reshape(-1, 2, half // (2 if parts[0][3][0] == 2 else 1))
                pairs[:, 1][np.isnan(pairs[:, 1])] = pairs[:, 0][np.isnan(pairs[:, 1])]
            assert not np.isnan(out).any(), f"{name} holds more than {[p[0] for p in parts]}"
            made[name] = out.reshape(parts[0][3])
        return made


def one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:400]


def signature(model: tf.keras.Model, names: list[str], inputs: list[np.ndarray]) -> list[tf.TensorSpec]:
    return [tf.TensorSpec((None, *x.shape[1:]), x.dtype, n) for n, x in zip(names, inputs)]


def tf2onnx_(model: tf.keras.Model, names: list[str], inputs: list[np.ndarray], folding: bool) -> onnx.ModelProto:
    steps = dict(optimizer._optimizers)
    if not folding:
        for step in FOLDING:
            optimizer._optimizers.pop(step)
    try:
        return tf2onnx.convert.from_keras(model, signature(model, names, inputs), opset=17)[0]
    finally:
        optimizer._optimizers.clear()
        optimizer._optimizers.update(steps)


def export(model: tf.keras.Model, names: list[str], inputs: list[np.ndarray], path: Path, folding: bool) -> tuple[dict, onnx.ModelProto | None]:
    start = time.time()
    try:
        proto = tf2onnx_(model, names, inputs, folding)
    except Exception as error:
        return {"error": one_line(error)}, None
    data = proto.SerializeToString()
    path.write_bytes(data)
    record = {"file": path.name, "opset": {o.domain: o.version for o in proto.opset_import}, "nodes": len(proto.graph.node), "bytes": len(data), "seconds": round(time.time() - start, 1)}
    try:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        y = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"]).run(None, dict(zip(names, inputs)))[0]
        wanted = model(inputs, training=False).numpy()
        record["outputError"] = float(np.linalg.norm(y - wanted) / np.linalg.norm(wanted))
    except Exception as error:
        record["ortError"] = one_line(error)
    return record, proto


def fold_norms(model: tf.keras.Model) -> None:
    """Moves each batch norm into the convolution before it, as tf2onnx does; its shift stays, as the convolution's bias."""
    for m in model.submodules:
        if not isinstance(m, BatchNorm):
            continue
        (before,) = [n.layer for n in m.inbound_nodes[0].parent_nodes]
        scale = m.gamma / tf.sqrt(m.moving_variance + m.epsilon)
        if not isinstance(before, CONVOLUTIONS):
            # TensorFlow folds these to a scale and a shift, which both train.
            m.gamma.assign(scale)
        elif isinstance(before, tf.keras.layers.DepthwiseConv2D):
            kernel = before.depthwise_kernel
            kernel.assign(kernel * tf.reshape(scale, (1, 1, *kernel.shape[2:])))
        else:
            before.kernel.assign(before.kernel * scale)
        m.beta.assign(m.beta - m.moving_mean * scale)
        if isinstance(before, CONVOLUTIONS):
            assert not before.use_bias, f"{before.name} has a bias beside that of {m.name}"
            m.gamma.assign(tf.ones_like(m.gamma))
            m.gamma._trainable = False
        m.moving_mean.assign(tf.zeros_like(m.moving_mean))
        m.moving_variance.assign(tf.ones_like(m.moving_variance) - m.epsilon)


def default_case(architecture: KerasArchitecture, seed: int, folder: Path) -> dict:
    """The model as its constructor leaves it but for zeros, exported as tf2onnx does unasked; and what one step of SGD does to the outputs of its folded twin."""
    tf.keras.utils.set_random_seed(seed)
    model = architecture.make()
    batch = architecture.batch(np.random.default_rng(seed))
    names, inputs = list(batch), list(batch.values())
    # What starts at zero may be dropped from the file, and would not train.
    for v in model.trainable_variables:
        if not v.numpy().any():
            v.assign(tf.fill(v.shape, 0.1))
    settle(model, inputs, np.random.default_rng(seed))
    made, _ = export(model, names, inputs, folder / "tf2onnx_default.onnx", True)
    before = model(inputs, training=False).numpy()
    label = np.random.default_rng(seed).integers(0, before.shape[-1], before.shape[:-1])
    fold_norms(model)
    loss, grads = differentiate(model, inputs, label)
    lr = 0.01
    for v, g in zip(model.trainable_variables, grads):
        v.assign_sub(lr * g)
    after = model(inputs, training=False).numpy()
    save_file({f"input/{n}": x for n, x in batch.items()} | {"label": label, "before": before, "after": after}, folder / "default.safetensors")
    return {"lr": lr, "loss": loss, "exports": {"tf2onnx_default": made}}


def batch_norm_step(model: tf.keras.Model, architecture: KerasArchitecture, inputs: list[np.ndarray], label: np.ndarray, places: Places, golden: Values) -> dict:
    """The same with batch norm in training mode, and the running statistics afterwards; the variance biased, as ONNX has it."""
    loss64, grads64 = in_float64(architecture, model, inputs, label, True)
    norms = [m for m in model.submodules if isinstance(m, BatchNorm)]
    before = {m.name: m.moving_variance.numpy() for m in norms}
    counts = {m.name: int(np.prod(m.input_shape[1:-1])) * len(inputs[0]) for m in norms}
    loss, grads = differentiate(model, inputs, label, True)
    keys = [v.name for v in model.trainable_variables]
    golden |= {f"train/grad/{n}": g for n, g in places.in_file(dict(zip(keys, grads))).items()}
    golden |= {f"train/grad64/{n}": g for n, g in places.in_file(dict(zip(keys, grads64))).items()}
    after = {m.moving_mean.name: m.moving_mean.numpy() for m in norms}
    for m in norms:
        kept = m.momentum * before[m.name]
        after[m.moving_variance.name] = kept + (m.moving_variance.numpy() - kept) * (counts[m.name] - 1) / counts[m.name]
    golden |= {f"train/after/{n}": x for n, x in places.in_file(after).items()}
    return {"loss": loss, "loss64": loss64}


def make_case(architecture: KerasArchitecture, folder: Path) -> str:
    tf.keras.backend.clear_session()
    seed = zlib.crc32(architecture.name.encode()) & 0x7FFFFFFF
    tf.keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    model = architecture.make()
    batch = architecture.batch(np.random.default_rng(seed))
    names, inputs = list(batch), list(batch.values())
    prepare(model, inputs, seed)
    y = model(inputs, training=False).numpy()
    label = np.random.default_rng(seed).integers(0, y.shape[-1], y.shape[:-1])
    loss, grads = differentiate(model, inputs, label)
    loss64, grads64 = in_float64(architecture, model, inputs, label)
    made, proto = export(model, names, inputs, folder / "tf2onnx.onnx", False)
    record = {"name": architecture.name, "seed": seed, "versions": VERSIONS, "inputs": names, "loss": loss, "loss64": loss64}
    record |= {"numbers": sum(int(np.prod(v.shape)) for v in model.trainable_variables), "exports": {"tf2onnx": made}}
    if proto is None:
        record |= {"parameters": [], "ties": {}, "buffers": []}
    else:
        places = Places(model, proto)
        keys = [v.name for v in model.trainable_variables]
        golden = {f"input/{n}": x for n, x in batch.items()} | {"label": label, "output": y}
        own = places.in_file(dict(zip(keys, grads)))
        golden |= {f"grad/{n}": g for n, g in own.items()} | {f"grad64/{n}": g for n, g in places.in_file(dict(zip(keys, grads64))).items()}
        named = {n: [key for key, *_ in parts] for n, parts in places.found.items()}
        found = {key for n in named.values() for key in n}
        record |= {"parameters": [n for n in own if n not in places.ties], "ties": places.ties, "buffers": [n for n in named if n not in own], "variables": named, "folded": [key for key in keys if key not in found]}
        if architecture.train:
            record["train"] = batch_norm_step(model, architecture, inputs, label, places, golden)
        save_file({n: np.ascontiguousarray(t) for n, t in golden.items()}, folder / "golden.safetensors")
    if architecture.default:
        record["default"] = default_case(architecture, seed, folder)
    (folder / "case.json").write_text(json.dumps(record, indent=1))
    folded = record.get("folded")
    return (made.get("error") or made.get("ortError") or f"{made['nodes']} nodes, output off by {made['outputError']:.1e}") + (f", {len(folded)} folded" if folded else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("GRAFT_ZOO", "/tmp/graft-zoo")))
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true", help="make cases anew that are there")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for name in [n for n in options.only.split(",") if n] or zoo:
        folder = options.out / name
        if (folder / "case.json").exists() and not options.again:
            continue
        start = time.time()
        print(f"{name}: {make_case(zoo[name], folder)} ({time.time() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
