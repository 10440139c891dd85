"""The data path of the main pipeline as scripts of pandas, scikit-learn and torch: one CSV per step.

Steps: split (stratified, the same sizes), drop two columns, standard scaling fitted on train, cap of
100,000 rows per class on train, float32 and int64 tensors by torch.save. Every step reads what the one
before wrote, in a process of its own, as a chain of scripts does.

Prints one JSON document: versions, and of each step the seconds from the start of its process to its end
without those of reading the raw file, these, and its peak memory.

Usage: python data_path_pandas.py data/raw/covertype.csv FOLDER
"""

import json
import os
import resource
import subprocess
import sys
import time

PARTS = ("train", "valid", "test")
SIZES = {"train": 371847, "valid": 92962, "test": 116203}
TARGET = "Cover_Type"
DROPPED = ["Soil_Type7", "Soil_Type15"]
MAX_PER_CLASS = 100_000
SEED = 42


def read(folder, step, part):
    import pandas as pd

    return pd.read_csv(os.path.join(folder, step, f"{part}.csv"))


def write(table, folder, step, part):
    os.makedirs(os.path.join(folder, step), exist_ok=True)
    table.to_csv(os.path.join(folder, step, f"{part}.csv"), index=False)


def split(raw, folder):
    """Returns the seconds that reading the raw file took."""
    import pandas as pd
    from sklearn.model_selection import train_test_split

    start = time.perf_counter()
    table = pd.read_csv(raw)
    raw_seconds = time.perf_counter() - start
    table.insert(0, "row_id", range(2, len(table) + 2))
    rest, test = train_test_split(
        table, test_size=SIZES["test"], stratify=table[TARGET], random_state=SEED
    )
    train, valid = train_test_split(
        rest, test_size=SIZES["valid"], stratify=rest[TARGET], random_state=SEED
    )
    for part, rows in zip(PARTS, (train, valid, test)):
        write(rows, folder, "split", part)
    return raw_seconds


def drop_columns(folder):
    for part in PARTS:
        write(read(folder, "split", part).drop(columns=DROPPED), folder, "drop-columns", part)


def normalize(folder):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    for part in PARTS:
        table = read(folder, "drop-columns", part)
        features = [c for c in table if c not in ("row_id", TARGET) and not c.startswith(("Soil", "Wild"))]
        values = scaler.fit_transform(table[features]) if part == "train" else scaler.transform(table[features])
        table[features] = values
        write(table, folder, "normalize", part)


def rebalance(folder):
    for part in PARTS:
        table = read(folder, "normalize", part)
        if part == "train":
            shuffled = table.sample(frac=1, random_state=SEED)
            table = shuffled.groupby(TARGET).head(MAX_PER_CLASS).sort_index()
        write(table, folder, "rebalance", part)


def tensorize(folder):
    import numpy as np
    import torch

    os.makedirs(os.path.join(folder, "tensorize"), exist_ok=True)
    for part in PARTS:
        table = read(folder, "rebalance", part)
        tensors = {
            "features": torch.from_numpy(table.drop(columns=["row_id", TARGET]).to_numpy(dtype=np.float32)),
            "labels": torch.from_numpy(table[TARGET].to_numpy(dtype=np.int64)),
        }
        torch.save(tensors, os.path.join(folder, "tensorize", f"{part}.pt"))


STEPS = {
    "split": None,
    "drop-columns": drop_columns,
    "normalize": normalize,
    "rebalance": rebalance,
    "tensorize": tensorize,
}


def run(step, raw, folder):
    """Runs one step in this process; prints its peak memory, and the seconds not to be counted."""
    raw_seconds = 0.0
    if step == "split":
        raw_seconds = split(raw, folder)
    else:
        STEPS[step](folder)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"raw_seconds": raw_seconds, "peak_mb": peak_mb}))


def measure(step, raw, folder):
    start = time.perf_counter()
    command = [sys.executable, __file__, raw, folder, step]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    facts = json.loads(out.stdout)
    seconds = time.perf_counter() - start - facts["raw_seconds"]
    return {"seconds": seconds, **facts}


def main():
    raw, folder = sys.argv[1:3]
    if len(sys.argv) > 3:
        run(sys.argv[3], raw, folder)
        return
    steps = {step: measure(step, raw, folder) for step in STEPS}
    import numpy
    import pandas
    import sklearn
    import torch

    versions = {
        "python": sys.version.split()[0],
        "pandas": pandas.__version__,
        "numpy": numpy.__version__,
        "scikit-learn": sklearn.__version__,
        "torch": torch.__version__,
    }
    print(json.dumps({"versions": versions, "steps": steps}))


if __name__ == "__main__":
    main()
