"""Writes data.json and expected.json: scikit-learn's regression trees and forests; run in this folder."""

import json

import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.tree import DecisionTreeRegressor

N_SEEDS = 200
N_TREES = 10
TREES = [
    {"min_samples_leaf": 5},
    {"min_samples_leaf": 1, "max_depth": 4},
    {"min_samples_leaf": 3, "min_samples_split": 25},
]
# a row drawn twice counts twice here, and once in scikit-learn's min_samples_leaf: the same for 1
FORESTS = [
    {"splitter": "best", "bootstrap": True, "max_features": 1.0, "min_samples_leaf": 1},
    {"splitter": "best", "bootstrap": True, "max_features": 0.4, "min_samples_leaf": 1},
    {"splitter": "random", "bootstrap": False, "max_features": 1.0, "min_samples_leaf": 1},
    {"splitter": "random", "bootstrap": False, "max_features": 0.5, "min_samples_leaf": 4},
]

X, y = make_friedman1(900, 6, noise=1.0, random_state=4)
X = X.round(5).astype(np.float32)
X[:, 5] = np.digitize(X[:, 5], [0.3, 0.6])  # ties, and nothing to learn
y = y.round(3)
train, test = slice(0, 450), slice(450, 900)


def grow(options, seed):
    tree = DecisionTreeRegressor(random_state=seed, **options).fit(X[train], y[train]).tree_
    is_split = tree.feature >= 0
    return {
        "feature": tree.feature[is_split].tolist(),
        "threshold": tree.threshold[is_split].round(9).tolist(),
        "leaves": tree.value[~is_split, 0, 0].round(9).tolist(),
    }


def expect_tree(options):
    tree = grow(options, 0)
    # no ties: chance decides nothing
    assert all(grow(options, seed) == tree for seed in range(1, 10))
    return {**options, **tree}


def measure(case, seed):
    kind = RandomForestRegressor if case["splitter"] == "best" else ExtraTreesRegressor
    options = {key: value for key, value in case.items() if key != "splitter"}
    model = kind(N_TREES, random_state=seed, **options).fit(X[train], y[train])
    error = mean_absolute_error(y[test], model.predict(X[test]))
    return [error, sum(tree.tree_.n_leaves for tree in model.estimators_) / N_TREES]


def expect_forest(case):
    runs = np.array([measure(case, seed) for seed in range(N_SEEDS)])
    names = ["mae", "n_leaves_of_tree"]
    return {
        **case,
        "mean": dict(zip(names, runs.mean(0).round(6))),
        "std": dict(zip(names, runs.std(0, ddof=1).round(6))),
    }


data = {"n_features": 6, "features": X.astype(float).round(5).ravel().tolist(), "targets": y.tolist()}
expected = {
    "n_train": 450,
    "n_trees": N_TREES,
    "n_seeds": N_SEEDS,
    "trees": [expect_tree(options) for options in TREES],
    "forests": [expect_forest(case) for case in FORESTS],
}
json.dump(data, open("data.json", "w"), separators=(",", ":"))
json.dump(expected, open("expected.json", "w"), indent=1)
