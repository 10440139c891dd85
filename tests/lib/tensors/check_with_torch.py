"""Compares tensors with the splits that they were made of, as the real PyTorch loads them.

Usage: python check_with_torch.py TENSORS SPLITS TARGET ID: two folders, and two columns. Needs torch,
pandas, pyarrow and safetensors; README.md beside this file holds what it printed last.
"""

import json
import os
import pathlib
import platform
import sys

os.environ["TORCH_SERIALIZATION_DEBUG"] = "1"  # torch checks where entries stand

import numpy
import pandas
import safetensors
import safetensors.torch
import torch
from torch.utils.serialization import config

tensors, splits, target, row_id = sys.argv[1:]
print(f"Python {platform.python_version()}, torch {torch.__version__}, safetensors {safetensors.__version__}")


def load(path):
    if path.suffix == ".safetensors":
        with safetensors.safe_open(path, "pt") as file:
            metadata = file.metadata()
        texts = {name: json.loads(metadata[name]) for name in ("columns", "classes")}
        return {**safetensors.torch.load_file(path), **texts}
    split = torch.load(path, weights_only=True)
    config.load.calculate_storage_offsets = True
    mapped = torch.load(path, weights_only=True, mmap=True)
    config.load.calculate_storage_offsets = False
    for name in ("features", "labels"):
        assert torch.equal(split[name], mapped[name]), f"{path}: {name} differ when they are mapped"
    return split


for path in sorted(pathlib.Path(tensors).iterdir()):
    split = load(path)
    table = pandas.read_parquet(pathlib.Path(splits) / f"{path.stem}.parquet")
    features, labels = split["features"], split["labels"]
    columns = [name for name in table.columns if name not in (target, row_id)]
    assert split["columns"] == columns, split["columns"]
    assert features.dtype == torch.float32 and features.is_contiguous(), features.dtype
    assert labels.dtype == torch.int64, labels.dtype
    expected = table[columns].to_numpy(dtype=numpy.float64).astype(numpy.float32)
    assert numpy.array_equal(features.numpy(), expected), f"{path}: features differ"
    classes = numpy.array(split["classes"])
    assert numpy.array_equal(classes[labels.numpy()], table[target].to_numpy()), f"{path}: labels differ"
    print(f"{path.name}: {tuple(features.shape)} features and {len(labels)} labels of {len(classes)} classes are equal")
