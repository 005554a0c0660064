"""Writes domain-losses.json: value and gradients, by PyTorch in float64, of what compares domains or judges unlabelled predictions.

pip install torch==2.13.0 && python tests/golden/make_golden_domain_losses.py > tests/golden/domain-losses.json
"""

import json
import sys

import torch
import torch.nn.functional as F

assert torch.__version__.split("+")[0] == "2.13.0", torch.__version__
SEED = 31
generator = torch.Generator().manual_seed(SEED)
cases = []


def rand(*shape: int) -> torch.Tensor:
    """Random numbers of three decimals, which both precisions read alike to 1e-7."""
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * 1000).round() / 1000


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{v:.15g}") for v in tensor.reshape(-1).tolist()]


def case(name: str, loss, *inputs: torch.Tensor, **options) -> None:
    xs = [x.clone().requires_grad_() for x in inputs]
    value = loss(*xs, **options)
    gradients = torch.autograd.grad(value, xs)
    assert torch.isfinite(value) and all(torch.isfinite(g).all() for g in gradients), name
    cases.append(
        {
            "loss": name,
            "options": options,
            "inputs": [{"dims": list(x.shape), "data": numbers(x)} for x in inputs],
            "value": value.item(),
            "gradients": [numbers(g) for g in gradients],
        }
    )


def coral(s: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Sun & Saenko 2016, equations 1 to 3, the covariances as they write them."""

    def covariance(d: torch.Tensor) -> torch.Tensor:
        n = d.shape[0]
        total = d.sum(0, keepdim=True)
        return (d.T @ d - total.T @ total / n) / (n - 1)

    return (covariance(s) - covariance(t)).pow(2).sum() / (4 * s.shape[1] ** 2)


def mmd(s: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Gretton et al. 2012, equation 5, with Long et al. 2015's sum of Gaussian kernels, pair by pair."""
    rows = torch.cat([s, t])
    scale = (rows[:, None] - rows[None]).pow(2).sum(-1).mean().detach()

    def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        distance = (a[:, None] - b[None]).pow(2).sum(-1)
        return torch.stack([torch.exp(-distance / (2 * 2.0**k * scale)) for k in range(-3, 2)]).mean(0)

    return kernel(s, s).mean() + kernel(t, t).mean() - 2 * kernel(s, t).mean()


def domain(s: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    bce = F.binary_cross_entropy_with_logits
    return (bce(s, torch.ones_like(s)) + bce(t, torch.zeros_like(t))) / 2


def inverted(t: torch.Tensor) -> torch.Tensor:
    """Tzeng et al. 2017, equation 7: target rows labelled as the source's."""
    return F.binary_cross_entropy_with_logits(t, torch.ones_like(t))


def conditional(s: torch.Tensor, t: torch.Tensor, ps: torch.Tensor, pt: torch.Tensor) -> torch.Tensor:
    """CDAN+E: weights 1 + exp(-H(p)), which the gradient passes here, each domain's normalised apart."""

    def weight(logits: torch.Tensor) -> torch.Tensor:
        return 1 + torch.exp(-torch.distributions.Categorical(logits=logits).entropy())[:, None]

    def mean(scores: torch.Tensor, label: float, w: torch.Tensor) -> torch.Tensor:
        each = F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, label), reduction="none")
        return (w * each).sum() / w.sum()

    return (mean(s, 1.0, weight(ps)) + mean(t, 0.0, weight(pt))) / 2


