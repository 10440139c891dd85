"""Makes reference.csv, current.csv and expected.json: drift of columns as Evidently measures it.

Usage: python make.py (in this folder)
"""

import json

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
from evidently.metrics import OutListValueCount

rng = np.random.default_rng(12)
N_REFERENCE, N_CURRENT = 1100, 500


def draw(n, is_current):
    shift = 0.35 if is_current else 0.0
    letters = ["a", "b", "c", "d"] if is_current else ["a", "b", "c", "é"]
    missing = rng.random(n) < (0.2 if is_current else 0.05)
    return pd.DataFrame(
        {
            "normal": np.round(rng.normal(shift, 1, n), 2),
            "same": np.round(rng.normal(0, 1, n), 2),
            "heavy": np.round(np.exp(rng.normal(shift, 2, n)), 1),
            "with_gaps": np.where(missing, np.nan, np.round(rng.uniform(0, 1 + shift, n), 2)),
            "many_whole": rng.integers(0, 40, n),
            "few_whole": rng.integers(2 if is_current else 0, 20, n),
            "five": rng.integers(0, 5, n),
            "zero_one": (rng.random(n) < 0.3 + shift / 5).astype(int),
            "constant": 7,
            "letter": rng.choice(letters, n, p=[0.4, 0.3, 0.2, 0.1]),
        }
    )


def definition(frame):
    texts = [c for c in frame if frame[c].dtype == object]
    return DataDefinition(
        numerical_columns=[c for c in frame if c not in texts], categorical_columns=texts
    )


def measure(reference, current, **options):
    """Score, test and verdict of every column, by the public report."""
    datasets = [Dataset.from_pandas(f, data_definition=definition(f)) for f in (current, reference)]
    report = Report([DataDriftPreset(**options)]).run(*datasets)
    found = {}
    for metric in report.dict()["metrics"]:
        config = metric["config"]
        if config["type"].endswith("ValueDrift"):
            found[config["column"]] = {"score": float(metric["value"]), "test": config["method"]}
        else:
            drifted = metric["value"]
    return found, drifted


def scores(reference, current):
    texts = [c for c in reference if reference[c].dtype == object]
    numbers = [c for c in reference if c not in texts]
    js, _ = measure(reference, current, method="jensenshannon")
    psi, _ = measure(reference, current, method="psi")
    distances = measure(reference[numbers], current[numbers], method="wasserstein")[0] if numbers else {}
    result = {}
    for c in reference:
        result[c] = {
            "jensen_shannon": js[c]["score"],
            "psi": psi[c]["score"],
            "wasserstein": distances[c]["score"] if c in numbers else None,
            "unseen_share": None,
        }
        if c in texts:
            metric = OutListValueCount(column=c, values=sorted(reference[c].dropna().unique()))
            data = Dataset.from_pandas(current, data_definition=definition(current))
            value = Report([metric]).run(data, None).dict()["metrics"][0]["value"]
            result[c]["unseen_share"] = float(value["share"])
    return result


reference, current = draw(N_REFERENCE, False), draw(N_CURRENT, True)
reference.to_csv("reference.csv", index=False)
current.to_csv("current.csv", index=False)
decided, drifted = measure(reference, current)

# a share of 1/20,001 is below the one that stands for an empty bin
counts = {
    "reference": {"common": 15000, "other": 5000, "rare": 1},
    "current": {"common": 600, "other": 300, "new": 100},
}
rare = [
    pd.DataFrame({"text": np.repeat(list(counts[k]), list(counts[k].values())).astype(object)})
    for k in ("reference", "current")
]

expected = {
    "scores": scores(reference, current),
    "default": {c: {**facts, "is_drifted": facts["score"] >= 0.1} for c, facts in decided.items()},
    "drifted": drifted,
    "rare": {"counts": counts, "scores": scores(*rare)["text"]},
}
with open("expected.json", "w") as file:
    json.dump(expected, file, indent=1, ensure_ascii=False)
    file.write("\n")
