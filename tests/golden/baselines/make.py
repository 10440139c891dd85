"""Writes input.json and expected.json: what scikit-learn's baselines learn and predict on small tables.

Run: python make.py   (in this folder)
"""
import json

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(20261130)
K, N, N_TEST = 3, 120, 25


def table(n):
    """Two normal columns that lean on the class, one far from 0, one of noise, two of 0 and 1."""
    y = rng.choice(K, size=n, p=[0.5, 0.35, 0.15])
    numbers = np.column_stack(
        [y + rng.normal(size=n), 2800 + 50 * y * rng.normal(size=n), rng.normal(size=n)]
    )
    bits = rng.uniform(size=(n, 2)) < np.column_stack([0.2 + 0.3 * y, 0.9 - 0.4 * y])
    X = np.round(np.column_stack([numbers, bits]), 2).astype(np.float32)
    return X, y


X, y = table(N)
X_test, _ = table(N_TEST)
WEIGHTS = np.array([1.0, 2.5, 0.5])
NORMAL, BITS = [0, 1, 2], [3, 4]
# a column of 2800 makes every solver crawl
SCALED = (X - np.float32([0, 2800, 0, 0, 0])) / np.float32([1, 64, 1, 1, 1])
SCALED_TEST = (X_test - np.float32([0, 2800, 0, 0, 0])) / np.float32([1, 64, 1, 1, 1])
X64, S64 = X.astype(np.float64), SCALED.astype(np.float64)


def logistic(keep, weights=None, **options):
    rows = np.isin(y, keep)
    w = None if weights is None else weights[y[rows]]
    model = LogisticRegression(tol=1e-10, max_iter=10_000, solver="newton-cholesky", **options)
    model.fit(S64[rows], y[rows], sample_weight=w)
    return {
        "coef": model.coef_.T.tolist(),
        "intercept": np.broadcast_to(model.intercept_, (len(model.coef_),)).tolist(),
        "proba": model.predict_proba(SCALED_TEST.astype(np.float64)).tolist(),
    }


def ridge(alpha, fit_intercept, weights=None):
    targets = np.column_stack([np.eye(K)[y], S64[:, 0] * 3 - 1])
    w = None if weights is None else weights[y]
    if alpha == 0:
        model = LinearRegression(fit_intercept=fit_intercept).fit(X64, targets, sample_weight=w)
    else:
        model = Ridge(alpha=alpha, fit_intercept=fit_intercept, solver="svd")
        model.fit(X64, targets, sample_weight=w)
    intercept = np.broadcast_to(model.intercept_, (K + 1,))
    return {"coef": model.coef_.T.tolist(), "intercept": intercept.tolist()}


def naive_bayes(weights):
    w = None if weights is None else weights[y]
    normal = GaussianNB(var_smoothing=1e-3).fit(X64[:, NORMAL], y, sample_weight=w)
    bits = BernoulliNB(alpha=0.5).fit(X64[:, BITS], y, sample_weight=w)
    joint = normal.predict_joint_log_proba(X_test[:, NORMAL].astype(np.float64))
    joint += bits.predict_joint_log_proba(X_test[:, BITS].astype(np.float64))
    joint -= np.log(normal.class_prior_)  # it stands in both
    proba = np.exp(joint - joint.max(axis=1, keepdims=True))
    return {
        "means": normal.theta_.tolist(),
        "variances": normal.var_.tolist(),
        "proba": (proba / proba.sum(axis=1, keepdims=True)).tolist(),
    }


# a grid of small whole numbers: many rows at the same distance, told apart by their number
GRID = rng.integers(0, 5, size=(90, 3)).astype(np.float32)
GRID_LABELS = rng.choice(K, size=90)
QUERIES = rng.integers(0, 5, size=(30, 3)).astype(np.float32)


def brute_force(k):
    squares = ((QUERIES[:, None] - GRID[None]) ** 2).sum(axis=2)
    rows = np.lexsort((np.broadcast_to(np.arange(90), squares.shape), squares), axis=1)[:, :k]
    return {"rows": rows.tolist(), "squares": np.take_along_axis(squares, rows, axis=1).tolist()}


def neighbors(weights):
    model = KNeighborsClassifier(n_neighbors=7, weights=weights, algorithm="kd_tree")
    model.fit(S64, y)
    distances, rows = model.kneighbors(SCALED_TEST.astype(np.float64))
    return {
        "rows": rows.tolist(),
        "distances": distances.tolist(),
        "proba": model.predict_proba(SCALED_TEST.astype(np.float64)).tolist(),
    }


def curves():
    x = np.round(rng.uniform(0.5, 4, size=25), 3)
    y_curve = np.round(1.5 * np.exp(0.4 * x) * rng.lognormal(sigma=0.1, size=25), 4)
    y_curve[3] = 60.0  # an outlier
    at = np.array([0.7, 1.9, 5.0])
    slopes = [(y_curve[j] - y_curve[i]) / (x[j] - x[i]) for i in range(25) for j in range(i + 1, 25)]
    # of an even number of slopes, the lower of the two in the middle, as ml-regression has it
    slope = np.quantile(slopes, 0.5, method="lower")
    cut = np.quantile(y_curve - slope * x, 0.5, method="lower")
    a, b = np.polyfit(x, np.log(y_curve), 1)
    c, d = np.polyfit(np.log(x), np.log(y_curve), 1)
    return {
        "x": x.tolist(),
        "y": y_curve.tolist(),
        "at": at.tolist(),
        "simple": np.polyval(np.polyfit(x, y_curve, 1), at).tolist(),
        "polynomial": np.polyval(np.polyfit(x, y_curve, 3), at).tolist(),
        "theil_sen": (slope * at + cut).tolist(),
        "exponential": np.exp(a * at + b).tolist(),
        "power": np.exp(c * np.log(at) + d).tolist(),
    }


dummy = DummyClassifier(strategy="prior")
multivariate = LinearRegression().fit(S64, y)
expected = {
    "majority": {
        "plain": dummy.fit(X, y).class_prior_.tolist(),
        "weighted": dummy.fit(X, y, sample_weight=WEIGHTS[y]).class_prior_.tolist(),
    },
    "logistic": {
        "multinomial": logistic([0, 1, 2], C=1.0),
        "strong penalty, weights": logistic([0, 1, 2], WEIGHTS, C=0.05),
        "no intercept": logistic([0, 1, 2], C=10.0, fit_intercept=False),
        "two classes": logistic([0, 2], C=1.0),
    },
    "ridge": {
        "alpha 1": ridge(1.0, True),
        "alpha 100, weights": ridge(100.0, True, WEIGHTS),
        "no intercept": ridge(0.5, False),
        "alpha 0": ridge(0, True),
    },
    "naive_bayes": {"plain": naive_bayes(None), "weighted": naive_bayes(WEIGHTS)},
    "neighbors": {"uniform": neighbors("uniform"), "distance": neighbors("distance")},
    "grid": brute_force(6),
    "curves": curves(),
    "multivariate": {
        "coef": multivariate.coef_.tolist(),
        "intercept": float(multivariate.intercept_),
    },
}
inputs = {
    "X": X.tolist(),
    "y": y.tolist(),
    "X_test": X_test.tolist(),
    "scaled": SCALED.tolist(),
    "scaled_test": SCALED_TEST.tolist(),
    "weights": WEIGHTS.tolist(),
    "grid": GRID.astype(int).tolist(),
    "grid_labels": GRID_LABELS.tolist(),
    "queries": QUERIES.astype(int).tolist(),
}
for name, value in {"input.json": inputs, "expected.json": expected}.items():
    with open(name, "w") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")
