/**
 * `node tests/long/mlflow.ts`: tracking against a real MLflow server, which is killed, started again, and asked what
 * it has; models loaded by MLflow's Python. About two minutes on 2 cores, and the installation of MLflow where it is
 * missing, so that it is no part of `npm test`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toLightgbmText } from '../../lib/models/trees/lightgbm-text.ts';
import { walkTrees } from '../../lib/models/trees/walk-trees.ts';
import type { TreeEnsemble } from '../../lib/models/trees/ensemble.ts';
import { createTrackingClient } from '../../lib/tracking/client.ts';
import { deleteExperiment, findExperiment } from '../../lib/tracking/experiments.ts';
import { writeLightgbmModel } from '../../lib/tracking/lightgbm-model.ts';
import { writeMultiModel } from '../../lib/tracking/multi-model.ts';
import { trackRun } from '../../lib/tracking/run.ts';
import type { TrackedRun, Tracking } from '../../lib/tracking/run.ts';
import { uploadQueue } from '../../lib/tracking/upload.ts';
import { assertClose } from '../support/close.ts';
import { makeForest, makeRows } from '../support/forests.ts';
import { findPort, installMlflow, runPython, serveModel, startMlflow } from '../support/mlflow.ts';
import type { MlflowServer } from '../support/mlflow.ts';
import { PROJECT } from '../support/stage-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const store = join(folder, 'server');
const queue = join(folder, 'queue');
const COLUMNS = ['hour_cos_1', 'hour_sin_1', 'lag_1W', 'monday'];
const COMMAND = join(PROJECT, 'lib', 'cli', 'mlflow.ts');

const track = (experiment: string, uri: string | null = server.uri): Tracking => ({
  ...{ uri, experiment, queue },
});

/** What a run has at the server, as MLflow's own client sees it. */
interface SeenRun {
  readonly name: string;
  readonly status: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** The last of each, as Python shows it. */
  readonly metrics: Readonly<Record<string, string>>;
  readonly mae: readonly (readonly [step: number, value: number])[];
  readonly artifacts: readonly string[];
  readonly outputs: number;
}

async function look(experiment: string): Promise<SeenRun[]> {
  const program = `
import json, mlflow
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name(${JSON.stringify(experiment)})
runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"])
def files(run, path=None):
    return [f for a in client.list_artifacts(run, path) for f in (files(run, a.path) if a.is_dir else [a.path])]
print(json.dumps([{
    "name": r.info.run_name, "status": r.info.status, "params": r.data.params, "tags": r.data.tags,
    "metrics": {k: repr(v) for k, v in r.data.metrics.items()},
    "mae": [[m.step, m.value] for m in client.get_metric_history(r.info.run_id, "mae")],
    "artifacts": sorted(files(r.info.run_id)),
    "outputs": len(r.outputs.model_outputs),
} for r in runs]))`;
  return (await runPython(program, server.uri, folder)) as SeenRun[];
}

const logAll = (run: TrackedRun): void => {
  for (let step = 0; step < 5; step++) run.logMetrics({ mae: step / 3 }, step);
  run.setTags({ kind: 'test' });
  run.logText('<p>', 'plots/a.html');
};
const MAE = [0, 1, 2, 3, 4].map((step) => [step, step / 3]);

function predict(forest: TreeEnsemble, rows: readonly (readonly number[])[]): number[] {
  const sums = new Float64Array(rows.length);
  walkTrees(forest, Float32Array.from(rows.flat()), rows.length, sums);
  return Array.from(sums, (sum) => sum / forest.roots.length);
}

const test = suite('long: MLflow');

