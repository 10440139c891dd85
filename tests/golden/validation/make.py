"""Writes input.csv, a table with every kind of flaw, and expected.json, what pandas counts in it."""

import json
import random
import re

import pandas

random.seed(20261129)
N = 300


def flawed(value, share, flaws):
    return random.choice(flaws) if random.random() < share else value


rows = []
for i in range(N):
    bit = random.randint(0, 1)
    rows.append(
        {
            "id": str(flawed(i, 0.02, [7, "seven", ""])),
            "age": str(flawed(random.randint(18, 65), 0.15, ["", "17", "66", "-1", "old", "30.5", "30.0", "1e1"])),
            "score": str(flawed(round(random.random(), 3), 0.1, ["", "nan", "inf", "-inf", "-0.5", "1,5", "2e3"])),
            "day": flawed(f"2026-0{random.randint(1, 6)}-1{random.randint(0, 9)}", 0.1, ["", "2025-12-31", "2026-07-01", "2026-02-30", "soon"]),
            "code": flawed(f"{random.choice('ABC')}{random.choice('XYZ')}{random.randint(100, 999)}", 0.1, ["", "ab123", "AB12", "AB1234", "é"]),
            "color": flawed(random.choice(["red", "red", "red", "green", "green", "blue"]), 0.05, ["", "Red", "pink"]),
            "a": str(flawed(bit, 0.04, ["2", "", "1"])),
            "b": str(flawed(1 - bit, 0.04, ["-1", "x", "1"])),
        }
    )
table = pandas.DataFrame(rows)
table.to_csv("input.csv", index=False, quoting=0, lineterminator="\n")

texts = table.replace("", None)
number = {}
for name in ["id", "age", "score", "a", "b"]:
    value = pandas.to_numeric(texts[name], errors="coerce").astype(float)
    number[name] = value.where(value.abs() != float("inf"))
for name in ["id", "age", "a", "b"]:
    number[name] = number[name].where(number[name] == number[name].round())
day = pandas.to_datetime(texts["day"], format="%Y-%m-%d", errors="coerce")
typed = {**number, "day": day, "code": texts["code"], "color": texts["color"]}

expected = []


def count(expectation, columns, missing, unexpected):
    lines = [int(i) + 2 for i in table.index[unexpected]]
    expected.append(
        {
            "expectation": expectation,
            "columns": columns,
            "element_count": N,
            "missing_count": int(missing.sum()),
            "unexpected_count": int(unexpected.sum()),
            "lines": lines[:5],
        }
    )


nobody = pandas.Series(False, index=table.index)
for name in table.columns:
    absent = typed[name].isna()
    count("type", [name], texts[name].isna(), texts[name].notna() & absent)
for name in ["id", "age"]:
    count("not_null", [name], nobody, texts[name].isna())
age, score = number["age"], number["score"]
count("between", ["age"], age.isna(), age.notna() & ~age.between(18, 65))
count("between", ["score"], score.isna(), score.notna() & (score < 0))
count("between", ["day"], day.isna(), day.notna() & ~day.between("2026-01-01", "2026-06-30"))
for name, test in {
    "matches": lambda text: re.fullmatch(r"[A-Z]{2}\d{3}", text) is not None,
    "length": lambda text: len(text) == 5,
}.items():
    count(name, ["code"], texts["code"].isna(), texts["code"].map(lambda t: t is not None and not test(t), na_action="ignore").fillna(False).astype(bool))
colors = texts["color"]
count("in_set", ["color"], colors.isna(), colors.notna() & ~colors.isin(["red", "green", "blue"]))
for name in ["a", "b"]:
    count("in_set", [name], number[name].isna(), number[name].notna() & ~number[name].isin([0, 1]))
a, b = number["a"], number["b"]
known = a.notna() & b.notna()
count("one_hot", ["a", "b"], ~known, known & ~(((a == 1) & (b == 0)) | ((a == 0) & (b == 1))))
ids = texts["id"]
count("unique", ["id"], ids.isna(), ids.notna() & ids.duplicated(keep=False))
keys = texts[["age", "color"]]
present = keys.notna().all(axis=1)
count("unique", ["age", "color"], ~present, present & keys.duplicated(keep=False))

with open("expected.json", "w") as file:
    json.dump({"results": expected, "colors": {c: int((colors == c).sum()) for c in ["red", "green", "blue"]}}, file, indent=1)
    file.write("\n")
