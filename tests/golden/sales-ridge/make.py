"""Writes sales.csv, marketing.csv and expected.json: Ridge of scikit-learn on the features of past sales."""

import json

import numpy as np
import pandas as pd
import sklearn
from sklearn.linear_model import Ridge

START = "2023-07-01"
rng = np.random.default_rng(7)
months = pd.date_range("2020-10-01", "2023-12-01", freq="MS")
items = ["b", "a", "c"]  # not in the order of their names
rows = []
for k, item in enumerate(items):
    season = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(len(months)) + 3 * k) / 12)
    sales = np.round(1000 * (k + 1) * season * rng.normal(1, 0.1, len(months)), 3)
    spend = np.round(np.where(rng.random(len(months)) < 1 / 3, rng.uniform(0.5, 1, len(months)), 0), 3)
    rows.append(pd.DataFrame({"dates": months, "item_id": item, "sales": sales, "marketing_spend": spend}))
table = pd.concat(rows)
for name, column in [("sales", "sales"), ("marketing", "marketing_spend")]:
    table[["dates", "item_id", column]].to_csv(f"{name}.csv", index=False)

group = table.groupby("item_id", sort=False)["sales"]
lag = lambda n: group.shift(n)
last_year = lag(12)
average = sum(lag(n) for n in range(1, 13)) / 12
ratio = sum(lag(n) for n in (1, 2, 3)) / sum(lag(n) for n in (13, 14, 15))
X = np.column_stack([last_year, average, last_year * ratio])
driven = np.column_stack([X, X * table["marketing_spend"].to_numpy()[:, None]])
test = (table["dates"] >= START).to_numpy()
expected = {"scikit-learn": sklearn.__version__}
for name, design in [("past_sales", X), ("marketing", driven)]:
    train = ~test & ~np.isnan(X).any(axis=1)
    model = Ridge().fit(design[train], table["sales"][train])
    expected[name] = {
        "intercept": model.intercept_,
        "coefficients": list(model.coef_),
        "predictions": list(model.predict(design[test])),
    }
json.dump(expected, open("expected.json", "w"), indent=1)
