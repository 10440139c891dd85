"""Writes expected.json: metrics of predicted numbers by scikit-learn, bootstrap intervals by SciPy.

Run: python make.py   (in this folder)
"""
import json

import numpy as np
from scipy import stats
from sklearn import metrics as m

rng = np.random.default_rng(20261130)


def make_cases():
    x = rng.normal(size=80)
    heavy = rng.standard_t(2, size=101)
    return {
        "plain": (3 * x + 1, 3 * x + 1 + rng.normal(size=80)),
        "far from zero": (1e6 + x[:40], 1e6 + x[:40] + 0.5 * rng.normal(size=40)),
        "outliers": (heavy, 0.2 * heavy + 0.1),
        "worse than the mean": (x[:9], -x[:9]),
        "constant prediction": (x[:12], np.full(12, 0.25)),
        "one truth": (np.full(5, 7.0), np.array([6.0, 7.0, 7.5, 9.0, 7.0])),
        "two rows": (np.array([1.0, 2.0]), np.array([1.5, 1.0])),
    }


def score(y, p):
    constant = np.all(y == y[0])
    return {
        "rmse": m.root_mean_squared_error(y, p),
        "mae": m.mean_absolute_error(y, p),
        "median_absolute_error": m.median_absolute_error(y, p),
        "r2": None if constant else m.r2_score(y, p),
    }


def intervals(n):
    """Rows that the test makes again: errors whose size grows with the truth."""
    i = np.arange(n)
    y = np.sin(i) * 10 + i % 7
    p = y + np.cos(3 * i) * (1 + (i % 11))
    ends = {}
    for name, metric in [("rmse", m.root_mean_squared_error), ("r2", m.r2_score)]:
        found = stats.bootstrap(
            (y, p), metric, paired=True, vectorized=False, n_resamples=5000,
            confidence_level=0.9, method="percentile", random_state=np.random.default_rng(1),
        ).confidence_interval
        ends[name] = [found.low, found.high]
    return ends


cases = make_cases()
document = {
    "cases": {
        name: {"y_true": y.tolist(), "y_pred": p.tolist(), "metrics": score(y, p)}
        for name, (y, p) in cases.items()
    },
    "intervals": {str(n): intervals(n) for n in (150, 6000)},
}
with open("expected.json", "w") as file:
    json.dump(document, file, indent=1)
    file.write("\n")