// not in a hook, whose failure uvu does not tell
await installMlflow();
const port = await findPort();
mkdirSync(store);
let server: MlflowServer = await startMlflow(store, port);
test.after(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('a run has its params, metrics by step, tags, artifacts, and the run nested in it', async () => {
  await trackRun(track('whole'), { name: 'outer', params: { n: 3 } }, async (run) => {
    logAll(run);
    assert.match(run.server()!.artifactUri, /^mlflow-artifacts:/);
    await trackRun(track('whole'), { name: 'inner', parent: run }, async (inner) => {
      inner.logMetrics({ unknown: NaN });
    });
    assert.is(run.server()!.id.length, 32);
  });
  const [outer, inner] = await look('whole');
  assert.equal([outer.name, outer.status, outer.params], ['outer', 'FINISHED', { n: '3' }]);
  assert.equal(outer.mae, MAE);
  assert.is(outer.tags.kind, 'test');
  assert.equal(outer.artifacts, ['plots/a.html']);
  assert.match(inner.tags['mlflow.parentRunId'], /^[0-9a-f]{32}$/);
  assert.equal(inner.metrics, { unknown: 'nan' });
  assert.not.ok(existsSync(queue), 'nothing is left behind');
});

test('a run that throws is FAILED, with its params', async () => {
  const failing = trackRun(track('failed'), { name: 'load', params: { week: 1 } }, async () => {
    throw new Error('no such week');
  });
  assert.is(await failing.catch((error: Error) => error.message), 'no such week');
  const [run] = await look('failed');
  assert.equal([run.status, run.params], ['FAILED', { week: '1' }]);
});

test('a process killed in the middle of a run has left its params; the upload brings the rest', async () => {
  const program = join(PROJECT, 'tests', 'support', 'tracked-run.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(track('killed'))]);
  await new Promise((resolve) => void child.stdout.once('data', resolve));
  child.kill('SIGKILL');
  await new Promise((resolve) => void child.on('close', resolve));
  const [before] = await look('killed');
  assert.equal([before.status, before.params], ['RUNNING', { week: '200' }]);
  assert.is((await uploadQueue(queue, server.uri)).nSent, 1);
  const [after, ...others] = await look('killed');
  assert.equal([after.status, after.mae, after.artifacts], ['KILLED', MAE, ['data/a.csv']]);
  assert.is(others.length, 0);
});

test('a server killed in the middle of a run and started again has lost nothing', async () => {
  await trackRun(track('restarted'), { name: 'train', params: { n: 1 } }, async (run) => {
    run.logMetrics({ mae: 0 }, 0);
    await server.kill();
    for (let step = 1; step < 5; step++) run.logMetrics({ mae: step / 3 }, step);
    server = await startMlflow(store, port);
  });
  const [run] = await look('restarted');
  assert.equal([run.status, run.mae], ['FINISHED', MAE]);
  assert.not.ok(existsSync(queue));
});

test('a server that stays away leaves the run in the queue, from where it goes up once', async () => {
  await trackRun(track('away'), { name: 'train' }, async (run) => {
    run.logMetrics({ mae: 0 }, 0);
    await server.kill();
    for (let step = 1; step < 5; step++) run.logMetrics({ mae: step / 3 }, step);
  });
  assert.is(readdirSync(queue).length, 1);
  server = await startMlflow(store, port);
  for (const nSent of [1, 0]) assert.is((await uploadQueue(queue, server.uri)).nSent, nSent);
  const runs = await look('away');
  assert.equal(runs.map(({ status, mae }) => [status, mae]), [['FINISHED', MAE]]); // prettier-ignore
});

/** An upload that is killed as soon as its n-th request has reached the server; gives its exit code. */
async function uploadKilledAt(n: number): Promise<number | null> {
  let nRequests = 0;
  const proxy = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void forward());
    const forward = async (): Promise<void> => {
      const { method, url } = request;
      const type = request.headers['content-type'];
      const answer = await fetch(server.uri + url!, {
        method,
        headers: type === undefined ? {} : { 'content-type': type },
        body: method === 'GET' ? undefined : Buffer.concat(chunks),
      });
      const text = await answer.text();
      if (++nRequests === n) child.kill('SIGKILL');
      else response.writeHead(answer.status).end(text);
    };
  });
  await new Promise<void>((resolve) => proxy.listen(proxyPort, '127.0.0.1', resolve));
  proxyPort = (proxy.address() as AddressInfo).port;
  const uri = `http://127.0.0.1:${proxyPort}`;
  const args = [COMMAND, '--upload', '--uri', uri, '--queue', queue];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  const code = await new Promise<number | null>((resolve) => void child.on('close', resolve));
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  return code;
}
/** The same for every attempt: another address would be another server. */
let proxyPort = 0;

test('an upload killed after each of its requests loses nothing and doubles nothing', async () => {
  const model = join(folder, 'small');
  const input = { columns: COLUMNS, example: [[0, 1, 2, 3]] };
  writeLightgbmModel(model, toLightgbmText(makeForest(1, { nTrees: 1 }), COLUMNS), input);
  for (const name of ['a', 'b']) {
    await trackRun(track('offline', null), { name, params: { n: 1 } }, async (run) => {
      logAll(run);
      run.logModel(model, 'simple_model');
    });
  }
  const codes: (number | null)[] = [];
  for (let n = 1; codes.at(-1) !== 0; n++) {
    // each attempt gets one request further than it must, so that there is an end
    codes.push(await uploadKilledAt(1 + Math.ceil(n / 2)));
    assert.ok(n < 200, 'an end');
  }
  assert.ok(codes.length > 10, `${codes.length} attempts`);
  const runs = await look('offline');
  assert.equal(
    runs.map(({ name, status, mae, artifacts, outputs }) => [
      name,
      status,
      mae,
      artifacts,
      outputs,
    ]),
    ['a', 'b'].map((name) => [name, 'FINISHED', MAE, runs[0].artifacts, 1]),
  );
  const models = `
import json, mlflow
client = mlflow.MlflowClient()
e = client.get_experiment_by_name("offline").experiment_id
print(json.dumps([m.status.value for m in client.search_logged_models([e])]))`;
  assert.equal(await runPython(models, server.uri, folder), ['READY', 'READY']);
  assert.not.ok(existsSync(queue));
});

