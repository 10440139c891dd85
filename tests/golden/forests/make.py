"""Writes data.json and expected.json: scikit-learn's forests on a small table; run in this folder."""

import json

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.metrics import log_loss

N_SEEDS = 200
CASES = [
    {"model": "extra-trees", "criterion": "gini", "max_features": 0.5, "min_samples_leaf": 1, "class_weight": None},
    {"model": "extra-trees", "criterion": "entropy", "max_features": 1.0, "min_samples_leaf": 4, "class_weight": [1, 2, 5]},
    {"model": "random-forest", "criterion": "gini", "max_features": 0.5, "min_samples_leaf": 1, "class_weight": None},
    {"model": "random-forest", "criterion": "entropy", "max_features": 0.2, "min_samples_leaf": 1, "class_weight": None},
]

X, y = make_classification(
    1200, 8, n_informative=5, n_redundant=1, n_classes=3, n_clusters_per_class=2, flip_y=0.05, random_state=3
)
X = X.round(2)
X[:, 6] = np.digitize(X[:, 6], [-1, 0, 1])  # ties
X[:, 7] = X[:, 7] > 1.5
train, test = slice(0, 600), slice(600, 1200)


def measure(case, seed):
    weights = case["class_weight"]
    options = {
        "n_estimators": 10,
        "criterion": case["criterion"],
        "max_features": case["max_features"],
        "min_samples_leaf": case["min_samples_leaf"],
        "class_weight": None if weights is None else dict(enumerate(weights)),
        "random_state": seed,
    }
    # a row drawn twice counts twice here, and once in scikit-learn's min_samples_leaf: the same for 1
    kind = ExtraTreesClassifier if case["model"] == "extra-trees" else RandomForestClassifier
    model = kind(**options).fit(X[train], y[train])
    proba = model.predict_proba(X[test])
    return [
        (proba.argmax(1) == y[test]).mean(),
        log_loss(y[test], np.clip(proba, 1e-3, 1)),
        sum(tree.tree_.node_count for tree in model.estimators_) / 10,
    ]


expected = []
for case in CASES:
    runs = np.array([measure(case, seed) for seed in range(N_SEEDS)])
    names = ["accuracy", "log_loss", "n_nodes_of_tree"]
    expected.append(
        {
            **case,
            "mean": dict(zip(names, runs.mean(0).round(6))),
            "std": dict(zip(names, runs.std(0, ddof=1).round(6))),
        }
    )
json.dump(
    {"n_features": 8, "n_classes": 3, "features": X.ravel().tolist(), "labels": y.tolist()},
    open("data.json", "w"),
    separators=(",", ":"),
)
json.dump({"n_trees": 10, "n_seeds": N_SEEDS, "cases": expected}, open("expected.json", "w"), indent=2)
