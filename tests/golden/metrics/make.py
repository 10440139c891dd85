"""Writes input.json and expected.json: metrics of scikit-learn, binomial quantiles of SciPy.

Run: python make.py   (in this folder)
"""
import json
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics as m
from sklearn.preprocessing import label_binarize

warnings.simplefilter("ignore")
rng = np.random.default_rng(20261129)
EPS32 = np.finfo(np.float32).eps


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).astype(np.float32)


def predictions(n, k, *, present, sharpness=2.0, weights=False):
    y = rng.choice(present, size=n)
    proba = softmax(rng.normal(size=(n, k)) + sharpness * np.eye(k)[y])
    w = np.round(rng.uniform(0.1, 3, size=n), 3) if weights else None
    return y, proba, w


def never(proba, label):
    proba = proba.copy()
    proba[:, label] = 0
    return (proba / proba.sum(axis=1, keepdims=True)).astype(np.float32)


def make_cases():
    cases = {}
    cases["multiclass"] = predictions(150, 7, present=range(7))
    cases["multiclass, weighted"] = predictions(120, 5, present=range(5), weights=True)
    cases["binary"] = predictions(100, 2, present=[0, 1], sharpness=1)
    cases["binary, weighted"] = predictions(80, 2, present=[0, 1], weights=True)
    cases["class absent from the truth"] = predictions(60, 4, present=[0, 1, 3], sharpness=1)
    y, proba, w = predictions(60, 4, present=[0, 1, 3], sharpness=1)
    cases["class absent from truth and prediction"] = y, never(proba, 2), w
    y, proba, w = predictions(60, 4, present=range(4))
    cases["class never predicted"] = y, never(proba, 1), w
    cases["one true class, several predicted"] = predictions(30, 3, present=[2], sharpness=1)
    cases["one class, true and predicted"] = predictions(30, 3, present=[2], sharpness=30)
    y = np.repeat([0, 1, 2], 4)
    grid = np.array([[8, 8, 0], [4, 4, 8], [0, 0, 16], [16, 0, 0]]) / 16
    cases["ties, zeros and ones"] = y, np.tile(grid, (3, 1)).astype(np.float32), None
    return cases


def calibration(y, pred, conf, w):
    """Expected calibration error, 15 bins closed on the right, as Guo et al. (2017) define it."""
    which = np.digitize(conf, np.arange(1, 16) / 15, right=True)
    error = 0.0
    for b in np.unique(which):
        rows = which == b
        gap = np.average(pred[rows] == y[rows], weights=w[rows]) - np.average(
            conf[rows], weights=w[rows]
        )
        error += w[rows].sum() / w.sum() * abs(gap)
    return error


def ranked(score, y, proba, w):
    """Binary: of class 1. Else the mean over the classes that can be ranked. None where there is none."""
    k = proba.shape[1]
    truth = label_binarize(y, classes=range(k)) if k > 2 else np.column_stack([1 - y, y])
    labels = [1] if k == 2 else [c for c in range(k) if 0 < truth[:, c].sum() < len(y)]
    values = [score(truth[:, c], proba[:, c], sample_weight=w) for c in labels]
    return float(np.mean(values)) if values else None


