"""The photo recipes of recipe.ts in PyTorch (torch 2.13.0, timm 1.0.x): one method and seed, on the photos and starting values that bench.ts uses.

versions: what is used, as JSON. run FOLDER METHOD SEED: accuracy, seconds, peak memory and numbers that learn, as JSON. scores FOLDER: how far the scores of full.onnx in Python's
onnxruntime are from those that Graft gave."""
import json
import math
import resource
import sys
import time

import numpy as np


def torch_and_timm():
    import torch

    # Beside a CPU build of torch, torchvision's own operators may be missing; none of them is used.
    global declared  # Goes with its owner.
    declared = torch.library.Library("torchvision", "DEF")
    try:
        for name in ("nms", "qnms"):
            declared.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:
        pass
    import timm

    return torch, timm


def versions():
    torch, timm = torch_and_timm()
    print(json.dumps({"torch": torch.__version__, "timm": timm.__version__}))


def load(folder, name, size):
    inputs = np.fromfile(f"{folder}/{name}.inputs", dtype="<f4").reshape(-1, 3, size, size)
    return inputs, np.fromfile(f"{folder}/{name}.labels", dtype="<i4").astype("int64")


def run(folder, method, seed):
    torch, timm = torch_and_timm()
    recipe = json.load(open(f"{folder}/recipe.json"))
    task = recipe["tasks"]["photos"]
    how, common = task["methods"][method], task["common"]
    torch.manual_seed(seed)
    x, y = (torch.from_numpy(a) for a in load(folder, f"train-{seed}", recipe["size"]))
    model = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    model.reset_classifier(10)
    if how.get("start") != "random":
        import onnx
        from onnx import numpy_helper

        stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(recipe["backbone"]).graph.initializer}
        state = model.state_dict()
        taken = {k: torch.from_numpy(stored[k].astype("float32")) for k in state if k in stored and not k.startswith("classifier")}
        assert len(taken) >= 240, len(taken)
        model.load_state_dict({**state, **taken})
    else:
        from safetensors.torch import save_file

        values = {k: v.clone() for k, v in model.state_dict().items() if "num_batches" not in k and not k.startswith("classifier")}
        save_file(values, f"{folder}/random-{seed}.safetensors")
    torch.nn.init.zeros_(model.classifier.weight)
    torch.nn.init.zeros_(model.classifier.bias)
    head = list(model.classifier.parameters())
    shared = [p for p in model.parameters() if all(p is not q for q in head)]
    start = [p.detach().clone() for p in shared]

    def phase(epochs, lr, parameters):
        for p in model.parameters():
            p.requires_grad_(any(p is q for q in parameters))
        groups = [
            {"params": [p for p in parameters if p.dim() > 1], "weight_decay": common["weightDecay"]},
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
        ]
        optimiser = torch.optim.AdamW(groups, lr=lr)
        size = common["batchSize"]
        steps = math.ceil(len(x) / size)
        for step in range(epochs * steps):
            if step % steps == 0:
                order = torch.randperm(len(x))
            for group in optimiser.param_groups:
                group["lr"] = lr * 0.5 * (1 + math.cos(math.pi * step / (epochs * steps)))
            model.train(how["batchNorm"] == "train")
            batch = order[(step % steps) * size : (step % steps + 1) * size]
            loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
            if how["strategy"] == "l2-sp":
                options = how["options"]
                loss = loss + options["alpha"] / 2 * sum(((p - q) ** 2).sum() for p, q in zip(shared, start))
                loss = loss + options["beta"] / 2 * sum((p**2).sum() for p in head)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    began = time.perf_counter()
    epochs, lr = common["epochs"], how["lr"]
    if how["strategy"] == "head-only":
        phase(epochs, lr, head)
    elif how["strategy"] == "lp-ft":
        probing = max(1, min(epochs - 1, round(epochs * how["options"]["probe"])))
        phase(probing, lr, head)
        phase(epochs - probing, lr * how["options"]["lrFactor"], shared + head)
    else:
        phase(epochs, lr, shared + head)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tx, ty = load(folder, "test", recipe["size"])
    model.eval()
    with torch.no_grad():
        right = sum(int((model(torch.from_numpy(tx[i : i + 100])).argmax(1).numpy() == ty[i : i + 100]).sum()) for i in range(0, len(tx), 100))
    learning = sum(p.numel() for p in (head if how["strategy"] == "head-only" else shared + head))
    print(json.dumps({"accuracy": right / len(tx), "seconds": seconds, "peakMiB": peak, "learning": learning}))


def scores(folder):
    import onnxruntime

    recipe = json.load(open(f"{folder}/recipe.json"))
    session = onnxruntime.InferenceSession(f"{folder}/full.onnx", providers=["CPUExecutionProvider"])
    x, _ = load(folder, "few", recipe["size"])
    (logits,) = session.run(["logits"], {session.get_inputs()[0].name: x})
    wanted = np.fromfile(f"{folder}/few.logits", dtype="<f4").reshape(logits.shape)
    print(float(np.abs(logits - wanted).max() / max(1.0, np.abs(wanted).max())))


command, *rest = sys.argv[1:]
if command == "versions":
    versions()
elif command == "run":
    run(rest[0], rest[1], int(rest[2]))
else:
    scores(rest[0])
