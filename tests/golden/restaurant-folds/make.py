"""Makes an hourly turnover, and the MAE of scikit-learn's forests in each fold of it."""

import json

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import TimeSeriesSplit

N_SEEDS = 200
rng = np.random.default_rng(11)
index = pd.date_range("2018-06-11 18:00:00", "2018-07-22 21:00:00", freq="h")
evening = np.exp(-(((index.hour - 19) / 2.0) ** 2))
weekend = np.where(index.day_of_week >= 4, 2.0, 1.0)
n_orders = rng.poisson(4 * evening * weekend)
cash_in = np.array([rng.gamma(4, 7, size=n).sum() for n in n_orders]).round(2)
hours = pd.Series(cash_in, index=index, name="cash_in")
hours.to_csv("data.csv", index_label="order_date")

x = pd.get_dummies(pd.Categorical(index.day_of_week), prefix="weekday", drop_first=True, dtype=float).set_index(index)
x["hour_cos_1"] = np.cos(2 * np.pi * index.hour / 24)
x["hour_sin_1"] = np.sin(2 * np.pi * index.hour / 24)
x["lag_1W"] = hours.shift(168)
x = x.dropna()
y = hours[x.index]
errors = np.zeros((10, N_SEEDS))
for k, (train, test) in enumerate(TimeSeriesSplit(10).split(x)):
    for seed in range(N_SEEDS):
        forest = RandomForestRegressor(10, random_state=seed, n_jobs=2).fit(x.iloc[train], y.iloc[train])
        errors[k, seed] = np.abs(np.maximum(0, forest.predict(x.iloc[test])) - y.iloc[test]).mean()
expected = {"mae": errors.mean(axis=1).tolist(), "deviation": errors.std(axis=1, ddof=1).tolist()}
with open("expected.json", "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
