"""Writes input.json and expected.json: mini-batch k-means by scikit-learn, from a stream of numbers that can be had again."""

import json

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.cluster import MiniBatchKMeans


class Stream(np.random.RandomState):
    """Draws by the minimal standard generator, one number for each row that is asked for."""

    def __init__(self, seed):
        super().__init__(0)
        self.x = seed
        self.n_put_elsewhere = 0

    def draw(self, n):
        self.x = 16807 * self.x % 2147483647
        return int(self.x / 2147483647 * n)

    def randint(self, low, high, size):
        """The rows that first centers are judged on: with given centers there is no choice."""
        return np.zeros(size, int)

    def choice(self, n, size, replace, p=None):
        if replace:
            return np.array([self.draw(n) for _ in range(size)])
        self.n_put_elsewhere += size
        drawn = []
        while len(drawn) < size:
            row = self.draw(n)
            if row not in drawn:
                drawn.append(row)
        return np.array(drawn)


rng = np.random.default_rng(8)


def make_rows(n, n_groups, n_features):
    means = rng.normal(0, 3, (n_groups, n_features))
    return (means[rng.integers(0, n_groups, n)] + rng.normal(0, 1, (n, n_features))).astype(np.float32).round(3)


def cases():
    dense = make_rows(300, 6, 4)
    yield "dense", dense, dense[:6], 16, 100
    far = np.vstack([dense[:4], np.full((2, 4), 1e3)])
    yield "two centers far from all rows", dense, far, 16, 100
    yield "ended by max_iter", dense, dense[[0, 3, 5, 7, 9]], 23, 2
    uneven = make_rows(300, 2, 3)
    uneven[:9] = 40 * np.eye(3).repeat(3, axis=0).round(3)
    yield "groups of few rows", uneven, uneven[[0, 3, 6, 50, 60]], 16, 100
    yield "a batch of all rows", dense[:60], dense[:3], 500, 20
    counts = (rng.random((200, 10)) < 0.2) * rng.integers(1, 6, (200, 10))
    yield "sparse counts", counts.astype(np.float32), counts[:5] + 0.25, 20, 100


given, expected = {}, {}
for seed, (name, X, centers, batch_size, max_iter) in enumerate(cases(), 1):
    rows, centers = X.astype(np.float64), np.asarray(centers, np.float64)
    rows = csr_matrix(rows) if name.startswith("sparse") else rows
    stream = Stream(seed)
    model = MiniBatchKMeans(
        len(centers), init=centers, n_init=1, batch_size=batch_size, max_iter=max_iter, random_state=stream
    ).fit(rows)
    print(name, model.n_iter_, model.n_steps_, stream.n_put_elsewhere, model.inertia_)
    given[name] = {
        "n_features": X.shape[1],
        "X": [float(f"{value:g}") for value in X.ravel()],
        "init": centers.ravel().tolist(),
        "seed": seed,
        "batch_size": batch_size,
        "max_iter": max_iter,
    }
    expected[name] = {
        "centers": model.cluster_centers_.ravel().tolist(),
        "labels": model.labels_.tolist(),
        "inertia": model.inertia_,
        "n_iter": model.n_iter_,
    }

for name, content in (("input", given), ("expected", expected)):
    with open(f"{name}.json", "w") as file:
        json.dump(content, file)
        file.write("\n")
