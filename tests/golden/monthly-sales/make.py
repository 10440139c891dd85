"""Weeks of strptime and ISO 8601, months out of weeks, and weeks that stand out, by Python, pandas and statsmodels."""

import json
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from statsmodels.robust.scale import mad

YEARS = range(1990, 2041)


def first_day(year, week, numbering):
    """The Monday of a week, where some day has that number; else None."""
    name, weekday = ("%G %V", "%u") if numbering == "iso" else ("%Y %W", "%w")
    try:
        monday = datetime.strptime(f"{year} {week:02} 1", f"{name} {weekday}").date()
    except ValueError:
        return None
    days = [monday + timedelta(n) for n in range(7)]
    return monday if any(day.strftime(name) == f"{year} {week:02}" for day in days) else None


def list_weeks(numbering):
    """Of each year, the first and the last week that it has, and the days on which they begin."""
    weeks = {}
    for year in YEARS:
        days = {week: first_day(year, week, numbering) for week in range(54)}
        known = [week for week in days if days[week]]
        assert known == list(range(known[0], known[-1] + 1))
        assert all(days[week] == days[known[0]] + timedelta(7 * (week - known[0])) for week in known)
        weeks[year] = [known[0], str(days[known[0]]), known[-1], str(days[known[-1]])]
    return weeks


def make_weekly():
    """Three vegetables of different lengths, one with whole kilograms; two weeks have a digit too many."""
    rng = np.random.default_rng(5)
    rows = []
    for vegetable, n_weeks, scale in [("leek", 20, 100), ("pear", 60, 80.5), ("tomato", 131, 900)]:
        season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(n_weeks) / 52)
        sales = scale * season * rng.lognormal(0, 0.1, n_weeks)
        sales = sales.round() if vegetable == "tomato" else sales.round(3)
        sales[11] *= 10
        if vegetable == "tomato":
            sales[77] *= 10
        for n, value in enumerate(sales):
            rows.append((date(2019, 11, 25) + timedelta(7 * n), vegetable, float(value)))
    # weeks that begin on other days, one of them over the end of a year
    rows += [(date(2019, 12, 29), "pear", 70.0), (date(2020, 2, 27), "leek", 0.1)]
    return pd.DataFrame(rows, columns=["first_day", "vegetable", "sales"])


def to_months(weekly):
    """A seventh of the sales to each day, and the days of a month added up."""
    days = weekly.loc[weekly.index.repeat(7)].copy()
    offsets = np.tile(np.arange(7), len(weekly))
    dates = pd.to_datetime(days["first_day"]) + pd.to_timedelta(offsets, unit="D")
    days["year_month"] = (dates.dt.year * 100 + dates.dt.month).to_numpy()
    days["sales"] /= 7
    return days.groupby(["year_month", "vegetable"])["sales"].sum().reset_index()


def tag(values, method, threshold):
    values = pd.Series(values)
    if method == "standard":
        return values > values.mean() + threshold * values.std()
    if method == "robust":
        return values > values.median() + threshold * mad(values)
    others = [values.drop(i) for i in values.index]
    return pd.Series([v > o.mean() + threshold * o.std() for v, o in zip(values, others)])


weekly = make_weekly()
outliers = {}
for method in ["standard", "leave_one_out", "robust"]:
    for threshold in [2, 3.5, 5]:
        outliers[f"{method} {threshold}"] = {
            name: np.flatnonzero(tag(group["sales"].to_numpy(), method, threshold)).tolist()
            for name, group in weekly.groupby("vegetable")
        }

with open("input.json", "w") as file:
    rows = [[str(r.first_day), r.vegetable, r.sales] for r in weekly.itertuples()]
    file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
with open("expected.json", "w") as file:
    expected = {
        "weeks": {numbering: list_weeks(numbering) for numbering in ["strptime", "iso"]},
        "monthly": to_months(weekly).to_numpy().tolist(),
        "outliers": outliers,
    }
    json.dump(expected, file)
    file.write("\n")
