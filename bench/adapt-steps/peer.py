"""What pytorch-adapt makes of a network in a fixed number of updates, on the very digits that Graft is given.

versions: what is used, as JSON. run ASKED ANSWER: trains, and writes how many test digits are told rightly, and the seconds of the updates."""
import json
import sys
import time

import numpy as np


def versions():
    import pytorch_adapt
    import torch

    print(json.dumps({"pytorch-adapt": pytorch_adapt.__version__, "torch": torch.__version__}))


def hook_of(method, models, optimiser, torch):
    from pytorch_adapt import hooks, layers

    every = [optimiser(models["G"]), optimiser(models["C"])]
    if method == "source-only":
        return hooks.ClassifierHook(opts=every)
    if method == "deep-coral":
        return hooks.AlignerPlusCHook(opts=every, loss_fn=layers.CORALLoss())
    if method == "dan":
        scales = torch.tensor([2.0**k for k in range(-2, 3)])
        return hooks.AlignerPlusCHook(opts=every, loss_fn=layers.MMDLoss(kernel_scales=scales, mmd_type="quadratic"))
    if method == "mcc":
        return hooks.ClassifierHook(opts=every, post=[hooks.MCCHook()])
    if method == "bnm":
        return hooks.ClassifierHook(opts=every, post=[hooks.BNMHook()])
    if method == "dann":
        return hooks.DANNHook(opts=[*every, optimiser(models["D"])])
    if method == "cdan":
        return hooks.CDANEHook(d_opts=[optimiser(models["D"])], g_opts=every)
    if method == "mcd":
        return hooks.MCDHook(g_opts=every[:1], c_opts=every[1:])
    raise ValueError(method)


def run(asked, answered):
    import torch
    from pytorch_adapt.layers import MultipleModels, RandomizedDotProduct

    with open(asked, encoding="utf-8") as file:
        given = json.load(file)
    torch.manual_seed(given["seed"])
    torch.set_num_threads(given["threads"])

    def images(name):
        return torch.from_numpy(np.fromfile(given["files"][name], dtype="float32").reshape(-1, 1, 28, 28))

    def classes(name):
        return torch.from_numpy(np.fromfile(given["files"][name], dtype="int32").astype("int64"))

    source, labels, target = images("source"), classes("sourceLabels"), images("target")
    test, truth = images("test"), classes("testLabels")
    nn = torch.nn
    g = nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.BatchNorm2d(20), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(20, 50, 5), nn.BatchNorm2d(50), nn.Dropout(0.5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(800, 500), nn.BatchNorm1d(500), nn.ReLU(), nn.Dropout(0.5),
    )  # fmt: skip
    head = nn.Linear(500, 10)
    method, hidden = given["method"], given["hidden"]
    if method == "mcd":
        head = MultipleModels(head, nn.Linear(500, 10))
    models = {"G": g, "C": head}
    if method in ("dann", "cdan"):
        models["D"] = nn.Sequential(
            nn.Linear(500, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1), nn.Flatten(0)
        )
    misc = {"feature_combiner": RandomizedDotProduct(in_dims=[500, 10], out_dim=500)} if method == "cdan" else {}
    hook = hook_of(method, models, lambda model: torch.optim.Adam(model.parameters(), lr=given["lr"]), torch)
    batch = given["batch"]

    def endless(count):
        while True:
            yield from torch.randperm(count)[: count - count % batch].split(batch)

    own, other = endless(len(source)), endless(len(target))
    for model in models.values():
        model.train()
    began = 0.0
    for step in range(given["steps"] + given["warm"]):
        if step == given["warm"]:
            began = time.perf_counter()
        i, j = next(own), next(other)
        hook({
            **models, **misc,
            "src_imgs": source[i], "src_labels": labels[i], "src_domain": torch.zeros(batch),
            "target_imgs": target[j], "target_domain": torch.ones(batch),
        })  # fmt: skip
    seconds = time.perf_counter() - began
    for model in models.values():
        model.eval()
    with torch.no_grad():
        scores = [head(g(part)) for part in test.split(256)]
        scores = [sum(part) if isinstance(part, (list, tuple)) else part for part in scores]
    right = (torch.cat(scores).argmax(1) == truth).float().mean().item()
    with open(answered, "w", encoding="utf-8") as file:
        json.dump({"accuracy": right, "seconds": seconds}, file)


if sys.argv[1] == "versions":
    versions()
else:
    run(*sys.argv[2:])
