"""k-means by scikit-learn, as often as asked, on float32 rows in memory.

Reads one JSON document a line from stdin: {"n_clusters": 7, "n_init": 3, "seed": 0}, or {"n_clusters": 7, "init": [...]}
with first centers, row-major, and with "dtype": "float64" for the same rows in doubles; fits and prints
{"seconds": ..., "n_iter": ..., "inertia": ..., "peak_mb": ...}. The first line printed gives the versions.

Usage: python cluster_sklearn.py ROWS.f32 N_FEATURES, with OMP_NUM_THREADS and OPENBLAS_NUM_THREADS set
"""

import json
import platform
import resource
import sys
import time

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info


def main():
    file, n_features = sys.argv[1], int(sys.argv[2])
    X = np.fromfile(file, dtype=np.float32).reshape(-1, n_features)
    KMeans(2, n_init=1, max_iter=1, random_state=0).fit(X)  # thread pools and caches
    versions = {
        "python": platform.python_version(),
        "scikit_learn": sklearn.__version__,
        "numpy": np.__version__,
        "peer_threads": max(pool["num_threads"] for pool in threadpool_info()),
    }
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        rows = X.astype(task.get("dtype", "float32"))
        if "init" in task:
            init = np.array(task["init"], dtype=rows.dtype).reshape(-1, n_features)
            model = KMeans(task["n_clusters"], init=init, n_init=1)
        else:
            model = KMeans(task["n_clusters"], n_init=task["n_init"], random_state=task["seed"])
        begin = time.perf_counter()
        model.fit(rows)
        seconds = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result = {"seconds": seconds, "n_iter": model.n_iter_, "inertia": float(model.inertia_), "peak_mb": peak}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
