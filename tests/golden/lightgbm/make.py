"""Small boosters, grown by LightGBM's own Python package: what they predict, and a hash of their trees.
Writes expected.json and model.txt beside this file."""
import hashlib
import json
import pathlib

import lightgbm
import numpy

SEED, ROWS, TEST_ROWS, ROUNDS = 1130, 160, 30, 6
generator = numpy.random.default_rng(20261130)


def rows(n):
    """Multiples of 1/64, which float32 holds and few digits write; the last column holds codes 0 to 5."""
    numbers = numpy.round(generator.normal(size=(n, 4)) * 64) / 64
    codes = generator.integers(0, 6, size=(n, 1)).astype(float)
    return numpy.hstack([numbers, codes])


X, X_TEST = rows(ROWS), rows(TEST_ROWS)
X_TEST[:3, 4] = [6, 40, 1000]  # codes that train has not
score = X[:, 0] + X[:, 1] ** 2 - numpy.isin(X[:, 4], [1, 4]) * 1.5 + generator.normal(size=ROWS) * 0.3
TARGETS = {
    "multiclass": numpy.digitize(score, [-0.3, 1.0]).astype(float),
    "binary": (score > 0.4).astype(float),
    "regression": numpy.round(score * 64) / 64,
}
HOLES = (generator.random(X.shape) < 0.15).astype(int)
HOLES_TEST = (generator.random(X_TEST.shape) < 0.3).astype(int)
TARGETS["holes"] = HOLES[:, 1].astype(float)

CASES = {
    "multiclass": dict(objective="multiclass"),
    "binary": dict(objective="binary"),
    "regression": dict(objective="regression"),
    "quantile": dict(objective="quantile", alpha=0.9, target="regression"),
    "multiclass, categories": dict(objective="multiclass", categorical_feature=[4]),
    "binary, missing values": dict(objective="binary", missing=True),
    "binary, what is missing tells the class": dict(objective="binary", missing=True, target="holes"),
    "multiclass, categories, missing values": dict(
        objective="multiclass", categorical_feature=[4], missing=True
    ),
    "multiclass, random forest": dict(
        objective="multiclass", boosting="rf", bagging_freq=1, bagging_fraction=0.7, feature_fraction=0.8
    ),
    "regression, random forest": dict(
        objective="regression", boosting="rf", bagging_freq=1, bagging_fraction=0.7
    ),
    "multiclass, extra trees": dict(objective="multiclass", extra_trees=True),
    "multiclass, class weights": dict(objective="multiclass", class_weight=[1.0, 3.0, 0.5]),
    "binary, monotone": dict(objective="binary", monotone_constraints=[1, 0, 0, -1, 0]),
    "regression, all that is drawn and pulled": dict(
        objective="regression", bagging_freq=2, bagging_fraction=0.75, feature_fraction=0.6,
        feature_fraction_bynode=0.7, lambda_l1=0.25, lambda_l2=1.5, path_smooth=2, min_gain_to_split=0.125,
        max_depth=3, max_bin=15,
    ),
}


def work(name, case):
    case = dict(case)
    missing = case.pop("missing", False)
    class_weight = case.pop("class_weight", None)
    target = case.pop("target", case["objective"])
    y = TARGETS[target]
    x, x_test = (
        numpy.where(holes * missing == 1, numpy.nan, x)
        for x, holes in [(X, HOLES), (X_TEST, HOLES_TEST)]
    )
    parameters = dict(
        learning_rate=0.25, num_leaves=6, min_data_in_leaf=5, min_sum_hessian_in_leaf=0.5, seed=SEED,
        deterministic=True, force_row_wise=True, num_threads=1, verbosity=-1,
        **({"num_class": 3} if case["objective"] == "multiclass" else {}), **case,
    )
    categories = parameters.pop("categorical_feature", [])
    data = lightgbm.Dataset(
        x.astype(numpy.float32), y, categorical_feature=categories, params=parameters,
        weight=None if class_weight is None else numpy.array(class_weight)[y.astype(int)],
    )
    booster = lightgbm.train(parameters, data, num_boost_round=ROUNDS)
    text = booster.model_to_string()
    if name == "multiclass, categories, missing values":
        (folder / "model.txt").write_text(text)
    trees = text[text.index("Tree=0\n"):text.index("end of trees")]
    matrix = x_test.astype(numpy.float32)
    return dict(
        name=name, target=target, options=case, categories=categories, class_weight=class_weight, missing=missing,
        trees_sha256=hashlib.sha256(trees.encode()).hexdigest(),
        raw=booster.predict(matrix, raw_score=True).ravel().tolist(),
        predicted=booster.predict(matrix).ravel().tolist(),
        gain=booster.feature_importance("gain").tolist(),
        split=booster.feature_importance("split").tolist(),
    )


folder = pathlib.Path(__file__).parent
document = dict(
    lightgbm=lightgbm.__version__, seed=SEED, n_rounds=ROUNDS, n_features=X.shape[1],
    x=X.ravel().tolist(), x_test=X_TEST.ravel().tolist(),
    holes=HOLES.ravel().tolist(), holes_test=HOLES_TEST.ravel().tolist(),
    targets={name: y.tolist() for name, y in TARGETS.items()},
    cases=[work(*item) for item in CASES.items()],
)
(folder / "expected.json").write_text(json.dumps(document) + "\n")