def evaluate(y, proba, w):
    k = proba.shape[1]
    labels = list(range(k))
    pred = proba.argmax(axis=1)
    wide = proba.astype(np.float64)
    clipped = np.clip(proba, EPS32, 1 - EPS32).astype(np.float64)
    p, r, f, s = m.precision_recall_fscore_support(
        y, pred, labels=labels, sample_weight=w, zero_division=0
    )
    ones = np.ones(len(y)) if w is None else w
    kappa = m.cohen_kappa_score(y, pred, sample_weight=w)
    if k == 2:
        top = 1.0
    else:
        top = m.top_k_accuracy_score(y, proba, k=2, labels=labels, sample_weight=w)
    # the clipped probabilities no longer sum to 1, which log_loss only warns of
    return {
        "confusion": m.confusion_matrix(y, pred, labels=labels, sample_weight=w).tolist(),
        "precision": p.tolist(),
        "recall": r.tolist(),
        "f1": f.tolist(),
        "support": s.tolist(),
        "metrics": {
            "accuracy": m.accuracy_score(y, pred, sample_weight=w),
            "balanced_accuracy": m.balanced_accuracy_score(y, pred, sample_weight=w),
            "macro_f1": m.f1_score(y, pred, average="macro", sample_weight=w, zero_division=0),
            "weighted_f1": m.f1_score(
                y, pred, average="weighted", sample_weight=w, zero_division=0
            ),
            "matthews_corrcoef": m.matthews_corrcoef(y, pred, sample_weight=w),
            "cohen_kappa": None if np.isnan(kappa) else kappa,
            "log_loss": m.log_loss(y, clipped, labels=labels, sample_weight=w),
            "brier_score": m.brier_score_loss(y, wide, labels=labels, sample_weight=w),
            "expected_calibration_error": calibration(y, pred, wide.max(axis=1), ones),
            "top_2_accuracy": top,
            "roc_auc": ranked(m.roc_auc_score, y, proba, w),
            "average_precision": ranked(m.average_precision_score, y, proba, w),
        },
        "log_loss_float32": m.log_loss(y, proba, labels=labels, sample_weight=w),
    }


def make_partitions():
    counts = {
        "cover types and clusters": rng.integers(0, 20000, size=(7, 9)),
        "independent": np.outer([30, 60], [1, 2, 4]),
        "nearly independent": np.outer([300, 600], [11, 23, 41]) + np.eye(2, 3, dtype=int),
        "equal, renamed": np.array([[0, 5, 0], [0, 0, 7], [2, 0, 0]]),
        "refined": np.array([[5, 6, 0, 0], [0, 0, 7, 1]]),
        "one part": np.array([[12]]),
        "one part against two": np.array([[12, 3]]),
        "rows alone": np.eye(6, dtype=int),
        "opposed": np.array([[1, 1], [1, 1]]),
        "empty labels": np.array([[4, 0, 1], [0, 0, 0], [2, 0, 9]]),
    }
    expected = {}
    for name, table in counts.items():
        r, c = np.indices(table.shape)
        a, b = np.repeat(r.ravel(), table.ravel()), np.repeat(c.ravel(), table.ravel())
        expected[name] = {
            "adjusted_rand_index": m.adjusted_rand_score(a, b),
            "normalized_mutual_information": m.normalized_mutual_info_score(a, b),
        }
    return {name: table.tolist() for name, table in counts.items()}, expected


def make_intervals():
    asked = [
        (n_correct, n, level)
        for n_correct, n in [(1, 2), (7, 10), (0, 5), (5, 5), (999, 1000), (111206, 116203)]
        for level in (0.5, 0.9, 0.95, 0.999)
    ]
    ends = [
        [float(stats.binom.ppf(q, n, c / n) / n) for q in ((1 - level) / 2, (1 + level) / 2)]
        for c, n, level in asked
    ]
    return asked, ends


cases = make_cases()
partitions, partitions_expected = make_partitions()
intervals, intervals_expected = make_intervals()
given = {
    "predictions": {
        name: {
            "n_classes": proba.shape[1],
            "y_true": np.asarray(y).tolist(),
            "y_proba": [float(str(p)) for p in proba.ravel()],
            "sample_weight": None if w is None else w.tolist(),
        }
        for name, (y, proba, w) in cases.items()
    },
    "partitions": partitions,
    "intervals": [list(asked) for asked in intervals],
}
expected = {
    "predictions": {name: evaluate(*case) for name, case in cases.items()},
    "partitions": partitions_expected,
    "intervals": intervals_expected,
}
for name, document in (("input.json", given), ("expected.json", expected)):
    with open(name, "w") as file:
        json.dump(document, file, separators=(",", ":"))
        file.write("\n")
