"""What a model's folder answers in Python's ONNX Runtime. Arguments: the folder with model.onnx and model.json, and one with tensors: feeds.json lists batches,
each {input: {dtype, dims, file}}. Prints JSON: for each example its values, and its label where there is one. With `--version` it prints ONNX Runtime's.

pip install onnxruntime numpy
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime


def values_of(scores, info):
    kind = info["task"]["kind"]
    if kind == "regression":
        scale = info["scale"]
        return scores * scale["factor"] + scale["offset"]
    scores = scores / info["temperature"]
    if kind == "multi-label":
        return 1 / (1 + np.exp(-scores))
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def label_of(values, task):
    if task["kind"] == "regression":
        return None
    classes = task["classes"]
    if task["kind"] == "classification":
        return classes[int(values.argmax())]
    return ", ".join(name for name, value in zip(classes, values) if value > 0.5)


def main(model, feeds):
    info = json.loads((model / "model.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(model / "model.onnx", providers=["CPUExecutionProvider"])
    answers = []
    for batch in json.loads((feeds / "feeds.json").read_text()):
        given = {name: np.fromfile(feeds / one["file"], one["dtype"]).reshape(one["dims"]) for name, one in batch.items()}
        (scores,) = session.run(["logits"], given)
        for values in values_of(scores.astype(np.float64), info):
            answers.append({"label": label_of(values, info["task"]), "values": values.tolist()})
    print(json.dumps(answers))


if sys.argv[1:] == ["--version"]:
    print(onnxruntime.__version__)
else:
    main(*map(Path, sys.argv[1:]))
