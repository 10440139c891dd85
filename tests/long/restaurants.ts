/**
 * `node tests/long/restaurants.ts`: the restaurants' pipeline on made orders, its runs at a real MLflow server, both of
 * its models loaded and asked by MLflow's Python. Half a minute on 2 cores, and the installation of MLflow where it is
 * missing, so that it is no part of `npm test`.
 */
import { parse } from 'csv-parse/sync';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../support/close.ts';
import { findPort, installMlflow, runPython, startMlflow } from '../support/mlflow.ts';
import { makeWeeks } from '../support/restaurants.ts';
import { runStage } from '../support/stage-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const store = join(folder, 'server');
const STEPS = ['load', 'features', 'cross-validate', 'train', 'future', 'predict'];
const WINDOW = { start_week: '196', end_week: '200' };
const FORESTS = { n_estimators: '5', n_models: '3' };

interface SeenRun {
  readonly name: string;
  readonly status: string;
  readonly params: Readonly<Record<string, string>>;
  /** By name: [step, value] of each. */
  readonly metrics: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly artifacts: readonly string[];
}

const LOOK = `
import json, mlflow
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("foodcast")
def files(run, path=None):
    return [f for a in client.list_artifacts(run, path) for f in (files(run, a.path) if a.is_dir else [a.path])]
print(json.dumps([{
    "name": r.info.run_name, "status": r.info.status, "params": r.data.params,
    "metrics": {m: [[v.step, v.value] for v in client.get_metric_history(r.info.run_id, m)] for m in r.data.metrics},
    "artifacts": sorted(files(r.info.run_id)),
} for r in client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"])]))`;

/** What both models say of the features of the week, by the names of the columns that y_pred.csv has. */
const ASK = (x: string): string => `
import json, mlflow, pandas as pd
[run] = mlflow.search_runs(experiment_names=["foodcast"], filter_string="attributes.run_name = 'train'", output_format="list")
table = pd.read_csv(${JSON.stringify(x)}, index_col="order_date", parse_dates=True)
load = lambda name: mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/{name}")
simple, multi = load("simple_model"), load("multi_model")
assert "lightgbm" in simple.metadata.flavors, simple.metadata.flavors
assert "code" in multi.metadata.flavors["python_function"], "multi_model ships its code"
answer = multi.predict(table)
print(json.dumps({"simple": simple.predict(table).tolist(), **{c: answer[c].tolist() for c in answer}}))`;

const test = suite('long: pipeline restaurants with MLflow');

// not in a hook, whose failure uvu does not tell
await installMlflow();
mkdirSync(store);
const server = await startMlflow(store, await findPort());
test.after(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('runs from load to predict without a word of warning', () => {
  makeWeeks(join(folder, 'data', 'raw', 'foodcast'), [196, 197, 198, 199, 200, 201]);
  const params = {
    base: { seed: 1 },
    tracking: { uri: server.uri, experiment: 'foodcast', queue: 'queue' },
    window: { start_week: 196, end_week: 200, next_week: 201 },
    'cross-validate': { n_fold: 3 },
    train: { n_estimators: 5, n_models: 3 },
  };
  writeFileSync(join(folder, 'params.yaml'), JSON.stringify(params));
  for (const step of STEPS) {
    const { code, stderr } = runStage(`pipelines/restaurants/${step}`, [], folder);
    assert.is(code, 0, stderr);
    assert.is(stderr, '');
  }
});

test('every step is a run with its params, metrics and artifacts, and leaves nothing behind', async () => {
  const runs = (await runPython(LOOK, server.uri, folder)) as SeenRun[];
  assert.equal(
    runs.map(({ name, status, params, artifacts }) => [name, status, params, artifacts]),
    [
      ['load', 'FINISHED', WINDOW, ['data/data.csv']],
      ['features', 'FINISHED', WINDOW, ['training_set/x_train.csv', 'training_set/y_train.csv']],
      [
        ...['validate', 'FINISHED', { ...WINDOW, n_fold: '3', ...FORESTS }],
        ['cross_validation/predictions.csv', 'plots/validation.html'],
      ],
      ['train', 'FINISHED', { ...WINDOW, ...FORESTS }, runs[3].artifacts],
      ['future', 'FINISHED', { next_week: '201' }, ['prediction_set/x_pred.csv']],
      [
        ...['predict', 'FINISHED', { next_week: '201', ...WINDOW, ...FORESTS }],
        ['plots/predictions.html', 'predictions/y_pred.csv'],
      ],
    ],
  );
  const { metrics } = runs[2];
  assert.equal(Object.keys(metrics).toSorted(), ['MAE0', 'MAE1', 'MAE2', 'MAE3', 'MAE_MAX', 'MAE_MIN']); // prettier-ignore
  for (const [name, values] of Object.entries(metrics)) {
    assert.equal(values.map(([step]) => step), [0, 1, 2], name); // prettier-ignore
    assert.ok(values.every(([, value]) => value > 0));
  }
  assert.not.ok(existsSync(join(folder, 'queue')));
  assert.not.ok(existsSync(join(folder, 'mlruns')));
});

test('MLflow loads both models, and predicts what the pipeline predicted', async () => {
  const ask = ASK(join(folder, 'data', 'prediction_set', 'x_pred.csv'));
  const seen = (await runPython(ask, server.uri, folder)) as Record<string, number[]>;
  const text = readFileSync(join(folder, 'data', 'predictions', 'y_pred.csv'));
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  assert.is(rows.length, 168);
  for (const [column, of] of [
    ['prediction', 'simple'],
    ...['prediction', 'minimum', 'maximum'].map((name) => [name, name]),
  ]) {
    assertClose(seen[of], rows.map((row) => Number(row[column])), 1e-12); // prettier-ignore
  }
});

test.run();
