"""Logistic regression by scikit-learn on sparse rows, as often as asked.

Reads one JSON document a line from stdin, {"labels": FILE, "tol": ...}; fits and prints {"seconds": ..., "n_iter": ...,
"coefficients": [...]}, row by row. The first line printed gives the versions. FOLDER holds indptr, indices (int32) and
values (float32) of the rows, and the labels (int32), all without a header; rows are doubles, as TfidfVectorizer gives them.

Usage: python logistic_sklearn.py FOLDER N_COLUMNS
"""

import json
import platform
import sys
import time
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression


def main():
    folder, n_columns = Path(sys.argv[1]), int(sys.argv[2])
    indptr, indices = (np.fromfile(folder / name, np.int32) for name in ("indptr", "indices"))
    values = np.fromfile(folder / "values", np.float32).astype(np.float64)
    X = csr_matrix((values, indices, indptr), shape=(len(indptr) - 1, n_columns))
    versions = {
        "python": platform.python_version(),
        "scikit_learn": sklearn.__version__,
        "scipy": scipy.__version__,
    }
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        labels = np.fromfile(folder / task["labels"], np.int32)
        begin = time.perf_counter()
        model = LogisticRegression(tol=task["tol"], max_iter=10_000).fit(X, labels)
        seconds = time.perf_counter() - begin
        result = {
            "seconds": seconds,
            "n_iter": int(model.n_iter_.max()),
            "coefficients": model.coef_.ravel().tolist(),
        }
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
