"""Mini-batch k-means by scikit-learn, as often as asked, on float32 rows in memory.

Reads one JSON document a line from stdin: {"n_clusters": 100, "n_init": 3, "seed": 0}, or with first centers, row-major,
in "init"; fits and prints {"seconds": ..., "inertia": ..., "peak_mb": ...}. The first line printed gives the versions.

Usage: python mini_batch_sklearn.py ROWS.f32 N_FEATURES, with OMP_NUM_THREADS and OPENBLAS_NUM_THREADS set
"""

import json
import platform
import resource
import sys
import time

import numpy as np
import sklearn
from sklearn.cluster import MiniBatchKMeans


def main():
    file, n_features = sys.argv[1], int(sys.argv[2])
    X = np.fromfile(file, dtype=np.float32).reshape(-1, n_features)
    versions = {
        "python": platform.python_version(),
        "scikit_learn": sklearn.__version__,
        "numpy": np.__version__,
    }
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        init = "k-means++"
        if "init" in task:
            init = np.array(task["init"], dtype=np.float32).reshape(-1, n_features)
        model = MiniBatchKMeans(task["n_clusters"], init=init, n_init=task["n_init"], random_state=task["seed"])
        begin = time.perf_counter()
        model.fit(X)
        seconds = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result = {"seconds": seconds, "inertia": float(model.inertia_), "peak_mb": peak}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
