"""The pipeline of the restaurants as scripts of pandas, scikit-learn and MLflow: a process and a run for each step.

Each step logs its params first, then works, then logs what it wrote. `folds` measures without a server, on the training
set of a folder, the MAE of a random forest in each fold, the mean over so many seeds, and prints one JSON document.

Usage: python restaurants_mlflow.py load|features|validate|train|future|predict FOLDER --batches DIR --uri URI
       python restaurants_mlflow.py folds FOLDER [--seeds 20]
"""

import argparse
import json
import os
import platform
from importlib.metadata import version

STEPS = ("load", "features", "validate", "train", "future", "predict")
EXPERIMENT = "foodcast"
ORDER_COLUMNS = {1: "Order Number", 2: "Order ID"}
WINDOW = {"start_week": 180, "end_week": 200}
NEXT_WEEK = {"next_week": 201}
FORESTS = {"n_estimators": 10, "n_models": 10}
N_FOLD = 10
DEGREE = 1
LAG_IN_WEEK = 1
HOURS_OF_WEEK = 168

PARAMS = {
    "load": WINDOW,
    "features": WINDOW,
    "validate": {**WINDOW, "n_fold": N_FOLD, **FORESTS},
    "train": {**WINDOW, **FORESTS},
    "future": NEXT_WEEK,
    "predict": {**NEXT_WEEK, **WINDOW, **FORESTS},
}


def read_week(batches, restaurant, week):
    """One row an order: its date, and what it brought in."""
    import pandas as pd

    order = ORDER_COLUMNS[restaurant]
    table = pd.read_csv(
        os.path.join(batches, f"restaurant_{restaurant}_week_{week:03d}.csv"),
        usecols=[order, "Order Date", "Quantity", "Product Price"],
        parse_dates=["Order Date"],
    )
    table["cash_in"] = table["Quantity"] * table["Product Price"]
    orders = table.groupby(order).agg(order_date=("Order Date", "first"), cash_in=("cash_in", "sum"))
    return orders.reset_index(drop=True)


def read_hours(batches, weeks):
    """Turnover by the hour from the first order to the last."""
    import pandas as pd

    orders = pd.concat([read_week(batches, restaurant, week) for week in weeks for restaurant in ORDER_COLUMNS])
    return orders.set_index("order_date").resample("h")["cash_in"].sum()


def add_features(hours):
    """Weekday dummies without Monday, the hour on a circle, the same hour of weeks before."""
    import numpy as np
    import pandas as pd

    weekday = pd.Categorical(hours.index.day_of_week, categories=range(7))
    table = pd.get_dummies(weekday, prefix="weekday", drop_first=True, dtype=float).set_index(hours.index)
    angle = 2 * np.pi * hours.index.hour / 24
    for i in range(1, DEGREE + 1):
        table[f"hour_cos_{i}"] = np.cos(i * angle)
        table[f"hour_sin_{i}"] = np.sin(i * angle)
    for n in range(1, LAG_IN_WEEK + 1):
        table[f"lag_{n}W"] = hours.shift(n * HOURS_OF_WEEK)
    return table


def fit_forests(x, y, seed=0):
    """A plain forest, and others each on a bootstrap sample of its own."""
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    single = RandomForestRegressor(FORESTS["n_estimators"], random_state=seed).fit(x, y)
    others = []
    for k in range(1, FORESTS["n_models"] + 1):
        rows = np.random.default_rng([seed, k]).integers(len(x), size=len(x))
        forest = RandomForestRegressor(FORESTS["n_estimators"], random_state=1000 * seed + k)
        others.append(forest.fit(x.iloc[rows], y.iloc[rows]))
    return single, others


def predict_forests(forests, x):
    """Shape (n_models + 1, n_rows), cut at 0."""
    import numpy as np

    single, others = forests
    return np.maximum(0, np.stack([forest.predict(x) for forest in (single, *others)]))


def write_chart(path, index, lines):
    import plotly.graph_objects as go

    figure = go.Figure([go.Scatter(x=index, y=values, name=name) for name, values in lines.items()])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    figure.write_html(path)


def read_indexed(path):
    import pandas as pd

    return pd.read_csv(path, index_col="order_date", parse_dates=True)


