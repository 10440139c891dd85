"""Makes input.csv and expected.json: what scikit-learn's scalers learn and give, and scipy's normal quantiles.

Usage: python make.py (in this folder)
"""

import json

import numpy as np
import pandas as pd
import scipy
import sklearn
from scipy.stats import norm
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

N_TRAIN = 65  # 64 intervals: shares that doubles hold exactly, or ties are torn by rounding
rng = np.random.default_rng(20261129)
n = N_TRAIN + 20
table = pd.DataFrame(
    {
        "normal": rng.normal(2900, 280, n).round(3),
        "skewed": rng.exponential(50, n).round(2),
        "ties": rng.integers(0, 6, n),
        "negative": rng.integers(-500, -100, n),
        "large": (1e9 + rng.normal(0, 1, n)).round(4),
        "constant": np.full(n, 7.25),
        "heavy": rng.standard_t(1.5, n).round(4),
    }
)
# rows that are not fitted lie outside the fitted range, on its ends, and on its ties
train, test = table[:N_TRAIN], table[N_TRAIN:].reset_index(drop=True)
for column in table:
    low, high = train[column].min(), train[column].max()
    for row, value in enumerate((low, high, 2 * low - high - 1, 2 * high - low + 1, train[column].median())):
        test.loc[row, column] = value
table = pd.concat([train, test], ignore_index=True)
table.to_csv("input.csv", index=False)
table = pd.read_csv("input.csv")
train = table[:N_TRAIN]


def listed(values):
    return [float(value) for value in np.ravel(values)]


SCALERS = {
    "standard": (StandardScaler(), "mean_", "scale_"),
    "min_max": (MinMaxScaler(), "data_min_", "data_range_"),
    "robust": (RobustScaler(), "center_", "scale_"),
    "max_abs": (MaxAbsScaler(), None, "scale_"),
}
methods = {}
for name, (scaler, center, scale) in SCALERS.items():
    scaler.fit(train)
    scales = np.array(getattr(scaler, scale), dtype=float)
    scales[scales == 0] = 1
    methods[name] = {
        "center": listed(getattr(scaler, center)) if center else [0.0] * table.shape[1],
        "scale": listed(scales),
        "values": {c: listed(scaler.transform(table)[:, i]) for i, c in enumerate(table)},
    }

quantile = {}
for n_quantiles in (9, 1000):
    scaler = QuantileTransformer(n_quantiles=n_quantiles, output_distribution="normal", subsample=None)
    scaler.fit(train)
    scaled = scaler.transform(table)
    quantile[str(n_quantiles)] = {
        "quantiles": {c: listed(scaler.quantiles_[:, i]) for i, c in enumerate(table)},
        "values": {c: listed(scaled[:, i]) for i, c in enumerate(table)},
        "inverse": {c: listed(scaler.inverse_transform(scaled)[:, i]) for i, c in enumerate(table)},
    }

p = [1e-300, 1e-20, 1e-7, 1e-4, 0.01, 0.0749, 0.075, 0.0751, 0.3, 0.5, 0.62, 0.925, 0.975, 0.999999, 1 - 1e-12]
expected = {
    "versions": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "n_train": N_TRAIN,
    "methods": methods,
    "quantile": quantile,
    "normal_quantile": {"p": p, "z": listed(norm.ppf(p))},
}
with open("expected.json", "w") as file:
    json.dump(expected, file)
    file.write("\n")
