"""Theta, ETS and naive2 of 50 made series by statsmodels and statsforecast."""

import json
import warnings

import numpy as np
from statsforecast.models import AutoETS
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.holtwinters import SimpleExpSmoothing
from statsmodels.tsa.seasonal import seasonal_decompose
from statsmodels.tsa.stattools import acf

warnings.filterwarnings("ignore")
H = 6
rng = np.random.default_rng(20261130)


def make(i):
    """Levels, walks, trends, damped trends and seasons, added and multiplied, some below 0."""
    m = [1, 4, 12][i % 3]
    n = int(rng.integers(40, 90)) if m < 12 else int(rng.integers(50, 100))
    t = np.arange(n)
    level = rng.uniform(50, 200)
    trend = [0 * t, rng.uniform(0.2, 1) * t, 30 * (1 - 0.95**t), -rng.uniform(0.1, 0.3) * t][i % 4]
    walk = np.cumsum(rng.normal(0, [0, 1, 2][(i // 3) % 3], n))
    wave = np.tile(rng.normal(0, 1, m), n // m + 1)[:n] if m > 1 else np.zeros(n)
    noise = rng.normal(0, rng.uniform(0.5, 4), n)
    base = level + trend + walk
    y = base * (1 + 0.08 * wave) * (1 + noise / level) if i % 2 else base + 5 * wave + noise
    if i % 10 == 9:
        y = y - level
    return m, np.round(y, 2)


def is_seasonal(y, m):
    if m < 2 or len(y) < 3 * m:
        return False
    r = acf(y, nlags=m, fft=False)
    return bool(abs(r[m]) > 1.645 * np.sqrt((1 + 2 * np.sum(r[1:m] ** 2)) / len(y)))


def adjust(y, m):
    multiplicative = bool(np.all(y > 0))
    if not is_seasonal(y, m):
        return y, np.ones(H), True
    kind = "multiplicative" if multiplicative else "additive"
    factors = seasonal_decompose(y, model=kind, period=m).seasonal
    ahead = np.array([factors[(len(y) + k) % m] for k in range(H)])
    return (y / factors if multiplicative else y - factors), ahead, multiplicative


def theta(y, m):
    """The benchmark of M4: a line, and exponential smoothing of what is bent twice as much."""
    adjusted, ahead, multiplicative = adjust(y, m)
    n = len(y)
    slope, intercept = np.polyfit(np.arange(n), adjusted, 1)
    bent = 2 * adjusted - (intercept + slope * np.arange(n))
    fits = [
        SimpleExpSmoothing(bent, initialization_method="estimated").fit(
            start_params=[start, bent[0]] if start else None
        )
        for start in (None, 0.05, 0.5, 0.95)
    ]
    level = min(fits, key=lambda fit: fit.sse).forecast(1)[0]
    forecast = (level + intercept + slope * np.arange(n, n + H)) / 2
    return forecast * ahead if multiplicative else forecast + ahead


def fit_form(y, m, error, trend, damped, season):
    model = ETSModel(
        y, error=error, trend=trend, damped_trend=damped, seasonal=season,
        seasonal_periods=m if season else None,
    )
    fit = model.fit(disp=False, maxiter=2000)
    # without the constant of the normal distribution
    n = len(y)
    return -fit.llf - n / 2 * (1 + np.log(2 * np.pi / n)), fit.forecast(H)


FORMS = [
    ("add", None, False, None), ("mul", None, False, None),
    ("add", "add", False, None), ("mul", "add", True, None),
    ("add", "add", True, "add"), ("mul", None, False, "mul"), ("mul", "add", False, "mul"),
]

cases = []
for i in range(50):
    m, y = make(i)
    adjusted, ahead, multiplicative = adjust(y, m)
    naive2 = adjusted[-1] * ahead if multiplicative else adjusted[-1] + ahead
    auto = AutoETS(season_length=m).fit(y)
    error, trend, season, damped = auto.model_["components"]
    form = FORMS[i % len(FORMS)]
    usable = (form[3] is None or m > 1) and (form[0] == "add" or np.all(y > 0))
    error2, trend2, damped2, season2 = form if usable else FORMS[0]
    value, ahead2 = fit_form(y, m, error2, trend2, damped2, season2)
    cases.append({
        "season_length": m,
        "y": [float(v) for v in y],
        "is_seasonal": is_seasonal(y, m),
        "naive2": [float(v) for v in naive2],
        "theta": [float(v) for v in theta(y, m)],
        "auto_ets": {
            "form": [error, trend, season, damped],
            "aicc": float(auto.model_["aicc"]),
            "forecast": [float(v) for v in auto.predict(H)["mean"]],
        },
        "form": {
            "error": error2, "trend": trend2, "damped": damped2, "season": season2,
            "negative_log_likelihood": float(value),
            "forecast": [float(v) for v in ahead2],
        },
    })

with open("expected.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
