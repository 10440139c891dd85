"""Writes input.json and expected.json: singular values and components by scikit-learn's TruncatedSVD.

Usage: python make.py, in this folder
"""

import json

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD

N_COMPONENTS = 5


def make(n_rows, n_columns, density, seed):
    """Counts around a few groups of rows, of equal and unequal size."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 4, n_rows)
    rates = rng.gamma(0.4, 1.0, (4, n_columns)) * density
    return csr_matrix(rng.poisson(rates[groups]).astype(np.float64))


def main():
    matrices = {"tall": make(90, 40, 1.5, 1), "wide": make(30, 120, 0.8, 2), "flat": make(60, 60, 0.1, 3)}
    inputs, expected = {}, {}
    for name, X in matrices.items():
        coo = X.tocoo()
        inputs[name] = {
            "n_rows": X.shape[0],
            "n_columns": X.shape[1],
            "rows": coo.row.tolist(),
            "columns": coo.col.tolist(),
            "values": coo.data.tolist(),
        }
        model = TruncatedSVD(N_COMPONENTS, algorithm="arpack", tol=0, random_state=0)
        embedding = model.fit_transform(X)
        expected[name] = {
            "singular_values": model.singular_values_.tolist(),
            "components": np.round(model.components_, 9).tolist(),
            "first_rows": np.round(embedding[:5], 9).tolist(),
        }
    for file, value in [("input.json", inputs), ("expected.json", expected)]:
        with open(file, "w") as out:
            json.dump(value, out)
            out.write("\n")


if __name__ == "__main__":
    main()
