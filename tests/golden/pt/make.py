"""Writes files of torch.save, good and bad ones, and expected.json; run in this folder."""

import json

import torch

FEATURES = torch.tensor([[0.1, -2.5, 3e38], [1e-45, -0.0, 7.0], [1 / 3, 16777217.0, -1.0]])
LABELS = torch.tensor([0, 3, 1])
COLUMNS = ["a", "Soil Type", "größe"]
CLASSES = [1, "x", -70000, 2**40]
GOOD = {"features": FEATURES, "labels": LABELS, "columns": COLUMNS, "classes": CLASSES}


class Call:
    """Runs a program where a pickle is loaded without care."""

    def __reduce__(self):
        return (print, ("executed",))


torch.save(GOOD, "labelled.pt")
torch.save({"columns": ["y"], "features": torch.zeros(1, 1), "more": [True, None]}, "unlabelled.pt")
torch.save(
    {"features": torch.arange(900.0).view(3, 300), "columns": [f"c{i}" for i in range(300)]}, "wide.pt"
)
whole = torch.arange(20.0).view(5, 4)
torch.save({"features": whole[2:4], "columns": list("abcd")}, "slice.pt")
torch.save({**GOOD, "features": FEATURES.double()}, "double.pt")
torch.save({**GOOD, "features": FEATURES.t()}, "transposed.pt")
torch.save({**GOOD, "features": FEATURES[0]}, "vector.pt")
torch.save({**GOOD, "labels": LABELS.int()}, "int32-labels.pt")
torch.save({**GOOD, "labels": torch.tensor([0, 4, 1])}, "label-4.pt")
torch.save({**GOOD, "labels": torch.tensor([0, 2**32, -1])}, "label-2-32.pt")
torch.save({**GOOD, "labels": LABELS[:2]}, "two-labels.pt")
torch.save({**GOOD, "columns": COLUMNS[:2]}, "two-columns.pt")
torch.save({**GOOD, "columns": ["a", "b", "a"]}, "equal-columns.pt")
torch.save({**GOOD, "classes": [1.5, 2, 3, 4]}, "float-classes.pt")
torch.save({k: v for k, v in GOOD.items() if k != "labels"}, "no-labels.pt")
torch.save({k: v for k, v in GOOD.items() if k != "features"}, "no-features.pt")
torch.save(FEATURES, "no-dict.pt")
torch.save({**GOOD, "call": Call()}, "call.pt")
torch.save(GOOD, "protocol-4.pt", pickle_protocol=4)
torch.save(GOOD, "legacy.pt", _use_new_zipfile_serialization=False)

expected = {
    "features": FEATURES.flatten().tolist(),
    "labels": LABELS.tolist(),
    "columns": COLUMNS,
    "classes": CLASSES,
}
with open("expected.json", "w") as file:
    json.dump(expected, file, ensure_ascii=False)
