"""Forests by scikit-learn on float32 rows in memory, one thread, as often as asked.

Reads one JSON document a line from stdin: {"model": "extra-trees", "n_estimators": 2, "criterion": "entropy",
"max_features": 0.8, "seed": 0}; fits, scores valid and prints {"cpu_seconds_per_tree": ..., "accuracy": ...,
"nodes_per_tree": ...}. The first line printed gives the versions.

Usage: python trees_sklearn.py TRAIN VALID N_FEATURES, each file float32 rows, then their int32 labels
"""

import json
import platform
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

MODELS = {"extra-trees": ExtraTreesClassifier, "random-forest": RandomForestClassifier}


def read(file, n_features):
    words = np.fromfile(file, dtype=np.int32)
    n_samples = len(words) // (n_features + 1)
    features = words[: n_samples * n_features].view(np.float32)
    return features.reshape(n_samples, n_features), words[n_samples * n_features :]


def main():
    n_features = int(sys.argv[3])
    X, y = read(sys.argv[1], n_features)
    X_valid, y_valid = read(sys.argv[2], n_features)
    versions = {
        "python": platform.python_version(),
        "scikit_learn": sklearn.__version__,
        "numpy": np.__version__,
    }
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        model = MODELS[task.pop("model")](
            task["n_estimators"],
            criterion=task["criterion"],
            max_features=task["max_features"],
            random_state=task["seed"],
            n_jobs=1,
        )
        begin = time.process_time()
        model.fit(X, y)
        seconds = time.process_time() - begin
        result = {
            "cpu_seconds_per_tree": seconds / task["n_estimators"],
            "accuracy": model.score(X_valid, y_valid),
            "nodes_per_tree": float(np.mean([tree.tree_.node_count for tree in model.estimators_])),
        }
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
