/**
 * The model server against MLflow's own, `mlflow models serve`: an equal LightGBM model of Covertype's 54 columns, the
 * same rows in the same bodies, as many connections; rounds alternate, and the load generator runs beside each.
 *
 * `--in` names a folder with train.parquet and test.parquet of Covertype. `PEERS_PYTHON` names a Python that has MLflow
 * and LightGBM; else .venv-bench/bin/python serves. With `--check` it fails below 10 times the requests a second, for an
 * error, or for a probability that is not MLflow's, rounded to single precision. The limit is that of single rows: of a
 * hundred, the trees take most of the time on both sides.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { withDatabase } from '../lib/data/database.ts';
import { openTable } from '../lib/data/tables.ts';
import { assembleBundle, describeInput } from '../lib/models/assemble-bundle.ts';
import { writeBundle } from '../lib/models/bundle.ts';
import { fitModel } from '../lib/models/fit-model.ts';
import { lightgbmText } from '../lib/models/lightgbm/state.ts';
import { TRAIN_SCHEMA } from '../lib/models/train-params.ts';
import { resolveParams } from '../lib/params/resolve.ts';
import { createRng } from '../lib/rng.ts';
import { findClasses, labelExpression } from '../lib/tensors/classes.ts';
import { streamBlocks } from '../lib/tensors/row-blocks.ts';
import { writeLightgbmModel } from '../lib/tracking/lightgbm-model.ts';
import { watchProcesses } from './process-usage.ts';
import { describeMachine, median, printResults } from './report.ts';
import { startServer, stopServer } from './sales-load.ts';
import { showNoProgress } from '../lib/progress.ts';

const N_TRAIN = 60_000;
const N_BODIES = 200;
const LIGHTGBM = { num_leaves: 31, num_iterations: 100, learning_rate: 0.1 };
const LIMIT = 10;
const CASES = [
  { rows: 1, connections: 1 },
  { rows: 1, connections: 16 },
  { rows: 100, connections: 4 },
];

const { values: flags } = parseArgs({
  options: {
    in: { type: 'string', default: 'data/split' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean' },
    check: { type: 'boolean' },
  },
});
const [train, test] = ['train', 'test'].map((name) => join(flags.in, `${name}.parquet`));
if (!existsSync(train) || !existsSync(test)) {
  process.stdout.write(`left out: no ${train} and ${test}\n`);
  process.exit();
}
const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const bundleFile = join(folder, 'model.safetensors');
const mlflowFolder = join(folder, 'mlflow-model');
const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');

/** Trains the model and writes it for both; gives bodies of test rows. */
async function prepare(): Promise<Record<number, string[]>> {
  return await withDatabase({ threads: 2, memoryMb: 1024 }, async (database) => {
    const whole = await openTable(database, train, 'train');
    const raw = { ...whole, sql: `(SELECT * FROM ${whole.sql} LIMIT ${N_TRAIN})` };
    const [target, id] = ['Cover_Type', 'row_id'];
    const columns = raw.columns.map(({ name }) => name).filter((name) => ![target, id].includes(name)); // prettier-ignore
    const { classes, nSamples } = await findClasses(database, raw, target);
    const features = new Float32Array(nSamples * columns.length);
    const labels = new Int32Array(nSamples);
    let end = 0;
    for await (const block of streamBlocks(
      database,
      raw,
      columns,
      labelExpression(target, classes),
    )) {
      features.set(block.features, end * columns.length);
      labels.set(block.labels, end);
      end += block.labels.length;
    }
    const rows = { nSamples, features, labels };
    const sources = [{ name: 'this benchmark', values: { lightgbm: LIGHTGBM } }];
    const { params } = resolveParams({
      params: { schema: TRAIN_SCHEMA, prefix: 'train', sources },
    });
    const machine = { threads: 2, warn: () => {} };
    const data = {
      ...{ columns, nClasses: classes.length, classWeight: null },
      train: rows,
      valid: rows,
    };
    const { fitted } = await fitModel('lightgbm', data, params, {
      ...{ ...machine, info: () => {}, onStep: () => 'go on', checkpoint: () => null },
      startProgress: showNoProgress,
      rng: (purpose) => createRng(1, 'bench', purpose),
      signal: new AbortController().signal,
    });
    const facts = {
      preprocessing: { columns: null, features: null, scaler: null },
      ...{ classes, classNames: {}, threshold: null, priorCorrection: null },
      ...{ versions: {}, dataHashes: {} },
    };
    const input = describeInput(raw, columns, { ...facts, target, id });
    const bundle = await assembleBundle(
      { ...facts, ...input, model: fitted },
      raw,
      database,
      machine,
    );
    writeBundle(bundleFile, bundle);
    const sent = await openTable(database, test, 'test');
    const list = columns.map((name) => `"${name}"`).join(', ');
    const found = await database.query(`SELECT ${list} FROM ${sent.sql} LIMIT ${N_BODIES}`);
    const cells = found.map((row) => columns.map((name) => Number(row[name])));
    const text = new TextDecoder().decode(lightgbmText(fitted));
    writeLightgbmModel(mlflowFolder, text, { columns, example: cells.slice(0, 1) });
    const toBody = (data: number[][]): string =>
      JSON.stringify({ dataframe_split: { columns, data } });
    return {
      1: cells.map((row) => toBody([row])),
      100: [toBody(cells.slice(0, 100)), toBody(cells.slice(100))],
    };
  });
}

