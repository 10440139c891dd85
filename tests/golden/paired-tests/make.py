"""Writes expected.json: McNemar and Wilson of statsmodels, paired bootstrap of rows with numpy and scikit-learn.

Run: python make.py   (in this folder)
"""
import json
import warnings

import numpy as np
from sklearn import metrics as m
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
rng = np.random.default_rng(20261130)
PAIRS = [(0, 0), (0, 1), (3, 0), (5, 5), (8, 2), (13, 25), (100, 140), (1670, 2094), (49_000, 50_000)]
SHARES = [(0, 1), (1, 1), (0, 10), (7, 10), (10, 10), (1, 400), (113_000, 116_203)]


def exact(first, second):
    if first + second == 0:
        return 1.0
    return float(mcnemar([[0, first], [second, 0]], exact=True).pvalue)


def predictions(n, k, sharpness, y, noise):
    scores = noise + rng.normal(size=(n, k)) + sharpness * np.eye(k)[y]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).astype(np.float32)


SCORES = {
    "accuracy": lambda y, p: m.accuracy_score(y, p.argmax(1)),
    "macro_f1": lambda y, p: m.f1_score(y, p.argmax(1), average="macro"),
    "matthews_corrcoef": lambda y, p: m.matthews_corrcoef(y, p.argmax(1)),
    "log_loss": lambda y, p: -np.log(p[np.arange(len(y)), y].clip(2**-23)).mean(),
    "brier_score": lambda y, p: ((p - np.eye(p.shape[1])[y]) ** 2).sum(1).mean(),
}


def bootstrap(n=300, k=4, n_resamples=10_000):
    y = rng.choice(k, size=n, p=[0.5, 0.3, 0.15, 0.05])
    noise = rng.normal(size=(n, k))
    first, second = predictions(n, k, 1.5, y, noise), predictions(n, k, 2.2, y, noise)
    first, second = np.round(first, 4), np.round(second, 4)
    differences = {name: [] for name in SCORES}
    for _ in range(n_resamples):
        rows = rng.integers(n, size=n)
        for name, score in SCORES.items():
            differences[name].append(score(y[rows], second[rows]) - score(y[rows], first[rows]))
    return {
        "y_true": y.tolist(),
        "first": [[float(f"{v:.4f}") for v in row] for row in first],
        "second": [[float(f"{v:.4f}") for v in row] for row in second],
        "intervals": {
            name: {
                "difference": float(SCORES[name](y, second) - SCORES[name](y, first)),
                "low": float(np.quantile(values, 0.025)),
                "high": float(np.quantile(values, 0.975)),
                "sd": float(np.std(values)),
            }
            for name, values in differences.items()
        },
    }


expected = {
    "mcnemar": [{"first": a, "second": b, "p_value": exact(a, b)} for a, b in PAIRS],
    "wilson": [
        {"n_correct": c, "n_samples": n, "level": level, "interval": list(proportion_confint(c, n, 1 - level, "wilson"))}
        for c, n in SHARES
        for level in (0.8, 0.95, 0.999)
    ],
    "bootstrap": bootstrap(),
}
with open("expected.json", "w") as file:
    json.dump(expected, file, separators=(",", ":"))
    file.write("\n")