test('MLflow loads both models, and predicts what ours predict', async () => {
  const forests = [1, 2, 3].map((seed) => makeForest(seed));
  const [single, ...others] = forests;
  const rows = makeRows(single, 200, 4);
  const input = { columns: COLUMNS, example: rows.slice(0, 2) };
  writeLightgbmModel(join(folder, 'simple'), toLightgbmText(single, COLUMNS), input);
  writeMultiModel(join(folder, 'multi'), { single, others }, input);
  const id = await trackRun(track('models'), { name: 'train' }, async (run) => {
    run.logModel(join(folder, 'simple'), 'simple_model');
    run.logModel(join(folder, 'multi'), 'multi_model');
    return run.server()!.id;
  });
  const program = `
import json, mlflow, pandas as pd
table = pd.DataFrame(${JSON.stringify(rows)}, columns=${JSON.stringify(COLUMNS)}, dtype=float)
load = lambda name: mlflow.pyfunc.load_model(f"runs:/${id}/{name}")
multi = load("multi_model").predict(table)
print(json.dumps([load("simple_model").predict(table).tolist(), *(multi[c].tolist() for c in multi)]))`;
  const seen = (await runPython(program, server.uri, folder)) as number[][];
  const all = forests.map((forest) => predict(forest, rows));
  const [plain] = all;
  const cut = (values: number[]): number[] => values.map((value) => Math.max(0, value));
  const over = (f: (...values: number[]) => number): number[] =>
    rows.map((_, i) => f(...all.map((values) => Math.max(0, values[i]))));
  const expected = [plain, cut(plain), over(Math.min), over(Math.max)];
  expected.forEach((values, k) => assertClose(seen[k], values, 1e-12));

  const served = await serveModel(server.uri, `runs:/${id}/multi_model`, store, await findPort());
  try {
    const answer = await fetch(`${served.uri}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dataframe_split: { columns: COLUMNS, data: rows.slice(0, 1) } }),
    });
    const { predictions } = (await answer.json()) as { predictions: Record<string, number>[] };
    const wanted = [1, 2, 3].map((k) => expected[k][0]);
    const { prediction, minimum, maximum } = predictions[0];
    assertClose([prediction, minimum, maximum], wanted, 1e-12);
  } finally {
    await served.kill();
  }
});

test('an experiment goes to the trash, is refused there, and can be had anew once it is purged', async () => {
  const client = createTrackingClient(server.uri);
  const run = (): Promise<string> =>
    trackRun(track('models'), { name: 'again' }, async (tracked) => tracked.server()!.experimentId);
  const { id } = (await findExperiment(client, 'models'))!;
  assert.ok(await deleteExperiment(client, 'models'));
  assert.not.ok(await deleteExperiment(client, 'models'), 'once');
  assert.match(await run().catch((error: Error) => error.message), 'must not be in the trash');
  assert.not.ok(existsSync(queue), 'nothing waits for an experiment in the trash');
  const purge = [join(PROJECT, 'setup', 'mlflow.mjs'), '--purge', 'models', '--folder', store];
  const child = spawn(process.execPath, purge, { stdio: ['ignore', 'ignore', 'inherit'] });
  assert.is(await new Promise((resolve) => void child.on('close', resolve)), 0);
  assert.is(await findExperiment(client, 'models'), null);
  assert.not.ok(existsSync(join(store, 'artifacts', id)));
  assert.match(await run(), /^\d+$/);
});

test('npm run mlflow says where it serves, and ends with everything that it started', async () => {
  const own = await findPort();
  const args = [join(PROJECT, 'setup', 'mlflow.mjs'), '--port', String(own)];
  const child = spawn(process.execPath, [...args, '--folder', join(folder, 'other')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise((resolve) => void child.stdout.once('data', resolve));
  assert.match(String(line), `http://127.0.0.1:${own}`);
  child.kill('SIGINT');
  assert.is(await new Promise((resolve) => void child.on('close', resolve)), 0);
  const gone = await fetch(`http://127.0.0.1:${own}/health`).catch(() => 'gone');
  assert.is(gone, 'gone');
});

test.run();
