"""Loads a multi-model of timberline for MLflow: several regression forests in one file of plain arrays.

The first forest gives the prediction; minimum and maximum are over all of them. All are cut at 0.
"""

import json

import numpy as np
import pandas as pd

DTYPES = {"F64": "<f8", "I32": "<i4"}


def _load_pyfunc(path):
    return MultiModel(path)


def read_safetensors(path):
    """Arrays and texts of a file: length of its header (8 bytes), header (JSON), data."""
    with open(path, "rb") as file:
        content = file.read()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    texts = header.pop("__metadata__", {})
    arrays = {}
    for name, spec in header.items():
        first, last = spec["data_offsets"]
        data = content[start + first : start + last]
        arrays[name] = np.frombuffer(data, DTYPES[spec["dtype"]]).reshape(spec["shape"])
    return arrays, texts


class Forest:
    """Mean of trees; children >= 0 are nodes, the others are ~leaf; values <= threshold go left."""

    def __init__(self, arrays, number):
        parts = ("feature", "threshold", "left", "right", "roots", "leaves")
        for part in parts:
            setattr(self, part, arrays[f"{part}.{number}"])

    def predict(self, rows):
        total = np.zeros(len(rows))
        for root in self.roots:
            node = np.full(len(rows), root)
            while (inner := np.flatnonzero(node >= 0)).size:
                at = node[inner]
                is_left = rows[inner, self.feature[at]] <= self.threshold[at]
                node[inner] = np.where(is_left, self.left[at], self.right[at])
            total += self.leaves[~node]
        return total / len(self.roots)


class MultiModel:
    def __init__(self, path):
        arrays, texts = read_safetensors(path)
        self.columns = json.loads(texts["columns"])
        self.forests = [Forest(arrays, k) for k in range(int(texts["n_forests"]))]

    def predict(self, model_input, params=None):
        """DataFrame of the columns, shape (n, columns) -> prediction, minimum, maximum, shape (n, 3)."""
        table = pd.DataFrame(model_input)
        # trees decide on float32, and NaN counts as 0
        rows = np.nan_to_num(table[self.columns].to_numpy(dtype=np.float32), nan=0.0, posinf=np.inf, neginf=-np.inf)
        values = [np.maximum(forest.predict(rows), 0) for forest in self.forests]
        result = {
            "prediction": values[0],
            "minimum": np.min(values, axis=0),
            "maximum": np.max(values, axis=0),
        }
        return pd.DataFrame(result, index=table.index)
