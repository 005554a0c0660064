"""Writes metrics.json: scores of made-up predictions as scikit-learn gives them; the calibration error is computed here from its formula.

pip install scikit-learn==1.9.1 numpy==2.4.6 && python tests/golden/make_metrics.py > tests/golden/metrics.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn import metrics

assert sklearn.__version__ == "1.9.1", sklearn.__version__
SEED = 7
rng = np.random.default_rng(SEED)


def calibration_error(labels: np.ndarray, probabilities: np.ndarray, bins: int) -> float:
    """Guo et al. 2017, equation 3."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(total)


def classification(name: str, count: int, classes: int, used: int) -> dict:
    """`used`: labels come from 0..used-1 only, so that the other classes have no examples."""
    labels = rng.integers(0, used, count)
    logits = np.round(rng.normal(size=(count, classes)) * 1.5 + 2 * np.eye(classes)[labels] * rng.integers(0, 2, (count, 1)), 3)
    logits[:, classes - 1] -= 3 if used < classes else 0
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    predictions, every = logits.argmax(1), np.arange(classes)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predictions, labels=every, zero_division=0)
    return {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "logits": logits.reshape(-1).tolist(),
        "predictions": predictions.tolist(),
        "accuracy": metrics.accuracy_score(labels, predictions),
        "topK": {k: metrics.top_k_accuracy_score(labels, logits, k=k, labels=every) for k in range(1, classes)},
        "confusion": metrics.confusion_matrix(labels, predictions, labels=every).reshape(-1).tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "macroF1": metrics.f1_score(labels, predictions, average="macro"),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, predictions),
        "logLoss": metrics.log_loss(labels, probabilities, labels=every),
        "calibrationError": {bins: calibration_error(labels, probabilities, bins) for bins in (1, 5, 15)},
    }


def regression() -> dict:
    targets = np.round(rng.normal(size=40) * 3 + 1, 3)
    predictions = np.round(targets + rng.normal(size=40), 3)
    return {
        "targets": targets.tolist(),
        "predictions": predictions.tolist(),
        "meanSquaredError": metrics.mean_squared_error(targets, predictions),
        "meanAbsoluteError": metrics.mean_absolute_error(targets, predictions),
        "rSquared": metrics.r2_score(targets, predictions),
        "mean": float(targets.mean()),
        "sd": float(targets.std(ddof=1)),
    }


golden = {
    "scikitLearn": sklearn.__version__,
    "seed": SEED,
    "classification": [
        classification("four classes", 60, 4, 4),
        classification("ten classes", 120, 10, 10),
        classification("a class that never occurs", 30, 5, 3),
    ],
    "regression": regression(),
}
json.dump(golden, sys.stdout)
print()
