"""Writes expected.json: numbers that scikit-learn's models predict.

Run: python make.py   (in this folder)
"""
import json

import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor

rng = np.random.default_rng(20261130)


def rows(n):
    X = np.round(rng.normal(size=(n, 3)), 3).astype(np.float32)
    y = 1000 + 5 * X[:, 0] - 2 * X[:, 1] ** 2 + rng.normal(size=n)
    return X, np.round(y, 4)


X, y = rows(60)
X_test, _ = rows(25)
X_test[0] = X[7]  # a row of train: distance 0
models = {
    "majority": DummyRegressor(),
    "ridge": Ridge(alpha=2.5),
    "linear": LinearRegression(),
    "uniform": KNeighborsRegressor(5),
    "distance": KNeighborsRegressor(5, weights="distance"),
}
# linear models fit in float64, as theirs are here
double = lambda name, A: A.astype(np.float64) if name in ("ridge", "linear") else A
document = {
    "X": X.astype(float).tolist(),
    "y": y.tolist(),
    "X_test": X_test.astype(float).tolist(),
    "predicted": {
        name: model.fit(double(name, X), y).predict(double(name, X_test)).tolist()
        for name, model in models.items()
    },
}
with open("expected.json", "w") as file:
    json.dump(document, file)
    file.write("\n")
