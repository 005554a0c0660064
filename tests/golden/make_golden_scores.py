"""Writes scores.json: calibration, intervals, tests between models, multi-label, ranking and unknown-input scores of made-up predictions, by scikit-learn
and SciPy; what these lack is computed here from its formula. Bootstrap intervals are SciPy's with 100,000 resamples.

pip install scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 && python tests/golden/make_golden_scores.py > tests/golden/scores.json
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn import metrics
from sklearn.neighbors import NearestNeighbors

assert (sklearn.__version__, scipy.__version__) == ("1.9.1", "1.17.1"), (sklearn.__version__, scipy.__version__)
SEED = 11
rng = np.random.default_rng(SEED)


def flat(values: np.ndarray) -> list:
    return np.asarray(values).reshape(-1).tolist()


def predictions(count: int, classes: int, scale: float, signal: float) -> tuple[np.ndarray, np.ndarray]:
    labels = rng.integers(0, classes, count)
    logits = rng.normal(size=(count, classes)) + signal * np.eye(classes)[labels]
    return labels, np.round(logits * scale, 3)


def log_loss(labels: np.ndarray, logits: np.ndarray, temperature: float) -> float:
    return float(-special.log_softmax(logits / temperature, 1)[np.arange(len(labels)), labels].mean())


def mass_bins(confidence: np.ndarray, right: np.ndarray, bins: int) -> list[dict]:
    """Upper edges: the confidences at rank ceil(m N / M)."""
    edges = np.sort(confidence)[[-(-m * len(confidence) // bins) - 1 for m in range(1, bins + 1)]]
    bin = np.searchsorted(edges, confidence, side="left")
    found = [(confidence[bin == m], right[bin == m]) for m in range(bins)]
    return [{"count": len(c), "confidence": float(c.mean()), "accuracy": float(r.mean())} for c, r in found if len(c)]


def calibration(name: str, count: int, classes: int, scale: float, signal: float, ties: bool = False) -> dict:
    labels, logits = predictions(count, classes, scale, signal)
    if ties:
        logits = np.round(logits)
    best = optimize.minimize_scalar(lambda x: log_loss(labels, logits, np.exp(x)), bounds=(-8, 12), method="bounded", options={"xatol": 1e-10})
    probabilities = special.softmax(logits, 1)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bins = {str(m): mass_bins(confidence, right, m) for m in (1, 5, 15)}
    return {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "logits": flat(logits),
        "temperature": float(np.exp(best.x)),
        "lossBefore": log_loss(labels, logits, 1),
        "lossAfter": float(best.fun),
        "massBins": bins,
        "massError": {m: sum(b["count"] * abs(b["accuracy"] - b["confidence"]) for b in list) / count for m, list in bins.items()},
        "brier": metrics.brier_score_loss(labels, probabilities, labels=np.arange(classes), scale_by_half=False),
    }


def bootstrap(name: str, values: np.ndarray, statistic: str, level: float = 0.95) -> dict:
    function = {"mean": np.mean, "sd": np.std}[statistic]
    ends = {}
    for method in ("percentile", "BCa"):
        result = stats.bootstrap((values,), function, n_resamples=100_000, batch=10_000, confidence_level=level, method=method, rng=np.random.default_rng(SEED))
        ends[method.lower()] = list(map(float, result.confidence_interval))
    spread = float(result.standard_error)
    return {"name": name, "values": values.tolist(), "statistic": statistic, "level": level, "estimate": float(function(values)), "spread": spread, **ends}


def wilson(right: int, count: int, level: float) -> dict:
    interval = stats.binomtest(right, count).proportion_ci(level, method="wilson")
    return {"right": right, "count": count, "level": level, "low": interval.low, "high": interval.high}


def regression(outputs: int) -> dict:
    targets = np.round(rng.normal(size=(41, outputs)) * 3 + np.arange(outputs), 3)
    predicted = np.round(targets + rng.normal(size=targets.shape) * (1 + np.arange(outputs)), 3)
    scores = {
        "meanSquaredError": metrics.mean_squared_error,
        "rootMeanSquaredError": metrics.root_mean_squared_error,
        "meanAbsoluteError": metrics.mean_absolute_error,
        "medianAbsoluteError": metrics.median_absolute_error,
        "rSquared": metrics.r2_score,
    }
    return {
        "outputs": outputs,
        "targets": flat(targets),
        "predictions": flat(predicted),
        "mean": {name: float(score(targets, predicted)) for name, score in scores.items()},
        "each": {name: flat(score(targets, predicted, multioutput="raw_values")) for name, score in scores.items()},
    }


def best_f1(truth: np.ndarray, scores: np.ndarray) -> float:
    return max(metrics.f1_score(truth, scores >= t, zero_division=0) for t in [0.5, *scores])


def multi_label(name: str, count: int, labels: int, rare: bool) -> dict:
    """`rare`: the last label never occurs, the first but once."""
    truth = rng.random((count, labels)) < np.linspace(0.15, 0.6, labels)
    if rare:
        truth[:, -1] = False
        truth[:, 0] = np.arange(count) == 3
    scores = np.round(special.expit(rng.normal(size=truth.shape) + 1.5 * truth - 1), 2)
    predicted = scores >= 0.5
    # Labels that no example has, or is predicted to have, are left out of the means.
    known, used = truth.any(0), truth.any(0) | predicted.any(0)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(truth, predicted, zero_division=0)
    return {
        "name": name,
        "labels": labels,
        "truth": flat(truth.astype(int)),
        "scores": flat(scores),
        "predicted": flat(predicted.astype(int)),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "microF1": metrics.f1_score(truth, predicted, average="micro", zero_division=0),
        "macroF1": float(f1[used].mean()),
        "subsetAccuracy": metrics.accuracy_score(truth, predicted),
        "meanAveragePrecision": metrics.average_precision_score(truth[:, known], scores[:, known], average="macro"),
        "bestF1": [float(best_f1(truth[:, i], scores[:, i])) if known[i] else None for i in range(labels)],
    }


def ranking(name: str, count: int, decimals: int) -> dict:
    labels = rng.integers(0, 2, count)
    scores = np.round(rng.normal(size=count) + labels, decimals)
    return {
        "name": name,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "auroc": metrics.roc_auc_score(labels, scores),
        "averagePrecision": metrics.average_precision_score(labels, scores),
    }


def neighbours(train: int, queries: int, width: int, ks: list[int]) -> dict:
    unit = lambda x: x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300)
    # Quarters, which float32 holds: both sides normalise the same numbers. As behind a ReLU, many are 0.
    features = np.maximum(np.round(4 * rng.normal(size=(train + queries, width)) + 2), 0) / 4
    features[1] = 0
    index = NearestNeighbors(algorithm="brute").fit(unit(features[:train]))
    distances, _ = index.kneighbors(unit(features[train:]), max(ks))
    return {
        "width": width,
        "train": flat(features[:train]),
        "queries": flat(features[train:]),
        "distances": {str(k): distances[:, k - 1].tolist() for k in ks},
    }


def unknown() -> dict:
    _, logits = predictions(12, 5, 3, 1)
    logits[0] *= 100
    return {
        "classes": 5,
        "logits": flat(logits),
        "highest": {str(t): flat(special.softmax(logits / t, 1).max(1)) for t in (1, 2.5)},
        "energy": {str(t): flat(t * special.logsumexp(logits / t, 1)) for t in (1, 2.5)},
        "neighbours": [neighbours(9, 4, 3, [1, 9]), neighbours(60, 20, 37, [1, 5, 60])],
    }


skewed = np.round(np.exp(rng.normal(size=40)), 3)
right = (rng.random(60) < 0.85).astype(int)
first, second = (rng.random(80) < 0.9).astype(int), (rng.random(80) < 0.75).astype(int)
x = [-8, -3.5, -1, -0.1, 0, 0.3, 1.959963984540054, 5]
p = [1e-6, 0.001, 0.025, 0.4, 0.5, 0.9, 0.975, 0.999999]
golden = {
    "scikitLearn": sklearn.__version__,
    "scipy": scipy.__version__,
    "seed": SEED,
    "normal": {"x": x, "cdf": flat(stats.norm.cdf(x)), "p": p, "quantile": flat(stats.norm.ppf(p))},
    "calibration": [
        calibration("too sure", 200, 4, 4, 1.5),
        calibration("not sure enough", 150, 10, 0.2, 2),
        calibration("logits in thousands", 80, 3, 2000, 1),
        calibration("many equal confidences", 120, 3, 1, 1, ties=True),
    ],
    "bootstrap": [bootstrap("skewed", skewed, "mean"), bootstrap("skewed", skewed, "sd"), bootstrap("an accuracy", right, "mean", 0.9)],
    "paired": {"first": first.tolist(), "second": second.tolist(), **bootstrap("difference", first - second, "mean")},
    "wilson": [wilson(*case) for case in [(0, 1, 0.95), (1, 1, 0.95), (0, 20, 0.95), (20, 20, 0.99), (7, 9, 0.9), (9500, 10000, 0.95)]],
    "mcnemar": [
        {"onlyFirst": a, "onlySecond": b, "p": stats.binomtest(a, a + b, 0.5).pvalue} for a, b in [(1, 0), (5, 0), (3, 9), (30, 12), (400, 460), (2000, 1500)]
    ],
    "regression": [regression(1), regression(3)],
    "multiLabel": [multi_label("five labels", 60, 5, False), multi_label("rare labels", 40, 4, True)],
    "ranking": [ranking("few ties", 70, 3), ranking("many ties", 50, 0)],
    "unknown": unknown(),
}
json.dump(golden, sys.stdout)
print()
