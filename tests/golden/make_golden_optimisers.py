"""Writes optimisers.json: five updates of each optimiser in float32, and the factors of each schedule, by PyTorch.

pip install torch==2.13.0 && python tests/golden/make_golden_optimisers.py > tests/golden/optimisers.json
"""

import json
import sys
import warnings

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, OneCycleLR, SequentialLR, StepLR

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
SEED = 5
torch.manual_seed(SEED)
warnings.filterwarnings("ignore", message="Detected call of")

START = torch.randn(6)
# Sizes of gradients from 1e-6 to 10, and one that is zero throughout.
GRADIENTS = torch.randn(5, 6) * torch.tensor([1e-6, 1e-3, 0.1, 1.0, 10.0, 0.0])

OPTIMISERS = [
    ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0}),
    ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0, "weight_decay": 0.05}),
    ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05}),
    ("adam", torch.optim.Adam, {}),
    ("adam", torch.optim.Adam, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}),
    ("adamw", torch.optim.AdamW, {}),
    ("adamw", torch.optim.AdamW, {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}),
]


def options(given: dict) -> dict:
    """PyTorch's names of options as ours."""
    renamed = {"weight_decay": "weightDecay", "eps": "epsilon"}
    ours = {renamed.get(name, name): value for name, value in given.items() if name != "betas"}
    if "betas" in given:
        ours["beta1"], ours["beta2"] = given["betas"]
    return ours


def updates(name: str, make: type, given: dict) -> dict:
    p = torch.nn.Parameter(START.clone())
    optimiser = make([p], **given)
    after = []
    for gradient in GRADIENTS:
        p.grad = gradient.clone()
        optimiser.step()
        after.append(p.tolist())
    return {"name": name, "options": options(given), "after": after}


def factors(name: str, total: int, make) -> dict:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimiser)
    values = []
    for at in range(total):
        values.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if at < total - 1:
            schedule.step()
    return {"name": name, "total": total, "factors": values}


def warmed(optimiser, steps: int, total: int):
    rise = LinearLR(optimiser, start_factor=1 / steps, total_iters=steps - 1)
    return SequentialLR(optimiser, [rise, CosineAnnealingLR(optimiser, total - steps)], milestones=[steps])


golden = {
    "torch": torch.__version__,
    "seed": SEED,
    "start": START.tolist(),
    "gradients": GRADIENTS.tolist(),
    "optimisers": [updates(*case) for case in OPTIMISERS],
    "schedules": [
        factors("step", 10, lambda o: StepLR(o, 3, gamma=0.5)),
        factors("cosine", 10, lambda o: CosineAnnealingLR(o, 10)),
        factors("cosine with floor", 10, lambda o: CosineAnnealingLR(o, 10, eta_min=0.1)),
        factors("warm-up, then cosine", 12, lambda o: warmed(o, 4, 12)),
        factors("one cycle", 20, lambda o: OneCycleLR(o, 1.0, total_steps=20)),
        factors("one cycle with options", 7, lambda o: OneCycleLR(o, 1.0, total_steps=7, pct_start=0.5, div_factor=10, final_div_factor=100)),
    ],
}
json.dump(golden, sys.stdout)
print()