interface Server {
  /** Of its scoring. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startOurs(): Promise<Server> {
  const args = [resolve('stages/serve.ts'), '--model', bundleFile, '--port', '0'];
  const { child, url } = await startServer(process.execPath, args, folder);
  const stop = async (): Promise<void> => await stopServer(child);
  return { url: `${url}/invocations?predict_method=predict_proba`, pid: child.pid!, stop };
}

async function startMlflow(): Promise<Server> {
  const port = await findPort();
  const args = ['-m', 'mlflow', 'models', 'serve', '-m', mlflowFolder, '--env-manager', 'local'];
  const child = spawn(python, [...args, '-p', String(port)], {
    ...{ cwd: folder, detached: true, stdio: 'ignore' },
    env: {
      ...process.env,
      // it starts uvicorn by its name
      PATH: [dirname(python), process.env.PATH].join(delimiter),
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_TRACKING_URI: `sqlite:///${join(folder, 'mlflow.db')}`,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await whenUp(child, `${url}/ping`);
  return { url: `${url}/invocations`, pid: child.pid!, stop: async () => await endGroup(child) };
}

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function whenUp(child: ChildProcess, url: string): Promise<void> {
  while (child.exitCode === null) {
    if (await fetch(url).then(({ ok }) => ok, () => false)) return; // prettier-ignore
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error(
    `${python} -m mlflow models serve ended; PEERS_PYTHON must have mlflow and lightgbm`,
  );
}

/** It starts processes too, and all of them must end. */
async function endGroup(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.on('close', done));
  process.kill(-child.pid!, 'SIGTERM');
  await ended;
}

interface Run {
  readonly perSecond: number;
  readonly p99: number;
  readonly errors: number;
  /** Of the processor, for each request. */
  readonly cpuMs: number;
}

async function load(
  { url, pid }: Server,
  { rows, connections }: (typeof CASES)[number],
): Promise<Run> {
  const requests = bodies[rows].map((body) => ({ body }));
  const headers = { 'content-type': 'application/json' };
  const options = { url, connections, headers, requests, method: 'POST' } as const;
  await autocannon({ ...options, duration: 1 }); // warms it up
  const watch = watchProcesses(pid);
  const result = await autocannon({ ...options, duration: Number(flags.seconds) });
  const { cpuPercent } = watch.stop();
  const perSecond = result.requests.total / result.duration;
  return {
    perSecond,
    p99: result.latency.p99,
    errors: result.errors + result.timeouts + result.non2xx,
    cpuMs: (10 * cpuPercent) / perSecond,
  };
}

async function predict({ url }: Server): Promise<number[]> {
  const found: number[][] = [];
  for (const body of bodies[100]) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body });
    const { predictions } = (await response.json()) as { predictions: number[][] };
    found.push(...predictions);
  }
  return found.flat();
}

const bodies = await prepare();
const runs: Record<'ours' | 'mlflow', Run[][]> = { ours: [], mlflow: [] };
const predicted: Record<'ours' | 'mlflow', number[]> = { ours: [], mlflow: [] };
for (let round = 0; round < Number(flags.rounds); round++) {
  for (const [name, start] of [
    ['ours', startOurs],
    ['mlflow', startMlflow],
  ] as const) {
    // prettier-ignore
    const server = await start();
    try {
      predicted[name] = await predict(server);
      const results: Run[] = [];
      for (const given of CASES) results.push(await load(server, given));
      runs[name].push(results);
    } finally {
      await server.stop();
    }
  }
}
rmSync(folder, { recursive: true });
const versions = 'import mlflow, lightgbm; print(mlflow.__version__, lightgbm.__version__)';
const [mlflow, lightgbm] = execFileSync(python, ['-c', versions], { encoding: 'utf8' }).trim().split(' '); // prettier-ignore
const nEqual = predicted.ours.filter((p, i) => p === Math.fround(predicted.mlflow[i])).length;
const table = CASES.map(({ rows, connections }, i) => {
  const of = (name: keyof typeof runs, key: keyof Run): number => median(runs[name].map((run) => run[i][key])); // prettier-ignore
  return {
    case: `${rows} ${rows === 1 ? 'row' : 'rows'}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
    per_second: of('ours', 'perSecond'),
    mlflow: of('mlflow', 'perSecond'),
    ratio: of('ours', 'perSecond') / of('mlflow', 'perSecond'),
    ...{ p99_ms: of('ours', 'p99'), p99_ms_mlflow: of('mlflow', 'p99') },
    ...{ cpu_ms: of('ours', 'cpuMs'), cpu_ms_mlflow: of('mlflow', 'cpuMs') },
    errors: Object.values(runs).flat().reduce((sum, run) => sum + run[i].errors, 0), // prettier-ignore
  };
});
printResults(
  'Requests a second to a LightGBM model of 54 columns, against mlflow models serve',
  describeMachine({
    ...{ mlflow, lightgbm, mlflow_workers: 1 },
    ...{ trees: 7 * LIGHTGBM.num_iterations, rounds: flags.rounds, seconds: flags.seconds },
    equal_probabilities: `${nEqual} of ${predicted.ours.length}`,
  }),
  table,
);
const holds = table.every(({ ratio, errors }, i) => errors === 0 && (CASES[i].rows > 1 || ratio >= LIMIT)); // prettier-ignore
if (flags.check && (!holds || nEqual < predicted.ours.length)) process.exitCode = 1;
