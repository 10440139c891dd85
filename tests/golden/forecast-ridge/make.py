"""Ridge on lags and rolling statistics, forecast recursively: pandas and scikit-learn, series by series."""

import json

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

LAGS, SEASON, H = [1, 2, 4], 4, 5
rng = np.random.default_rng(20261130)
series = {}
for i, n in enumerate([30, 24, 41]):
    t = np.arange(n)
    y = 40 * (i + 1) + t + 8 * np.sin(np.pi * t / 2) + rng.normal(0, 3, n)
    series[f"series_{i}"] = [float(v) for v in np.round(y, 3)]


def features(y, t):
    window = pd.Series(y[t - SEASON : t])
    return [y[t - lag] for lag in LAGS] + [window.mean(), window.std()]


scaled = {k: (np.array(y) - np.mean(y)) / np.std(y) for k, y in series.items()}
X = [features(y, t) for y in scaled.values() for t in range(max(LAGS), len(y))]
Y = [y[t] for y in scaled.values() for t in range(max(LAGS), len(y))]
model = Ridge(alpha=1.0).fit(np.array(X), np.array(Y))

forecast = {}
for name, y in series.items():
    known = list(scaled[name])
    for _ in range(H):
        known.append(float(model.predict([features(np.array(known), len(known))])[0]))
    forecast[name] = [float(v * np.std(y) + np.mean(y)) for v in known[-H:]]

json.dump(
    {"lags": LAGS, "season_length": SEASON, "h": H, "series": series, "forecast": forecast},
    open("expected.json", "w"),
    indent=1,
)
