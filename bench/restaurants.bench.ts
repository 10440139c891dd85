/**
 * The forecast of the restaurants from load to predict, against the same steps in pandas, scikit-learn and MLflow's
 * Python: each step a process and a run at the same MLflow server, from the start of its process to its end. Steps
 * alternate, ours and theirs, so that both see the same machine; the server is not counted.
 *
 * The forests' error in each fold is compared too, as the mean over seeds: that of a forest of 10 trees varies.
 *
 * `PEERS_PYTHON` names a Python that has pandas, scikit-learn, mlflow and plotly; else .venv-bench/bin/python serves.
 * The orders are those that `npx dvc repro pipelines/restaurants/dvc.yaml:fetch` brings; `--in FOLDER` names others.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { readTrainingSet } from '../lib/data/restaurant-tables.ts';
import { crossValidateMultiModel } from '../lib/forecasting/restaurants/cross-validate.ts';
import { createRng } from '../lib/rng.ts';
import { findPort, installMlflow, startMlflow } from '../tests/support/mlflow.ts';
import { measureStage } from './measure-stage.ts';
import { describeMachine, median, printResults } from './report.ts';
import { showNoProgress } from '../lib/progress.ts';

const HOME = 'pipelines/restaurants';
const N_ROUNDS = 3;
const N_SEEDS = 20;
/** How many times as fast, and how far the error of a fold may be away. */
const LIMITS = { speed: 5, error: 0.05 };
/** Our step by the name of theirs. */
const STEPS = {
  ...{ load: 'load', features: 'features', validate: 'cross-validate' },
  ...{ train: 'train', future: 'future', predict: 'predict' },
} as const;
type Step = keyof typeof STEPS;
type Seconds = Readonly<Record<Step, number>>;
interface PeerFolds {
  readonly versions: Readonly<Record<string, string>>;
  readonly mae: number[];
}

const { values: flags } = parseArgs({
  options: {
    in: { type: 'string', default: `${HOME}/data/raw/foodcast` },
    json: { type: 'boolean' },
    check: { type: 'boolean' },
  },
});
const orders = resolve(flags.in);
const params = parse(readFileSync(join(HOME, 'params.yaml'), 'utf8')) as Record<string, object>;

function runPython(step: string, ...args: readonly string[]): string {
  const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
  const script = fileURLToPath(new URL('peers/restaurants_mlflow.py', import.meta.url));
  const command = [script, step, theirFolder, ...args];
  const { status, stdout, stderr } = spawnSync(python, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${python} ${script} ended with ${status}: ${stderr}`);
  return stdout;
}

function runOurs(step: Step): number {
  const orderArgs = { load: ['--in', orders], predict: ['--orders', orders] };
  const args = orderArgs[step as keyof typeof orderArgs] ?? [];
  return measureStage(STEPS[step], args, ourFolder, HOME).seconds;
}

function runTheirs(step: Step, uri: string): number {
  const begin = performance.now();
  runPython(step, '--batches', orders, '--uri', uri);
  return (performance.now() - begin) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const [ourFolder, theirFolder, store] = ['ours', 'theirs', 'store'].map((name) => {
  mkdirSync(join(folder, name));
  return join(folder, name);
});

/** The MAE of each fold, mean over the seeds. */
async function measureFolds(): Promise<number[]> {
  const set = readTrainingSet({
    x: join(ourFolder, 'data/training_set/x_train.csv'),
    y: join(ourFolder, 'data/training_set/y_train.csv'),
  });
  const errors: number[] = [];
  for (let seed = 0; seed < N_SEEDS; seed++) {
    await crossValidateMultiModel(
      set,
      { nFold: 10, nEstimators: 10, nModels: 0 },
      {
        rng: (purpose) => createRng(seed, 'bench', purpose),
        signal: new AbortController().signal,
        progress: showNoProgress,
        onFold: ({ metrics }, k) => (errors[k] = (errors[k] ?? 0) + metrics.MAE0 / N_SEEDS),
      },
    );
  }
  return errors;
}

const names = Object.keys(STEPS) as Step[];
const ours: Seconds[] = [];
const theirs: Seconds[] = [];
let folds: { readonly errors: number[]; readonly theirs: PeerFolds } | null = null;
await installMlflow();
const server = await startMlflow(store, await findPort());
try {
  const tracking = { uri: server.uri, experiment: 'ours', queue: 'queue' };
  writeFileSync(join(ourFolder, 'params.yaml'), stringify({ ...params, tracking }));
  // the first round warms the server and the caches up
  for (let round = 0; round <= N_ROUNDS; round++) {
    const pairs = names.map((step) => [runOurs(step), runTheirs(step, server.uri)] as const);
    if (round === 0) continue;
    const secondsOf = (side: 0 | 1) =>
      Object.fromEntries(names.map((step, i) => [step, pairs[i][side]])) as unknown as Seconds;
    ours.push(secondsOf(0));
    theirs.push(secondsOf(1));
  }
  const peer = JSON.parse(runPython('folds', '--seeds', String(N_SEEDS))) as PeerFolds;
  folds = { errors: await measureFolds(), theirs: peer };
} finally {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
}

const total = (seconds: Seconds): number =>
  Object.values(seconds).reduce((sum, value) => sum + value, 0);
const compare = (step: string, of: (seconds: Seconds) => number) => {
  const [seconds, python] = [ours, theirs].map((rounds) => median(rounds.map(of)));
  return { step, seconds, python_seconds: python, times_as_fast: python / seconds };
};
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const furthest = Math.max(
  ...folds.errors.map((error, k) => Math.abs(error / folds.theirs.mae[k] - 1)),
);
const all = compare('all', total);
printResults(
  'forecast of the restaurants, weeks 180 to 200',
  describeMachine({
    ...folds.theirs.versions,
    rounds: N_ROUNDS,
    mae: meanOf(folds.errors).toFixed(2),
    mae_scikit_learn: meanOf(folds.theirs.mae).toFixed(2),
    furthest_fold: `${(100 * furthest).toFixed(1)} %`,
    seeds: N_SEEDS,
  }),
  [...names.map((step) => compare(step, (seconds) => seconds[step])), all],
);
const isFar = furthest > LIMITS.error;
if (flags.check && (all.times_as_fast < LIMITS.speed || isFar)) process.exitCode = 1;
