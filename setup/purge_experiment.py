"""Removes an experiment that is in the trash for good, with its runs, models and artifacts.

MLflow's REST API cannot: this goes to the store itself, as `mlflow gc` does.

    python purge_experiment.py STORE ARTIFACTS NAME
"""

import shutil
import sys
from pathlib import Path

from mlflow.entities import LifecycleStage, ViewType
from mlflow.store.tracking.dbmodels.models import SqlLoggedModel
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

store_uri, artifacts, name = sys.argv[1:]
store = SqlAlchemyStore(store_uri, "mlflow-artifacts:/")
experiment = store.get_experiment_by_name(name)
if experiment is None:
    sys.exit(f"the experiment must exist; got {name}, which the store does not have")
if experiment.lifecycle_stage != LifecycleStage.DELETED:
    sys.exit(f"the experiment must be in the trash; got {name}, which --delete puts there")
number = experiment.experiment_id
shutil.rmtree(Path(artifacts, number), ignore_errors=True)
runs = True
while runs:
    runs = store.search_runs([number], "", ViewType.ALL, max_results=1000)
    for run in runs:
        store._hard_delete_run(run.info.run_id)
with store.ManagedSessionMaker(read_only=False) as session:
    models = [m.model_id for m in session.query(SqlLoggedModel).filter_by(experiment_id=int(number))]
for model in models:
    store._hard_delete_logged_model(model)
store._hard_delete_experiment(number)
