"""The zoo's Keras models, small, with seeded batches. Read by export_keras.py."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from keras.src.applications.efficientnet import EfficientNet

layers = tf.keras.layers
BATCH, CLASSES, VOCABULARY, LENGTH = 2, 10, 64, 9
Batch = Callable[[np.random.Generator], dict[str, np.ndarray]]


@dataclass
class KerasArchitecture:
    name: str
    make: Callable[[], tf.keras.Model]
    batch: Batch
    # Also with batch norm in training mode.
    train: bool = False
    # Also exported as a user would, folded and merged.
    default: bool = False


zoo: dict[str, KerasArchitecture] = {}


def add(name: str, batch: Batch, **options: bool):
    def taken(make: Callable[[], tf.keras.Model]) -> Callable[[], tf.keras.Model]:
        zoo[f"keras_{name}"] = KerasArchitecture(f"keras_{name}", make, batch, **options)
        return make

    return taken


def image(size: int, batch: int = BATCH) -> Batch:
    return lambda rng: {"image": rng.standard_normal((batch, size, size, 3)).astype(np.float32)}


def ids(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"ids": rng.integers(1, VOCABULARY, (BATCH, LENGTH)).astype(np.int32)}


def functional(x, y) -> tf.keras.Model:
    return tf.keras.Model(x, layers.Activation("linear", dtype=None, name="output")(y))


def seen(size: int):
    return layers.Input((size, size, 3), name="image")


def read():
    return layers.Input((LENGTH,), dtype="int32", name="ids")


@add("cnn", image(32, 8), train=True, default=True)
def cnn():
    x = inputs = seen(32)
    for width, strides in ((8, 1), (12, 2), (16, 1)):
        x = layers.Conv2D(width, 3, strides, "same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPool2D(3 if strides == 1 else 2, 2, "same" if strides == 1 else "valid")(x)
    x = layers.Dense(20, "relu")(layers.Flatten()(x))
    return functional(inputs, layers.Dense(CLASSES)(x))


@add("mlp_norm", lambda rng: {"x": rng.standard_normal((8, 12)).astype(np.float32)}, default=True)
def mlp_norm():
    inputs = layers.Input((12,), name="x")
    x = layers.Dropout(0.2)(layers.ELU()(layers.BatchNormalization()(layers.Dense(16)(inputs))))
    return functional(inputs, layers.Dense(CLASSES)(x))


@add("mobilenet_v2", image(64, 8), train=True, default=True)
def mobilenet_v2():
    return tf.keras.applications.MobileNetV2((64, 64, 3), 0.35, weights=None, classes=CLASSES, classifier_activation=None)


@add("mobilenet_v3_small", image(64, 3))
def mobilenet_v3():
    return tf.keras.applications.MobileNetV3Small((64, 64, 3), 0.35, weights=None, classes=CLASSES, classifier_activation=None)


@add("efficientnet", image(48), default=True)
def efficientnet():
    return EfficientNet(0.25, 0.4, 48, weights=None, input_shape=(48, 48, 3), classes=CLASSES, classifier_activation=None)


@add("mbconv", image(32, 4), train=True, default=True)
def mbconv():
    x = inputs = seen(32)
    x = layers.Conv2D(8, 3, 2, "same", use_bias=False)(x)
    x = layers.Activation("swish")(layers.BatchNormalization()(x))
    for _ in range(2):
        y = layers.Conv2D(24, 1, use_bias=False)(x)
        y = layers.Activation("swish")(layers.BatchNormalization()(y))
        y = layers.DepthwiseConv2D(5, padding="same", use_bias=False)(y)
        y = layers.Activation("swish")(layers.BatchNormalization()(y))
        s = layers.Reshape((1, 1, 24))(layers.GlobalAveragePooling2D()(y))
        s = layers.Conv2D(24, 1, activation="sigmoid")(layers.Conv2D(4, 1, activation="swish")(s))
        y = layers.Conv2D(8, 1, use_bias=False)(layers.Multiply()([y, s]))
        x = layers.Add()([x, layers.BatchNormalization()(y)])
    return functional(inputs, layers.Dense(CLASSES)(layers.GlobalAveragePooling2D()(x)))


@add("separable_unet", image(16))
def unet():
    x = inputs = seen(16)
    kept = []
    for width in (6, 8):
        x = layers.LeakyReLU(0.1)(layers.SeparableConv2D(width, 3, padding="same")(x))
        kept.append(x)
        x = layers.AveragePooling2D()(x)
    x = layers.Conv2DTranspose(8, 2, 2, activation="relu")(x)
    x = layers.Concatenate()([x, kept.pop()])
    x = layers.UpSampling2D(interpolation="bilinear")(layers.Conv2D(6, 3, padding="same", dilation_rate=2)(x))
    return functional(inputs, layers.Conv2D(4, 1)(layers.Concatenate()([x, kept.pop()])))


def recurrent(*cells) -> tf.keras.Model:
    inputs = read()
    x = layers.Embedding(VOCABULARY, 12)(inputs)
    for cell in cells:
        x = cell(x)
    return functional(inputs, layers.Dense(CLASSES)(x))


add("lstm", ids)(lambda: recurrent(layers.LSTM(10, return_sequences=True), layers.LSTM(8)))
add("bilstm", ids)(lambda: recurrent(layers.Bidirectional(layers.LSTM(10, return_sequences=True)), layers.GlobalMaxPool1D()))
add("gru", ids)(lambda: recurrent(layers.GRU(10, return_sequences=True), layers.GRU(8)))
add("gru_reset_before", ids)(lambda: recurrent(layers.GRU(10, return_sequences=True, reset_after=False), layers.GRU(8, reset_after=False)))
add("gru_unrolled", ids, default=True)(lambda: recurrent(layers.GRU(10, return_sequences=True, reset_after=False, unroll=True), layers.GRU(8, reset_after=False, unroll=True)))
add("simple_rnn", ids)(lambda: recurrent(layers.SimpleRNN(10)))
add("simple_rnn_unrolled", ids, default=True)(lambda: recurrent(layers.SimpleRNN(10, unroll=True)))
add("tcn", ids)(lambda: recurrent(layers.Conv1D(8, 3, padding="causal", dilation_rate=2, activation="relu"), layers.Conv1D(8, 3, activation="tanh"), layers.GlobalAveragePooling1D()))


class Positions(layers.Layer):
    """Adds what is learnt for each place."""

    def build(self, shape):
        self.table = self.add_weight("table", shape[1:], initializer="random_normal")

    def call(self, x):
        return x + self.table


@add("transformer", ids, default=True)
def transformer():
    inputs = read()
    x = Positions()(layers.Embedding(VOCABULARY, 12)(inputs))
    for _ in range(2):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(3, 4)(x, x))
        y = layers.Dense(12)(layers.Dense(24, "gelu")(x))
        x = layers.LayerNormalization(epsilon=1e-6)(x + y)
    return functional(inputs, layers.Dense(CLASSES)(layers.GlobalAveragePooling1D()(x)))
