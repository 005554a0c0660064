"""Writes tests/fixtures/zoo/keras.onnx and golden-keras.json: a tiny Keras model of many parts as tf2onnx writes it, with what TensorFlow says of it in float64.

    python bench/zoo/fixtures_keras.py

The versions are those of export_keras.py, the form is that of fixtures.py.
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from architectures_keras import CLASSES, KerasArchitecture, functional, layers, seen
from export_keras import VERSIONS, Places, in_float64, prepare, tf2onnx_

OUT = Path(__file__).parents[2] / "tests/fixtures/zoo"
PROJECTIONS = 3
DIMS = (2, 16, 16, 3)


def noise(salt: int, count: int) -> np.ndarray:
    """That of tests/golden/noise.py."""
    x = np.arange(count, dtype=np.uint32) + np.uint32(salt * 0x9E3779B9 & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return (x ^ (x >> np.uint32(16))).astype(np.float64) / 2**32 - 0.5


def make() -> tf.keras.Model:
    x = inputs = seen(DIMS[1])
    x = layers.Conv2D(6, 3, 2, "same", use_bias=False)(x)
    x = layers.MaxPool2D(3, 2, "same")(layers.ReLU()(layers.BatchNormalization()(x)))
    y = layers.Activation("swish")(layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)))
    s = layers.Reshape((1, 1, 6))(layers.GlobalAveragePooling2D()(y))
    y = layers.Multiply()([y, layers.Conv2D(6, 1, activation="sigmoid")(layers.Conv2D(3, 1, activation="relu")(s))])
    x = layers.Reshape((-1, 6))(layers.Concatenate()([x, y]))
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 3)(x, x))
    x = layers.GRU(4)(layers.LSTM(5, return_sequences=True)(layers.Dense(7, "gelu")(x)))
    return functional(inputs, layers.Dense(CLASSES)(x))


def short(x: float) -> float:
    return float(f"{x:.8g}")


def main() -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.utils.set_random_seed(0)
    model = make()
    image = (4 * noise(0, int(np.prod(DIMS)))).astype(np.float32).reshape(DIMS)
    prepare(model, [image], 0)
    proto = tf2onnx_(model, ["image"], [image], False)
    (OUT / "keras.onnx").write_bytes(proto.SerializeToString())
    label = np.floor((noise(100, DIMS[0]) + 0.5) * CLASSES).astype(np.int64)
    loss, grads = in_float64(KerasArchitecture("keras", make, lambda rng: {}), model, [image], label)
    places = Places(model, proto)
    gradients = {}
    for name, grad in places.in_file(dict(zip([v.name for v in model.trainable_variables], grads))).items():
        flat = grad.reshape(-1)
        gradients[name] = [short(np.linalg.norm(flat)), *(short(flat @ noise(200 + k, flat.size)) for k in range(PROJECTIONS))]
    assert not places.ties
    inputs = [{"name": "image", "dims": DIMS, "kind": "noise"}]
    golden = {"name": "keras", "ties": {}, "inputs": inputs, "label": label.shape, "classes": CLASSES, "loss": short(loss), "gradients": gradients}
    (OUT / "golden-keras.json").write_text(f'{{"versions": {json.dumps(VERSIONS)}, "models": [\n{json.dumps(golden)}\n]}}\n')
    print(f"{len(proto.SerializeToString())} bytes, {model.count_params()} numbers, {len(gradients)} of {len(grads)} gradients")


if __name__ == "__main__":
    main()
