"""Writes updates.json: five updates of a small network by PyTorch in float64, with parameter groups, clipping, a schedule and a moving average.

Each update is made from all examples at once; Graft has them in micro-batches. Weights and inputs come from noise.py.

pip install torch==2.13.0 && python tests/golden/make_golden_updates.py > tests/golden/updates.json
"""

import json
import sys

import torch
import torch.nn.functional as F
from torch.optim.lr_scheduler import CosineAnnealingLR

from noise import draw

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
UPDATES = 5
EXAMPLES, WIDTH, HIDDEN, CLASSES = 6, 4, 5, 3
SHAPES = {"dense1.weight": [HIDDEN, WIDTH], "dense1.bias": [HIDDEN], "dense2.weight": [CLASSES, HIDDEN], "dense2.bias": [CLASSES]}
LABELS = torch.tensor([0, 2, 1, 1, 2, 1])


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.10g}") for v in tensor.detach().reshape(-1).tolist()]


def trained(name: str, make: type, given: dict, ours: dict, lr: float, multipliers: dict, decay: float, clip: float = 0.0, ema: float = 0.0, cosine: bool = False, weights: list[float] | None = None) -> dict:
    """`multipliers` are of the learning rate, by layer; biases do not decay. `given` goes to the optimiser, and `ours` names the same for Graft."""
    p = {id: draw(salt, dims, 2.0).requires_grad_() for salt, (id, dims) in enumerate(SHAPES.items(), 1)}
    groups = [
        {"params": [value], "lr": lr * multipliers.get(id.split(".")[0], 1.0), "weight_decay": 0.0 if id.endswith("bias") else decay}
        for id, value in p.items()
    ]
    optimiser = make(groups, lr=lr, **given)
    schedule = CosineAnnealingLR(optimiser, UPDATES) if cosine else None
    average = {id: value.detach().clone() for id, value in p.items()}
    x = draw(0, [EXAMPLES, WIDTH], 4.0)
    losses, norms = [], []
    for update in range(1, UPDATES + 1):
        optimiser.zero_grad()
        scores = F.linear(F.linear(x, p["dense1.weight"], p["dense1.bias"]).tanh(), p["dense2.weight"], p["dense2.bias"])
        loss = F.cross_entropy(scores, LABELS, weight=torch.tensor(weights, dtype=torch.float64) if weights else None)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(p.values(), clip or float("inf"))
        losses.append(loss.detach())
        norms.append(norm)
        optimiser.step()
        if schedule:
            schedule.step()
        # The decay warms up, as that of TensorFlow's ExponentialMovingAverage with `num_updates`.
        d = min(ema, (1 + update) / (10 + update))
        for id, value in p.items():
            average[id] = d * average[id] + (1 - d) * value.detach()
    options = {"lrMultipliers": multipliers, "optimiser": {"name": name, "settings": {"lr": lr, "weightDecay": decay} | ours}}
    if clip:
        options["clipNorm"] = clip
    if ema:
        options["ema"] = ema
    return {
        "options": options,
        "cosine": cosine,
        "classWeights": weights,
        "losses": numbers(torch.stack(losses)),
        "norms": numbers(torch.stack(norms)),
        "parameters": {id: numbers(value) for id, value in (average if ema else p).items()},
    }


runs = [
    trained("sgd", torch.optim.SGD, {}, {"momentum": 0}, 0.5, {"dense1": 0.1}, 0.05),
    trained("sgd", torch.optim.SGD, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "nesterov": True}, 0.2, {"dense2": 3.0}, 0.05, clip=0.3, weights=[0.2, 1.0, 4.0]),
    trained("adam", torch.optim.Adam, {}, {}, 0.05, {}, 0.1, cosine=True, weights=[3.0, 0.5, 1.0]),
    trained("adamw", torch.optim.AdamW, {}, {}, 0.05, {"dense1": 0.1}, 0.5, clip=0.2, ema=0.9, cosine=True),
]
golden = {"torch": torch.__version__.split("+")[0], "shapes": SHAPES, "input": [EXAMPLES, WIDTH], "labels": LABELS.tolist(), "runs": runs}
json.dump(golden, sys.stdout, separators=(",", ":"))
print()
