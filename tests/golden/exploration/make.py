"""Makes input.csv and expected.json: what pandas, scipy and scikit-learn say of one table.

Usage: python make.py (in this folder)
"""

import json

import numpy as np
import pandas as pd
import scipy
import sklearn
from scipy.stats import entropy, f_oneway, skew
from scipy.stats.contingency import association
from sklearn.metrics import mutual_info_score, roc_auc_score

rng = np.random.default_rng(20261130)
n = 600
kind = rng.choice(["fir", "pine", "aspen"], n, p=[0.55, 0.35, 0.1])
shift = pd.Series(kind).map({"fir": 0.0, "pine": 1.0, "aspen": 3.0}).to_numpy()
color = rng.choice(3, n, p=[0.6, 0.3, 0.1])
table = pd.DataFrame(
    {
        "row_id": np.arange(1, n + 1),
        "normal": (rng.normal(0, 1, n) + shift).round(3),
        "skewed": rng.exponential(50, n).round(1),
        "ties": rng.integers(0, 6, n) + (kind == "pine"),
        "gaps": rng.normal(10, 2, n).round(2),
        "flag": (rng.random(n) < np.where(kind == "fir", 0.2, 0.6)).astype(int),
        "color_red": (color == 0).astype(int),
        "color_green": (color == 1).astype(int),
        "color_blue": (color == 2).astype(int),
        "city": np.where(rng.random(n) < 0.7, rng.choice(["Bern", "Basel", "Zug"], n), kind),
        "y": (2 * shift + rng.normal(0, 1, n)).round(3),
        "kind": kind,
    }
)
table.loc[rng.random(n) < 0.1, "gaps"] = np.nan
table.loc[rng.random(n) < 0.05, "city"] = None
# forty rows repeat others, ten of them under another class
copies = table.iloc[:40].copy()
copies["row_id"] += 1000
copies.loc[copies.index[:10], "kind"] = copies["kind"][:10].map({"fir": "pine", "pine": "aspen", "aspen": "fir"})
table = pd.concat([table, copies], ignore_index=True)
table.to_csv("input.csv", index=False)
table = pd.read_csv("input.csv")
n = len(table)

numeric = ["normal", "skewed", "ties", "gaps", "y"]
SHARES = {"p5": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "p95": 0.95}


def summary(values):
    values = values.dropna()
    q1, q3 = values.quantile([0.25, 0.75])
    far = (values < q1 - 3 * (q3 - q1)) | (values > q3 + 3 * (q3 - q1))
    return {
        "n_distinct": int(values.nunique()),
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": float(values.mean()),
        "std": float(values.std()),
        "skewness": float(skew(values)),
        **{name: float(values.quantile(share)) for name, share in SHARES.items()},
        "outlier_count": int(far.sum()),
    }


def bins(values, n_labels, max_bins=64):
    """Bins of about equal size that never part equal values; missing ones are a bin of their own."""
    present = values.dropna()
    n_bins = max(2, min(max_bins, int((n / n_labels) ** 0.5)))
    below = present.rank(method="min") - 1
    return np.floor(n_bins * below / len(present)).reindex(values.index).fillna(-1)


def told(codes, labels):
    codes, labels = pd.factorize(codes)[0], pd.factorize(labels)[0]
    cells = pd.crosstab(codes, labels)
    bias = ((cells > 0).sum().sum() - cells.shape[0] - cells.shape[1] + 1) / (2 * n)
    information = max(0.0, mutual_info_score(codes, labels) - bias)
    return {"mutual_information": information, "told_share": information / entropy(cells.sum())}


def categories(column):
    return table[column].fillna("(missing)") if column == "city" else table[column]


group = table[["color_red", "color_green", "color_blue"]].idxmax(axis=1)
classes = sorted(table["kind"].unique())
by_kind = {}
for name in numeric:
    parts = [table.loc[table["kind"] == c, name].dropna() for c in classes]
    everything = pd.concat(parts)
    between = sum(len(p) * (p.mean() - everything.mean()) ** 2 for p in parts)
    by_kind[name] = {
        **told(bins(table[name], len(classes)), table["kind"]),
        "correlation_ratio": float(between / ((everything - everything.mean()) ** 2).sum()),
        "anova_f": float(f_oneway(*parts).statistic),
        "boxes": [{k: float(p.quantile(s)) for k, s in SHARES.items()} for p in parts],
    }
for name, values in {"flag": table["flag"], "city": categories("city"), "color": group}.items():
    cells = pd.crosstab(values, table["kind"])
    by_kind[name] = {**told(values, table["kind"]), "cramers_v": float(association(cells, method="cramer"))}

by_flag = {}
for name in ["normal", "skewed", "ties", "y"]:
    auc = roc_auc_score(table["flag"], table[name])
    by_flag[name] = {**told(bins(table[name], 2), table["flag"]), "auc": float(max(auc, 1 - auc))}

tenths = np.floor(10 * (table["y"].rank(method="min") - 1) / n)
by_y = {name: told(bins(table[name], 10), tenths) for name in ["normal", "skewed", "ties", "gaps"]}
by_y["city"] = told(categories("city"), tenths)

columns = ["normal", "skewed", "ties", "gaps", "flag", "y"]
rows = table.drop(columns="row_id")
features = rows.drop(columns="kind")
alike = rows.astype(object).fillna("(missing)").groupby(list(features.columns))["kind"].agg(["size", "nunique"])
expected = {
    "versions": {p.__name__: p.__version__ for p in (pd, scipy, sklearn, np)},
    "summaries": {name: summary(table[name]) for name in numeric},
    "missing": {name: int(table[name].isna().sum()) for name in ["gaps", "city"]},
    "cities": {k: int(v) for k, v in table["city"].value_counts().items()},
    "by_kind": by_kind,
    "by_flag": by_flag,
    "by_y": by_y,
    "columns": columns,
    "pearson": table[columns].corr().to_numpy().tolist(),
    # ranks among all values of a column, compared where both have one
    "spearman": table[columns].rank().corr().to_numpy().tolist(),
    "duplicates": {
        "duplicate_count": int(rows.duplicated().sum()),
        "group_count": int((rows.value_counts(dropna=False) > 1).sum()),
        "contradiction_count": int(alike.loc[alike["nunique"] > 1, "size"].sum()),
    },
}
with open("expected.json", "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
