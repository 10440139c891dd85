"""Regression forests by scikit-learn on float32 rows in memory, one thread, as often as asked.

Reads one JSON document a line from stdin: {"splitter": "best", "n_samples": 3400, "n_features": 10, "n_forests": 2,
"n_estimators": 10, "seed": 0}; fits forests on the first rows and columns and prints {"seconds_per_tree": ...,
"mae": ...}, the mean absolute error on as many rows behind them. The first line printed gives the versions.

Usage: python regression_forests_sklearn.py FEATURES TARGETS, files of float32 rows and of float64
"""

import json
import platform
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

MODELS = {"best": RandomForestRegressor, "random": ExtraTreesRegressor}


def main():
    y = np.fromfile(sys.argv[2])
    X = np.fromfile(sys.argv[1], dtype=np.float32).reshape(len(y), -1)
    versions = {
        "python": platform.python_version(),
        "scikit_learn": sklearn.__version__,
        "numpy": np.__version__,
    }
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        n = task["n_samples"]
        rows = np.ascontiguousarray(X[: 2 * n, : task["n_features"]])
        seconds, errors = 0.0, []
        for seed in range(task["seed"], task["seed"] + task["n_forests"]):
            model = MODELS[task["splitter"]](task["n_estimators"], random_state=seed, n_jobs=1)
            begin = time.process_time()
            model.fit(rows[:n], y[:n])
            seconds += time.process_time() - begin
            errors.append(np.abs(model.predict(rows[n:]) - y[n : 2 * n]).mean())
        n_trees = task["n_forests"] * task["n_estimators"]
        print(json.dumps({"seconds_per_tree": seconds / n_trees, "mae": float(np.mean(errors))}), flush=True)


if __name__ == "__main__":
    main()
