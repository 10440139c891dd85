"""k-means of sparse rows from given first rows: as they are, normalised, and after a truncated SVD, by scikit-learn."""

import json

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

rng = np.random.default_rng(11)
N_ROWS, N_COLUMNS, N_GROUPS = 120, 40, 4

# counts: each group has ten columns of its own, and a few of the others; row 7 has nothing
group = rng.integers(0, N_GROUPS, N_ROWS)
rates = np.full((N_GROUPS, N_COLUMNS), 0.06)
for g in range(N_GROUPS):
    rates[g, 10 * g : 10 * g + 10] = 0.5 + 0.15 * g
counts = rng.poisson(rates[group]) * rng.integers(1, 3, (N_ROWS, 1))
counts[7] = 0
X = csr_matrix(counts.astype(np.float64))
STARTS = [int(np.flatnonzero(group == g)[0]) for g in range(N_GROUPS)]


# lest the row that has nothing be equally far from all rows that are divided by their norms
FACTORS = [1, 0.75, 0.5, 0.25]


def fit(rows, tol):
    first = rows[STARTS].toarray() if hasattr(rows, "toarray") else rows[STARTS]
    first = first * np.array(FACTORS)[:, None]
    fitted = KMeans(N_GROUPS, init=first, n_init=1, tol=tol).fit(rows)
    return {
        "labels": fitted.labels_.tolist(),
        "inertia": fitted.inertia_,
        "n_iter": fitted.n_iter_,
        "centers": fitted.cluster_centers_.ravel().round(12).tolist(),
    }


svd = TruncatedSVD(3, algorithm="arpack", random_state=0)
embedding = svd.fit_transform(X)
with open("input.json", "w") as file:
    json.dump(
        {
            "n_rows": N_ROWS,
            "n_columns": N_COLUMNS,
            "indptr": X.indptr.tolist(),
            "indices": X.indices.tolist(),
            "values": X.data.tolist(),
            "starts": STARTS,
            "factors": FACTORS,
        },
        file,
    )
    file.write("\n")
with open("expected.json", "w") as file:
    json.dump(
        {
            "as they are": fit(X, 0),
            "as they are, tol 1e-2": fit(X, 1e-2),
            "normalised": fit(normalize(X), 0),
            "svd": fit(embedding, 0),
            "svd, normalised": fit(normalize(embedding), 0),
        },
        file,
    )
    file.write("\n")