def write_csv(table, path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    table.to_csv(path, index_label="order_date")


def read_training_set():
    x = read_indexed("training_set/x_train.csv")
    return x, read_indexed("training_set/y_train.csv")["cash_in"]


def load(mlflow, batches):
    hours = read_hours(batches, range(WINDOW["start_week"], WINDOW["end_week"] + 1))
    write_csv(hours.to_frame(), "data/data.csv")
    mlflow.log_artifact("data/data.csv", "data")


def features(mlflow, batches):
    hours = read_indexed("data/data.csv")["cash_in"]
    x = add_features(hours).dropna()
    write_csv(x, "training_set/x_train.csv")
    write_csv(hours.loc[x.index].to_frame(), "training_set/y_train.csv")
    mlflow.log_artifacts("training_set", "training_set")


def validate(mlflow, batches):
    import pandas as pd
    from sklearn.metrics import mean_absolute_error
    from sklearn.model_selection import TimeSeriesSplit

    x, y = read_training_set()
    folds = []
    for step, (train, test) in enumerate(TimeSeriesSplit(N_FOLD).split(x)):
        every = predict_forests(fit_forests(x.iloc[train], y.iloc[train]), x.iloc[test])
        minimum, maximum = every.min(axis=0), every.max(axis=0)
        actual = y.iloc[test]
        metrics = {f"MAE{k}": mean_absolute_error(actual, values) for k, values in enumerate(every)}
        metrics["MAE_MIN"] = mean_absolute_error(actual, minimum)
        metrics["MAE_MAX"] = mean_absolute_error(actual, maximum)
        mlflow.log_metrics(metrics, step=step)
        columns = {"y_true": actual, "y_pred": every[0], "y_pred_min": minimum, "y_pred_max": maximum, "fold": step}
        folds.append(pd.DataFrame(columns, index=actual.index))
    predictions = pd.concat(folds)
    write_csv(predictions, "cross_validation/predictions.csv")
    write_chart("plots/validation.html", predictions.index, predictions.drop(columns="fold"))
    mlflow.log_artifacts("cross_validation", "cross_validation")
    mlflow.log_artifact("plots/validation.html", "plots")


def train(mlflow, batches):
    import sklearn
    from mlflow.models import infer_signature

    class MultiModel(mlflow.pyfunc.PythonModel):
        def __init__(self, forests):
            self.forests = forests

        def predict(self, context, model_input, params=None):
            import numpy as np
            import pandas as pd

            single, others = self.forests
            every = np.maximum(0, np.stack([forest.predict(model_input) for forest in (single, *others)]))
            columns = {"prediction": every[0], "minimum": every.min(axis=0), "maximum": every.max(axis=0)}
            return pd.DataFrame(columns, index=model_input.index)

    x, y = read_training_set()
    forests = fit_forests(x, y)
    # requirements that are given need not be inferred, which would load both models once more
    common = {"pip_requirements": [f"scikit-learn=={sklearn.__version__}"]}
    signature = infer_signature(x, forests[0].predict(x))
    trusted = ["sklearn.tree._tree.Tree"]
    mlflow.sklearn.log_model(forests[0], name="simple_model", signature=signature, skops_trusted_types=trusted, **common)
    multi = MultiModel(forests)
    signature = infer_signature(x, multi.predict(None, x))
    mlflow.pyfunc.log_model(name="multi_model", python_model=multi, signature=signature, **common)


def future(mlflow, batches):
    import pandas as pd

    hours = read_indexed("data/data.csv")["cash_in"]
    midnight = hours.index[-1].floor("D") + pd.Timedelta(days=1)
    week = pd.date_range(midnight, periods=HOURS_OF_WEEK, freq="h")
    last = hours.reindex(week - pd.Timedelta(weeks=1), fill_value=0)
    x = add_features(pd.concat([last, pd.Series(0.0, index=week, name="cash_in")])).loc[week]
    write_csv(x, "prediction_set/x_pred.csv")
    mlflow.log_artifact("prediction_set/x_pred.csv", "prediction_set")


def predict(mlflow, batches):
    experiment = mlflow.get_experiment_by_name(EXPERIMENT).experiment_id
    [run] = mlflow.search_runs(
        [experiment],
        "attributes.run_name = 'train' and attributes.status = 'FINISHED'",
        max_results=1,
        order_by=["attributes.start_time DESC"],
        output_format="list",
    )
    models = {name: mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/{name}") for name in ("simple_model", "multi_model")}
    x = read_indexed("prediction_set/x_pred.csv")
    y = models["multi_model"].predict(x)
    y["prediction"] = models["simple_model"].predict(x).clip(min=0)
    write_csv(y, "predictions/y_pred.csv")
    actual = read_hours(batches, [NEXT_WEEK["next_week"]]).reindex(y.index, fill_value=0)
    write_chart("plots/predictions.html", y.index, {**y, "truth": actual})
    mlflow.log_artifact("predictions/y_pred.csv", "predictions")
    mlflow.log_artifact("plots/predictions.html", "plots")


def run_step(step, folder, batches, uri):
    import mlflow

    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=step):
        mlflow.log_params(PARAMS[step])
        globals()[step](mlflow, batches)


def measure_folds(folder, n_seeds):
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import TimeSeriesSplit

    os.chdir(folder)
    x, y = read_training_set()
    errors = np.zeros((N_FOLD, n_seeds))
    for k, (train, test) in enumerate(TimeSeriesSplit(N_FOLD).split(x)):
        for seed in range(n_seeds):
            forest = RandomForestRegressor(FORESTS["n_estimators"], random_state=seed)
            predicted = forest.fit(x.iloc[train], y.iloc[train]).predict(x.iloc[test])
            errors[k, seed] = np.abs(np.maximum(0, predicted) - y.iloc[test]).mean()
    packages = ("pandas", "scikit-learn", "mlflow", "plotly")
    versions = {"python": platform.python_version(), **{name: version(name) for name in packages}}
    print(json.dumps({"versions": versions, "mae": errors.mean(axis=1).tolist()}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=(*STEPS, "folds"))
    parser.add_argument("folder")
    parser.add_argument("--batches", help="folder of the CSV of each restaurant and week")
    parser.add_argument("--uri", help="address of the MLflow server")
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    if given.step == "folds":
        measure_folds(given.folder, given.seeds)
    else:
        run_step(given.step, given.folder, given.batches, given.uri)


if __name__ == "__main__":
    main()
