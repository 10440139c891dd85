"""MAE, RMSE, R2 by scikit-learn; MASE and sMAPE by M4's formulas in numpy."""

import json

import numpy as np
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

SEASON, H = 3, 4
rng = np.random.default_rng(7)
history = [[float(v) for v in np.round(rng.gamma(3, 10, n), 2)] for n in (20, 13, 29)]
actual = np.round(rng.gamma(3, 10, (3, H)), 2)
forecast = np.round(actual + rng.normal(0, 6, (3, H)), 2)
scales = [np.mean(np.abs(np.array(y)[SEASON:] - np.array(y)[:-SEASON])) for y in history]


def measure(a, f):
    mase = [np.mean(np.abs(x - z)) / s for x, z, s in zip(a, f, scales)]
    return {
        "mae": mean_absolute_error(a.ravel(), f.ravel()),
        "rmse": root_mean_squared_error(a.ravel(), f.ravel()),
        "mase": float(np.mean(mase)),
        "smape": float(np.mean(200 * np.abs(a - f) / (np.abs(a) + np.abs(f)))),
        "r2": r2_score(a.ravel(), f.ravel()),
    }


json.dump(
    {
        "season_length": SEASON,
        "history": history,
        "actual": actual.tolist(),
        "forecast": forecast.tolist(),
        "all": measure(actual, forecast),
        "by_step": [measure(actual[:, [k]], forecast[:, [k]]) for k in range(H)],
    },
    open("expected.json", "w"),
    indent=1,
)
