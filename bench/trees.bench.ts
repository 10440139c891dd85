/**
 * Full trees on the tensors of Covertype, against scikit-learn's ExtraTreesClassifier and RandomForestClassifier of
 * the same settings: processor seconds of one tree on one thread, ranking the columns included, and the accuracy on
 * valid. Then what a forest of 120 trees takes to score test, in processor seconds of all threads.
 *
 * `PEERS_PYTHON` names a Python that has scikit-learn; else .venv-bench/bin/python serves. `--in FOLDER` names other
 * tensors. `--check` fails when ours takes more than 1.5 times the time of scikit-learn, or scoring over 10 s.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { extraTrees } from '../lib/models/extra-trees.ts';
import type { FitContext, LabelledRows, TrainingData } from '../lib/models/model.ts';
import { randomForest } from '../lib/models/random-forest.ts';
import { createRng } from '../lib/rng.ts';
import { readDatasets } from '../lib/tensors/dataset-files.ts';
import { describeMachine, median, printResults } from './report.ts';
import { showNoProgress } from '../lib/progress.ts';

const N_ROUNDS = 1;
const N_TREES = 3;
const N_TREES_SCORED = 120;
/** Times the time of scikit-learn. */
const LIMIT = 1.5;
const LIMIT_SCORING_SECONDS = 10;
const CASES = [
  { model: extraTrees, criterion: 'entropy', maxFeatures: 0.8 },
  { model: randomForest, criterion: 'gini', maxFeatures: 0.1 },
] as const;

const { values: flags } = parseArgs({
  options: {
    in: { type: 'string', default: 'data/tensorize' },
    json: { type: 'boolean' },
    check: { type: 'boolean' },
  },
});
const { train, valid, test } = readDatasets(flags.in, ['train', 'valid', 'test'] as const);
const data: TrainingData = {
  ...{ columns: train.columns, nClasses: train.classes.length, classWeight: null },
  ...{ train, valid },
};

const context = (seed: number, threads = 1): FitContext => ({
  ...{ threads, warn: console.error, info: () => {} },
  rng: (purpose) => createRng(seed, 'bench', purpose),
  signal: new AbortController().signal,
  startProgress: showNoProgress,
  onStep: () => 'go on',
  checkpoint: () => null,
  fitMember: () => Promise.reject(new Error('no member')),
});

async function cpuSeconds<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const begin = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(begin);
  return { seconds: (user + system) / 1e6, result };
}

/** scikit-learn, in a process that fits once for each line that it gets. */
function startSklearn(files: readonly string[]) {
  const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
  const script = fileURLToPath(new URL('peers/trees_sklearn.py', import.meta.url));
  const child = spawn(python, [script, ...files, String(data.columns.length)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, number>> => {
    const line = await lines.next();
    if (line.done) throw new Error(`${python} ${script} ended; it must have scikit-learn`);
    return JSON.parse(line.value as string) as Record<string, number>;
  };
  return {
    versions: next,
    async fit(task: object) {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      return await next();
    },
    stop: () => child.stdin.end(),
  };
}

function writeRows(path: string, { features, labels }: LabelledRows): string {
  writeFileSync(path, features);
  writeFileSync(path, labels, { flag: 'a' });
  return path;
}

const paramsOf = ({ model, criterion, maxFeatures }: (typeof CASES)[number], n: number) => ({
  ...{ nEstimators: n, criterion, maxFeatures, bootstrap: model === randomForest },
  ...{ minSamplesSplit: 2, minSamplesLeaf: 1, maxDepth: null },
});

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const sklearn = startSklearn([
  writeRows(join(folder, 'train'), train),
  writeRows(join(folder, 'valid'), valid),
]);
const versions = await sklearn.versions();
const rows = [];
for (const setting of CASES) {
  const { model, criterion, maxFeatures } = setting;
  const ours: Record<string, number>[] = [];
  const theirs: Record<string, number>[] = [];
  for (let seed = 0; seed < N_ROUNDS; seed++) {
    const params = paramsOf(setting, N_TREES);
    const { seconds, result } = await cpuSeconds(() => model.fit(data, params, context(seed)));
    ours.push({
      cpu_seconds_per_tree: seconds / N_TREES,
      accuracy: result.history.at(-1)!.validAccuracy!,
      nodes_per_tree: result.metrics.n_nodes! / N_TREES,
      bytes_per_tree: result.metrics.size_bytes! / N_TREES,
    });
    const task = { model: model.name, n_estimators: N_TREES, criterion, max_features: maxFeatures };
    theirs.push(await sklearn.fit({ ...task, seed }));
  }
  const middle = (fits: readonly Record<string, number>[], key: string): number =>
    median(fits.map((fit) => fit[key]));
  rows.push({
    case: `${model.name}, ${criterion}, ${maxFeatures}`,
    cpu_seconds_per_tree: middle(ours, 'cpu_seconds_per_tree'),
    scikit_learn: middle(theirs, 'cpu_seconds_per_tree'),
    ratio: middle(theirs, 'cpu_seconds_per_tree') / middle(ours, 'cpu_seconds_per_tree'),
    accuracy: middle(ours, 'accuracy'),
    accuracy_scikit_learn: middle(theirs, 'accuracy'),
    nodes: middle(ours, 'nodes_per_tree'),
    nodes_scikit_learn: middle(theirs, 'nodes_per_tree'),
    bytes: middle(ours, 'bytes_per_tree'),
  });
}
sklearn.stop();
rmSync(folder, { recursive: true });

const threads = 2;
const large = await extraTrees.fit(data, paramsOf(CASES[0], N_TREES_SCORED), context(1, threads));
const fitted = { name: 'extra-trees', ...data, ...large.fitted };
const predictor = await extraTrees.open(fitted, context(1, threads));
const { seconds: scoring } = await cpuSeconds(() => predictor.predictProba(test.features));
printResults(
  `forests, ${N_TREES} trees a fit`,
  describeMachine({
    ...versions,
    ...{ n_samples: train.nSamples, n_features: data.columns.length, rounds: N_ROUNDS },
    [`cpu_seconds_to_score_${test.nSamples}_rows_by_${N_TREES_SCORED}_trees`]: scoring.toFixed(2),
  }),
  rows,
);
if (
  flags.check &&
  (rows.some(({ ratio }) => ratio < 1 / LIMIT) || scoring > LIMIT_SCORING_SECONDS)
) {
  process.exitCode = 1;
}
