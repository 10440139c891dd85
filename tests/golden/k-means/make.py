"""Writes input.json and expected.json: k-means, silhouettes and principal components, by scikit-learn."""

import json

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples

rng = np.random.default_rng(3)


def make_rows(n, n_groups, n_features, one_hot):
    """Overlapping groups; the last `one_hot` columns hold a single 1 in each row. float32 values."""
    means = rng.normal(0, 2, (n_groups, n_features))
    group = rng.integers(0, n_groups, n)
    rows = means[group] + rng.normal(0, 1, (n, n_features))
    hot = np.eye(one_hot)[(group + rng.integers(0, 2, n)) % one_hot] if one_hot else np.empty((n, 0))
    return np.column_stack([rows, hot]).astype(np.float32).round(3)


def cases():
    mixed = make_rows(160, 5, 4, 6)
    yield "mixed", mixed, mixed[[0, 10, 20, 30, 40]], 300, 1e-4
    yield "mixed, tol 0", mixed, mixed[[1, 2, 3, 4]], 300, 0
    yield "mixed, large tol", mixed, mixed[[5, 6, 7, 8, 9, 11]], 300, 0.05
    yield "mixed, two iterations", mixed, mixed[[50, 60, 70]], 2, 0
    dense = make_rows(120, 4, 5, 0)
    far = np.vstack([dense[[0, 1, 2]], np.full((1, 5), 1e3), np.full((1, 5), -1e3)])
    yield "dense, two centers without rows", dense, far, 300, 1e-4
    sparse = (rng.random((100, 8)) < 0.2) * rng.integers(1, 6, (100, 8))
    yield "sparse counts", sparse.astype(np.float32), sparse[[0, 1, 2, 3]] + 0.25, 300, 1e-4
    yield "one cluster", dense, dense[[7]], 300, 1e-4


given, expected = {}, {}
for name, X, centers, max_iter, tol in cases():
    X, centers = X.astype(np.float64), np.asarray(centers, np.float64)
    fitted = KMeans(len(centers), init=centers, n_init=1, max_iter=max_iter, tol=tol).fit(X)
    pca = PCA(2, svd_solver="full").fit(X)
    n_features = X.shape[1]
    given[name] = {
        "n_features": n_features,
        "X": [float(f"{value:g}") for value in X.ravel().astype(np.float32)],
        "init": centers.ravel().tolist(),
        "max_iter": max_iter,
        "tol": tol,
    }
    labels = fitted.labels_
    expected[name] = {
        "centers": fitted.cluster_centers_.ravel().tolist(),
        "labels": labels.tolist(),
        "inertia": fitted.inertia_,
        "n_iter": fitted.n_iter_,
        "silhouettes": None if len(centers) == 1 else silhouette_samples(X, labels).tolist(),
        "explained_variance_ratio": pca.explained_variance_ratio_.tolist(),
        "components": pca.components_.tolist(),
    }

for name, content in (("input", given), ("expected", expected)):
    with open(f"{name}.json", "w") as file:
        json.dump(content, file)
        file.write("\n")