def confusion(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """Jin et al. 2020, equations 2 to 7, class by class."""
    p = (logits / temperature).softmax(1)
    n, c = p.shape
    sure = 1 + torch.exp((p * p.log()).sum(1))
    w = n * sure / sure.sum()
    raw = torch.stack([torch.stack([(p[:, j] * w * p[:, k]).sum() for k in range(c)]) for j in range(c)])
    shares = raw / raw.sum(1, keepdim=True)
    return (shares.sum() - shares.trace()) / c


def information(logits: torch.Tensor) -> torch.Tensor:
    p = logits.softmax(1)
    mean = p.mean(0)
    return -(p * p.log()).sum(1).mean() + (mean * (mean + 1e-8).log()).sum()


def nuclear(matrix: torch.Tensor) -> torch.Tensor:
    return torch.linalg.svdvals(matrix).sum()


def consistent(logits: torch.Tensor, teacher: torch.Tensor, *source: torch.Tensor, threshold: float) -> torch.Tensor:
    """Sohn et al. 2020, equation 4; with a source Berthelot et al. 2021, section 3.2 and equation 3. The last term is 0, with a gradient for all."""
    p = teacher.detach().softmax(1)
    bar = threshold
    for scores in source:
        known = scores.detach().softmax(1)
        p = p * known.mean(0) / (p.mean(0) + 1e-6)
        p = p / p.sum(1, keepdim=True)
        bar = threshold * known.max(1).values.mean()
    sure, label = p.max(1)
    each = F.cross_entropy(logits, label, reduction="none")
    return (each * (sure >= bar)).mean() + 0 * (teacher.sum() + sum(scores.sum() for scores in source))


def mapped(features: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """The sum of the multilinear map's squares, each by its place."""
    product = torch.bmm(logits.softmax(1).unsqueeze(2), features.unsqueeze(1)).reshape(features.shape[0], -1)
    return (product**2 * torch.arange(1, product.shape[1] + 1)).sum()


def discrepancy(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Saito et al. 2018 (maximum classifier discrepancy), equation 9, row by row."""
    return torch.stack([F.l1_loss(a.softmax(0), b.softmax(0)) for a, b in zip(first, second, strict=True)]).mean()


def ensembling(logits: torch.Tensor, teacher: torch.Tensor, threshold: float, balance: float) -> torch.Tensor:
    """French et al. 2018: squared differences where the teacher is sure, and the binary cross-entropy of mean probabilities. The last term is 0."""
    p, q = logits.softmax(1), teacher.detach().softmax(1)
    sure = (q.max(1).values > threshold).double()
    c = p.shape[1]
    even = torch.full((c,), 1 / c, dtype=torch.float64)
    uneven = -(even * (p.mean(0) + 1e-6).log() + (1 - even) * (1 - p.mean(0) + 1e-6).log()).mean() * c
    return (F.mse_loss(p, q, reduction="none").mean(1) * sure).mean() + balance * sure.mean() * uneven + 0 * teacher.sum()


def transport(s: torch.Tensor, t: torch.Tensor, logits: torch.Tensor, labels: list[int], entropy: float) -> torch.Tensor:
    """Damodaran et al. 2018, equation 7, pair by pair, with Cuturi 2013's scaling of rows and columns in 15 rounds; plan and scale are constants."""
    n, m = len(s), len(t)
    distances = torch.stack([torch.stack([(a - b).pow(2).sum() for b in t]) for a in s])
    ce = torch.stack([F.cross_entropy(logits, torch.full((m,), y), reduction="none") for y in labels])
    cost = 0.7 * distances / distances.mean().detach() + 0.4 * ce
    kernel = (-cost / (entropy * cost.mean())).exp().detach()
    left = torch.ones(n, dtype=torch.float64)
    for _ in range(15):
        right = 1 / m / (kernel.T @ left)
        left = 1 / n / (kernel @ right)
    return (left[:, None] * kernel * right[None] * cost).sum()


def virtual_adversarial(x: torch.Tensor, w: torch.Tensor, v: torch.Tensor, start: torch.Tensor, radius: float) -> torch.Tensor:
    """Miyato et al. 2018, sections 3.2 and 3.3, on a network of two layers; the first step is a tenth of the radius. The last term is 0."""

    def scores(rows: torch.Tensor) -> torch.Tensor:
        return (rows @ w).tanh() @ v

    p = scores(x).log_softmax(1).detach()

    def divergence(rows: torch.Tensor) -> torch.Tensor:
        return F.kl_div(scores(rows).log_softmax(1), p, log_target=True, reduction="batchmean")

    aside = (x + radius / 10 * F.normalize(start, dim=1)).detach().requires_grad_()
    (slope,) = torch.autograd.grad(divergence(aside), aside)
    return divergence(x + radius * F.normalize(slope, dim=1)) + 0 * start.sum()


def entropy_of(logits: torch.Tensor) -> torch.Tensor:
    return torch.distributions.Categorical(logits=logits).entropy().mean()


def known_cross_entropy(logits: torch.Tensor, labels: list[int]) -> torch.Tensor:
    return F.cross_entropy(logits, torch.tensor(labels), ignore_index=-1)


def unlabelled_entropy(logits: torch.Tensor, labels: list[int]) -> torch.Tensor:
    return entropy_of(logits[torch.tensor(labels) < 0])


for s, t in ((rand(6, 4), rand(6, 4)), (rand(5, 3) * 2 + 1, rand(8, 3))):
    case("coralDistance", coral, s, t)
    case("meanDiscrepancy", mmd, s, t)
case("domainLoss", domain, rand(5, 1), rand(3, 1))
case("domainLoss", domain, rand(2, 1) * 40, rand(2, 1) * 40)
case("certainDomainLoss", conditional, rand(5, 1), rand(3, 1), rand(5, 4) * 2, rand(3, 4) * 2)
for temperature in (1.0, 2.5):
    case("classConfusion", confusion, rand(7, 4) * 3, temperature=temperature)
case("informationLoss", information, rand(7, 4) * 3)
case("nuclearNorm", nuclear, rand(7, 4))
case("nuclearNorm", nuclear, rand(3, 6))
case("nuclearNorm", nuclear, (rand(9, 5) * 4).softmax(1))
for threshold in (0.0, 0.6):
    case("consistency", consistent, rand(7, 4), rand(7, 4) * 2, threshold=threshold)
    case("consistency", consistent, rand(7, 4), rand(7, 4) * 2, rand(5, 4) * 2, threshold=threshold)
case("multilinearMap", mapped, rand(4, 3), rand(4, 2))
case("classifierDiscrepancy", discrepancy, rand(7, 4) * 2, rand(7, 4) * 2)
for threshold in (0.0, 0.6):
    case("selfEnsembling", ensembling, rand(7, 4), rand(7, 4) * 2, threshold=threshold, balance=0.3)
case("jointTransport", transport, rand(5, 3), rand(6, 3) + 1, rand(6, 4), labels=[0, 2, 1, 3, 2], entropy=0.2)
case("meanEntropy", entropy_of, rand(7, 4) * 3)
case("invertedDomainLoss", inverted, rand(7, 1) * 4)
case("knownCrossEntropy", known_cross_entropy, rand(6, 4) * 3, labels=[2, -1, 0, -1, -1, 3])
case("unlabelledEntropy", unlabelled_entropy, rand(6, 4) * 3, labels=[2, -1, 0, -1, -1, 3])
for radius in (0.5, 2.0):
    case("virtualAdversarial", virtual_adversarial, rand(6, 5), rand(5, 4), rand(4, 3) * 2, rand(6, 5), radius=radius)

json.dump({"torch": "2.13.0", "seed": SEED, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
