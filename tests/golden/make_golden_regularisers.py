"""Writes regularisers.json: what BSS, DELTA, Co-Tuning and StochNorm make of small cases, by PyTorch in float64 from the papers' equations.

Matrices, weights and inputs come from noise.py, so that only what comes out is stored.

pip install torch==2.13.0 && python tests/golden/make_golden_regularisers.py > tests/golden/regularisers.json
"""

import json
import sys

import torch
import torch.nn.functional as F

from noise import draw

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.10g}") for v in tensor.detach().reshape(-1).tolist()]


def matrix(kind: str, n: int, d: int) -> torch.Tensor:
    """Float32 values, of which the Node tests make the same."""
    x = draw(n + d, [n, d], 2.0)
    if kind == "features":
        # As behind a ReLU: none below 0, one singular value far above the rest.
        x = torch.clamp(x, min=0)
    elif kind == "flat":
        # All singular values nearly equal.
        x = (torch.eye(n, d) * 3 + draw(n + d, [n, d], 1e-4).float()).double()
    elif kind == "equal":
        x = torch.eye(n, d).double() * 3
    elif kind == "deficient":
        # The smallest singular value is 0, or the smallest three.
        x[1] = x[0]
        x[3] = x[2]
        x[5] = x[2]
    elif kind == "tiny":
        x = torch.clamp(x, min=0) * 2.0**-20
    elif kind == "zero":
        x = x * 0
    return x


def tail(kind: str, n: int, d: int, k: int) -> dict:
    x = matrix(kind, n, d).requires_grad_()
    singular = torch.linalg.svdvals(x)
    value = (singular[-k:] ** 2).sum()
    value.backward()
    probes = [(x.grad * draw(1000 + i, [n, d], 1.0)).sum() for i in range(4)]
    return {
        "kind": kind,
        "shape": [n, d],
        "k": k,
        "value": numbers(value),
        "largest": numbers(singular[0]),
        "norm": numbers(x.grad.norm()),
        "probes": numbers(torch.stack(probes)),
    }


tails = [tail(kind, n, d, 1) for kind in ("features", "flat", "deficient") for n in (16, 32, 48) for d in (64, 1280)]
tails += [tail("features", 16, 64, 3), tail("features", 48, 1280, 5), tail("flat", 16, 64, 4), tail("deficient", 16, 64, 5)]
# Fewer columns than rows, one row, all the singular values; and those without a direction of their own.
tails += [tail("features", 20, 7, 2), tail("features", 1, 8, 1), tail("features", 4, 6, 4), tail("tiny", 16, 64, 1), tail("equal", 16, 64, 1), tail("equal", 16, 64, 2)]
# All at 0: PyTorch's own gradient there is 0 as well.
tails += [tail("zero", 8, 16, 1)]


# A network with all that the methods look at: conv, batch norm, ReLU, pool, features of 16 and two heads.
N, CLASSES, SOURCE = 8, 3, 5
SHAPES = {"conv.weight": [4, 1, 3, 3], "conv.bias": [4], "norm.scale": [4], "norm.bias": [4], "head.weight": [CLASSES, 16], "head.bias": [CLASSES]}
SOURCE_SHAPES = {"head.weight": [SOURCE, 16], "head.bias": [SOURCE]}
LABELS = torch.tensor([0, 1, 2, 0, 1, 2, 2, 0])
X = draw(100, [N, 1, 6, 6], 2.0)
MEAN, VARIANCE = draw(101, [4], 0.5), draw(102, [4], 0.2, 0.5)
EPSILON, MOMENTUM, LR = 1e-5, 0.9, 0.5


def parameters(shapes: dict = SHAPES, first: int = 1) -> dict[str, torch.Tensor]:
    return {id: draw(first + i, dims, 1.0, {"norm.scale": 1.0, "norm.bias": 0.5}.get(id, 0.0)).requires_grad_() for i, (id, dims) in enumerate(shapes.items())}


def wide(v: torch.Tensor) -> torch.Tensor:
    return v.reshape(1, -1, 1, 1)


