/**
 * Full regression trees on made rows, against scikit-learn's RandomForestRegressor and ExtraTreesRegressor of the
 * same settings: processor seconds of one tree on one thread, sorting the columns included, and the mean absolute
 * error on as many other rows. Fits alternate, ours and theirs, so that both see the same machine.
 *
 * `PEERS_PYTHON` names a Python that has scikit-learn; else .venv-bench/bin/python serves. `--check` fails when ours
 * takes more than 1.5 times the time of scikit-learn, or its error is 5 % greater.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  EXTRA_TREES_REGRESSOR,
  RANDOM_FOREST_REGRESSOR,
  fitForestRegressor,
  predictForestRegressor,
} from '../lib/models/trees/fit-forest-regressor.ts';
import { createRng } from '../lib/rng.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_ROUNDS = 3;
const N_ROWS = 200_000;
const N_COLUMNS = 20;
/** Times the time of scikit-learn, and times its error. */
const LIMIT = 1.5;
const LIMIT_ERROR = 1.05;
const LARGE = { nSamples: N_ROWS / 2, nFeatures: N_COLUMNS, nForests: 1, nEstimators: 3 };
const SMALL = { nSamples: 3400, nFeatures: 10, nForests: 11, nEstimators: 10 };
const CASES = [
  { name: 'random forest', params: RANDOM_FOREST_REGRESSOR, ...LARGE },
  { name: 'extra-trees', params: EXTRA_TREES_REGRESSOR, ...LARGE },
  { name: 'random forest', params: RANDOM_FOREST_REGRESSOR, ...SMALL },
  { name: 'extra-trees', params: EXTRA_TREES_REGRESSOR, ...SMALL },
] as const;

interface Result {
  readonly seconds_per_tree: number;
  readonly mae: number;
}

/** Friedman's first function with normal noise of deviation about 1; 15 columns have nothing to tell. */
function makeRows(): { features: Float32Array; targets: Float64Array } {
  const rng = createRng(1, 'bench', 'rows');
  const features = Float32Array.from({ length: N_ROWS * N_COLUMNS }, () => rng());
  const targets = Float64Array.from({ length: N_ROWS }, (_, i) => {
    const [a, b, c, d, e] = features.subarray(i * N_COLUMNS);
    const noise = Array.from({ length: 12 }, () => rng()).reduce((sum, u) => sum + u, -6);
    return 10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e + noise;
  });
  return { features, targets };
}

const { features, targets } = makeRows();

async function fitOurs(
  { params, nSamples, nFeatures, nForests, nEstimators }: (typeof CASES)[number],
  seed: number,
): Promise<Result> {
  const rows = features
    .filter((_, i) => i % N_COLUMNS < nFeatures)
    .subarray(0, 2 * nSamples * nFeatures);
  let [seconds, error] = [0, 0];
  for (let k = 0; k < nForests; k++) {
    const begin = process.cpuUsage();
    const forest = fitForestRegressor(
      rows.subarray(0, nSamples * nFeatures),
      targets.subarray(0, nSamples),
      { ...params, nEstimators },
      createRng(seed + k, 'bench', 'trees'),
    );
    const { user, system } = process.cpuUsage(begin);
    seconds += (user + system) / 1e6;
    const predicted = await predictForestRegressor(forest, rows.subarray(nSamples * nFeatures), {
      threads: 1,
      warn: console.error,
    });
    predicted.forEach((value, i) => (error += Math.abs(value - targets[nSamples + i])));
  }
  return {
    seconds_per_tree: seconds / (nForests * nEstimators),
    mae: error / (nForests * nSamples),
  };
}

/** scikit-learn, in a process that fits once for each line that it gets. */
function startSklearn(files: readonly string[]) {
  const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
  const script = fileURLToPath(new URL('peers/regression_forests_sklearn.py', import.meta.url));
  const child = spawn(python, [script, ...files], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const line = await lines.next();
    if (line.done) throw new Error(`${python} ${script} ended; it must have scikit-learn`);
    return JSON.parse(line.value as string) as T;
  };
  return {
    versions: next<Record<string, string>>,
    async fit(setting: (typeof CASES)[number], seed: number): Promise<Result> {
      const task = {
        ...{ splitter: setting.params.splitter, n_samples: setting.nSamples, seed },
        ...{ n_features: setting.nFeatures, n_forests: setting.nForests },
        n_estimators: setting.nEstimators,
      };
      child.stdin.write(`${JSON.stringify(task)}\n`);
      return await next<Result>();
    },
    stop: () => child.stdin.end(),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const files = [join(folder, 'features'), join(folder, 'targets')];
writeFileSync(files[0], features);
writeFileSync(files[1], targets);
const sklearn = startSklearn(files);
const versions = await sklearn.versions();
const rows = [];
for (const setting of CASES) {
  const ours: Result[] = [];
  const theirs: Result[] = [];
  for (let round = 0; round < N_ROUNDS; round++) {
    const seed = 100 * round;
    ours.push(await fitOurs(setting, seed));
    theirs.push(await sklearn.fit(setting, seed));
  }
  const middle = (fits: readonly Result[], key: keyof Result): number =>
    median(fits.map((fit) => fit[key]));
  rows.push({
    case: `${setting.name}, ${setting.nSamples} × ${setting.nFeatures}`,
    ms_per_tree: 1000 * middle(ours, 'seconds_per_tree'),
    scikit_learn: 1000 * middle(theirs, 'seconds_per_tree'),
    ratio: middle(theirs, 'seconds_per_tree') / middle(ours, 'seconds_per_tree'),
    mae: middle(ours, 'mae'),
    mae_scikit_learn: middle(theirs, 'mae'),
  });
}
sklearn.stop();
rmSync(folder, { recursive: true });
printResults('regression forests', describeMachine({ ...versions, rounds: N_ROUNDS }), rows);
const isWorse = rows.some(
  ({ ratio, mae, mae_scikit_learn: peer }) => ratio < 1 / LIMIT || mae > LIMIT_ERROR * peer,
);
if (process.argv.includes('--check') && isWorse) process.exitCode = 1;
