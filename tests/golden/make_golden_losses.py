"""Writes losses.json: value and gradient of every loss by PyTorch in float64, at ordinary and at extreme scores.

pip install torch==2.13.0 && python tests/golden/make_golden_losses.py > tests/golden/losses.json
"""

import json
import sys

import torch
import torch.nn.functional as F

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
SEED = 21
generator = torch.Generator().manual_seed(SEED)
cases = []


def rand(*shape: int) -> torch.Tensor:
    """Random numbers of three decimals, which both precisions read alike to 1e-7."""
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * 1000).round() / 1000


def t(rows: list) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.15g}") for v in tensor.reshape(-1).tolist()]


def case(name: str, options: dict, loss, logits: torch.Tensor, target: torch.Tensor) -> None:
    """`loss` gives the mean over what PyTorch averages over; `options` are ours."""
    x = logits.clone().requires_grad_()
    value = loss(x, target)
    (gradient,) = torch.autograd.grad(value, x)
    assert torch.isfinite(value) and torch.isfinite(gradient).all(), (name, options)
    cases.append(
        {
            "loss": name,
            "options": options,
            "logits": {"dims": list(x.shape), "data": numbers(logits)},
            "target": {"dims": list(target.shape), "data": numbers(target)},
            "value": value.item(),
            "gradient": numbers(gradient),
        }
    )


def cross_entropy(logits: torch.Tensor, target: torch.Tensor, weights: list[float] | None = None, smoothing: float = 0.0) -> None:
    """Class axis last, as ours; PyTorch has it second."""
    sparse = target.dtype == torch.int64
    options = {"labels": "sparse" if sparse else "soft"}
    if weights:
        options["classWeights"] = weights
    if smoothing:
        options["labelSmoothing"] = smoothing

    def loss(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        labels = y if sparse else y.movedim(-1, 1)
        return F.cross_entropy(x.movedim(-1, 1), labels, weight=t(weights) if weights else None, label_smoothing=smoothing)

    case("crossEntropy", options, loss, logits, target)


def focal(x: torch.Tensor, y: torch.Tensor, gamma: float, weights: list[float] | None) -> torch.Tensor:
    """Lin et al. 2017, eq. 4 and 5, over classes; 1 - p as the sum of the others, which keeps small differences."""
    hot = F.one_hot(y, x.shape[-1]).bool()
    log_p = x.log_softmax(-1)
    miss = log_p.exp().masked_fill(hot, 0).sum(-1)
    each = -(miss**gamma) * log_p[hot].reshape(y.shape)
    return (each * t(weights)[y] if weights else each).mean()


WEIGHTS = [0.2, 1.0, 3.5, 0.0]
scores, labels = rand(5, 4) * 2, torch.tensor([0, 3, 2, 2, 1])
soft = rand(5, 4).softmax(-1)
tokens, token_labels = rand(2, 3, 4), torch.tensor([[0, 1, 2], [3, 3, 1]])
# Right, wrong and undecided by far.
EXTREME = t([[80, -80, 0, 1], [-80, 80, 0, 1], [80, 80, -80, -80], [-80, -80, -80, -80]])
extreme_labels = torch.tensor([0, 0, 3, 1])
one_hot = t([[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]])

for weights in (None, WEIGHTS):
    for smoothing in (0.0, 0.1):
        cross_entropy(scores, labels, weights, smoothing)
        cross_entropy(scores, soft, weights, smoothing)
        cross_entropy(EXTREME, extreme_labels, weights, smoothing)
cross_entropy(tokens, token_labels, WEIGHTS, 0.2)
cross_entropy(tokens, rand(2, 3, 4).softmax(-1))
cross_entropy(EXTREME, one_hot, None, 0.1)

for gamma in (0.0, 0.5, 1.0, 2.0, 5.0):
    for weights in (None, WEIGHTS) if gamma == 2 else (None,):
        options = {"gamma": gamma} | ({"classWeights": weights} if weights else {})
        case("focal", options, lambda x, y: focal(x, y, gamma, weights), scores, labels)
        if gamma == 0 or gamma >= 1:
            case("focal", options, lambda x, y: focal(x, y, gamma, weights), EXTREME, extreme_labels)
case("focal", {}, lambda x, y: focal(x, y, 2.0, None), tokens, token_labels)


def kl(temperature: float):
    return lambda x, q: F.kl_div((x / temperature).log_softmax(-1), q, reduction="sum") * temperature**2 / q.shape[:-1].numel()


for temperature in (1.0, 4.0):
    case("kullbackLeibler", {"temperature": temperature}, kl(temperature), scores, soft)
    case("kullbackLeibler", {"temperature": temperature}, kl(temperature), EXTREME, one_hot)
    case("kullbackLeibler", {"temperature": temperature}, kl(temperature), tokens, rand(2, 3, 4).softmax(-1))

bits, shares = (rand(5, 4) > 0).double(), rand(5, 4).sigmoid()
extreme_scores, extreme_bits = t([[80, 80, -80, -80], [0, 20, -20, 0]]), t([[1, 0, 1, 0], [1, 1, 0, 0]])
for positive in (1.0, 3.0, [0.5, 1.0, 2.0, 10.0]):
    weight = t(positive) if isinstance(positive, list) else torch.tensor(positive, dtype=torch.float64)
    for x, y in ((scores, bits), (scores, shares), (extreme_scores, extreme_bits)):
        loss = lambda x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=weight)
        case("binaryCrossEntropy", {"positiveWeight": positive}, loss, x, y)

far, near = t([[80, -80, 0, 1]]), t([[-80, -80, 0, 1.5]])
values, targets = rand(3, 2), rand(3, 2)
for x, y in ((values, targets), (far, near)):
    case("meanSquaredError", {}, F.mse_loss, x, y)
    case("meanAbsoluteError", {}, F.l1_loss, x, y)
    for delta in (0.5, 1.0, 20.0):
        case("huber", {"delta": delta}, lambda x, y: F.huber_loss(x, y, delta=delta), x, y)

json.dump({"torch": torch.__version__.split("+")[0], "seed": SEED, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