def moments(c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return c.mean((0, 2, 3)), c.var((0, 2, 3), unbiased=False)


def forward(p: dict, mode: str, drawn: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
    """`running` normalises by the running statistics, `batch` by the batch's, `mixed` by these in the channels that are drawn."""
    c = F.conv2d(X, p["conv.weight"], p["conv.bias"])
    mean, variance = moments(c)
    by = lambda m, v: wide(p["norm.scale"]) * (c - wide(m)) / (wide(v) + EPSILON).sqrt() + wide(p["norm.bias"])
    if mode == "mixed":
        normal = wide(drawn) * by(mean, variance) + (1 - wide(drawn)) * by(MEAN, VARIANCE)
    else:
        normal = by(mean, variance) if mode == "batch" else by(MEAN, VARIANCE)
    pooled = F.max_pool2d(normal.relu(), 2)
    features = pooled.flatten(1)
    return {"conv": c, "pooled": pooled, "features": features, "logits": F.linear(features, p["head.weight"], p["head.bias"]), "mean": mean, "variance": variance}


def step(p: dict, loss: torch.Tensor, extra: dict) -> dict:
    loss.backward()
    return {"loss": numbers(loss), "after": {id: numbers(v.detach() - LR * v.grad) for id, v in p.items()}} | extra


def bss_step() -> dict:
    p = parameters()
    out = forward(p, "batch")
    singular = torch.linalg.svdvals(out["features"])
    return step(p, F.cross_entropy(out["logits"], LABELS) + 0.7 * (singular[-2:] ** 2).sum(), {})


def stoch_norm_step() -> dict:
    """The channels that the stream of seed 3 draws for the first step, as Graft's test makes sure."""
    drawn = torch.tensor(DRAWN).double()
    p = parameters()
    out = forward(p, "mixed", drawn)
    running = {
        "norm.mean": numbers(MOMENTUM * MEAN + (1 - MOMENTUM) * out["mean"]),
        "norm.variance": numbers(MOMENTUM * VARIANCE + (1 - MOMENTUM) * out["variance"]),
    }
    return step(p, F.cross_entropy(out["logits"], LABELS), {"drawn": DRAWN, "running": running})


DRAWN = [0, 1, 0, 0]


def delta_step() -> dict:
    """Attention from what the loss gains without each channel of the maps that the blocks end in, and a step with it."""
    p, q = parameters(), parameters()
    names = ["conv", "pooled"]
    with torch.no_grad():
        source = forward(q, "running")
        gaps = []
        for name in names:
            loss = lambda out: F.cross_entropy(F.linear(out.flatten(1), q["head.weight"], q["head.bias"]), LABELS)
            rest = {
                "pooled": lambda m: m,
                "conv": lambda m: F.max_pool2d((wide(q["norm.scale"]) * (m - wide(MEAN)) / (wide(VARIANCE) + EPSILON).sqrt() + wide(q["norm.bias"])).relu(), 2),
            }[name]
            full = loss(rest(source[name]))
            silenced = []
            for channel in range(4):
                heard = torch.ones(4).double()
                heard[channel] = 0
                silenced.append(loss(rest(source[name] * wide(heard))) - full)
            gaps.append(torch.stack(silenced))
        attention = [torch.softmax((g - g.mean()) / g.std(unbiased=False) / 5, 0) for g in gaps]
    out = forward(p, "batch")
    alpha, beta = 0.8, 0.3
    distance = 0
    for name, shares in zip(names, attention):
        squares = ((out[name] - source[name]) ** 2).sum((2, 3))
        _, channels, height, width = source[name].shape
        distance = distance + channels / (height * width) * (squares * shares).sum(1).mean()
    head = sum((p[id] ** 2).sum() for id in ("head.weight", "head.bias"))
    loss = F.cross_entropy(out["logits"], LABELS) + alpha / 2 * distance + beta / 2 * head
    return step(p, loss, {"gaps": [numbers(g) for g in gaps], "attention": [numbers(a) for a in attention]})


def co_tuning_step() -> dict:
    p, s = parameters(), parameters(SOURCE_SHAPES, 50)
    temperature, trade_off = 1.5, 0.6
    scores = lambda out: F.linear(out["features"], s["head.weight"], s["head.bias"])
    with torch.no_grad():
        probabilities = torch.softmax(scores(forward(p, "running")) / temperature, 1)
        relation = torch.stack([probabilities[LABELS == c].mean(0) for c in range(CLASSES)])
    out = forward(p, "batch")
    source = -(relation[LABELS] * torch.log_softmax(scores(out), 1)).sum(1).mean()
    loss = F.cross_entropy(out["logits"], LABELS) + trade_off * source
    return step(p, loss, {"relation": numbers(relation)})


def reverse_relation() -> dict:
    """p(s | t) by Bayes' rule, the logistic regression of the target's classes solved by L-BFGS for each strength of its penalty."""
    count, classes, width = 60, 3, 6
    labels = torch.arange(count) % classes
    scores = draw(200, [count, width], 6.0)
    scores[torch.arange(count), labels * 2] += 3.0
    rows = torch.softmax(scores, 1)
    # The fifth of each class, the tenth ... are held out.
    held = torch.tensor([(i // classes + 1) % 5 == 0 for i in range(count)])

    def regression(strength: float) -> torch.Tensor:
        w = torch.zeros(classes, width, dtype=torch.float64, requires_grad=True)
        solver = torch.optim.LBFGS([w], max_iter=2000, tolerance_grad=1e-12, tolerance_change=1e-16, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            solver.zero_grad()
            loss = F.cross_entropy(rows[~held] @ w.T, labels[~held], reduction="sum") + (w**2).sum() / (2 * strength)
            loss.backward()
            return loss

        solver.step(closure)
        return w.detach()

    fitted = [regression(10.0**e) for e in range(-4, 5)]
    right = [int(((rows[held] @ w.T).argmax(1) == labels[held]).sum()) for w in fitted]
    # Of equal ones the weakest penalty.
    best = max(i for i, count in enumerate(right) if count == max(right))
    w = fitted[best]
    scales = [2 ** (i / 10 - 4) for i in range(81)]
    surprise = [float(F.cross_entropy(rows[held] @ w.T * a, labels[held])) for a in scales]
    scale = scales[surprise.index(min(surprise))]
    joint = torch.softmax(w.T * scale, 1) * rows.mean(0)[:, None]
    return {"shape": [count, width], "classes": classes, "right": right, "best": best, "scale": scale, "relation": numbers(joint.T / joint.sum(0)[:, None])}


golden = {
    "torch": torch.__version__.split("+")[0],
    "tails": tails,
    "network": {"shapes": SHAPES, "source": SOURCE_SHAPES, "labels": LABELS.tolist(), "lr": LR},
    "bss": bss_step(),
    "stochNorm": stoch_norm_step(),
    "delta": delta_step(),
    "coTuning": co_tuning_step(),
    "reverse": reverse_relation(),
}
json.dump(golden, sys.stdout, separators=(",", ":"))
print()
