/**
 * Mini-batch k-means of a million made rows, against scikit-learn's MiniBatchKMeans: from first centers that each
 * draws by k-means++ (the best of three), and from the same ones. Fits alternate in one run. Inertias are means over
 * the seeds: from the same centers both take the same steps (tests/golden/mini-batch), but of other draws, so that
 * these differ by chance. Memory is the peak of each process, rows included.
 *
 * `PEERS_PYTHON` names a Python that has scikit-learn; else .venv-bench/bin/python serves.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fitMiniBatch } from '../lib/clustering/mini-batch.ts';
import type { MiniBatchOptions } from '../lib/clustering/mini-batch.ts';
import { createRng } from '../lib/rng.ts';
import type { Rng } from '../lib/rng.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_SAMPLES = 1_000_000;
const N_FEATURES = 50;
const N_CLUSTERS = 100;
const N_SEEDS = 5;
/** Of ours and of theirs. */
const N_THREADS = 2;
/** Ours must not be slower, and not end higher from first centers of its own. */
const LIMIT = 1;

interface Fit {
  readonly seconds: number;
  readonly inertia: number;
  readonly peak_mb: number;
}

/** Rows around 100 points that overlap a little: sums of three uniform numbers in place of normal ones. */
function drawRows(): Float32Array {
  const rng = createRng(1, 'bench', 'rows');
  const spread = (scale: number): number => scale * 2 * (rng() + rng() + rng() - 1.5);
  const points = Float32Array.from({ length: N_CLUSTERS * N_FEATURES }, () => spread(2));
  const X = new Float32Array(N_SAMPLES * N_FEATURES);
  for (let row = 0; row < X.length; row += N_FEATURES) {
    const point = Math.floor(rng() * N_CLUSTERS) * N_FEATURES;
    for (let d = 0; d < N_FEATURES; d++) X[row + d] = points[point + d] + spread(1.5);
  }
  return X;
}

const X = drawRows();
const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const file = join(folder, 'rows.f32');
writeFileSync(file, X);
const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
const script = fileURLToPath(new URL('peers/mini_batch_sklearn.py', import.meta.url));
const child = spawn(python, [script, file, String(N_FEATURES)], {
  env: {
    ...process.env,
    OMP_NUM_THREADS: String(N_THREADS),
    OPENBLAS_NUM_THREADS: String(N_THREADS),
  },
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const next = async (): Promise<unknown> => {
  const line = await lines.next();
  if (line.done) throw new Error(`${python} ended; PEERS_PYTHON must have scikit-learn`);
  return JSON.parse(line.value as string);
};
const versions = (await next()) as Record<string, unknown>;

async function fitOurs(options: Pick<MiniBatchOptions, 'init' | 'nInit' | 'rng'>): Promise<Fit> {
  const begin = performance.now();
  const { inertia } = await fitMiniBatch(X, N_FEATURES, {
    ...options,
    ...{ nClusters: N_CLUSTERS, batchSize: 1024, maxIter: 100, tol: 0, nThreads: N_THREADS },
  });
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, inertia, peak_mb: process.resourceUsage().maxRSS / 1024 };
}

async function fitTheirs(task: object): Promise<Fit> {
  child.stdin.write(`${JSON.stringify({ n_clusters: N_CLUSTERS, ...task })}\n`);
  return (await next()) as Fit;
}

/** Rows as first centers, row-major, shape (N_CLUSTERS, N_FEATURES). */
function drawCenters(rng: Rng): Float64Array {
  const init = new Float64Array(N_CLUSTERS * N_FEATURES);
  for (let c = 0; c < N_CLUSTERS; c++) {
    const row = Math.floor(rng() * N_SAMPLES) * N_FEATURES;
    init.set(X.subarray(row, row + N_FEATURES), c * N_FEATURES);
  }
  return init;
}

async function compare(name: string, run: (seed: number, rng: Rng) => Promise<[Fit, Fit]>) {
  const ours: Fit[] = [];
  const theirs: Fit[] = [];
  for (let seed = 0; seed < N_SEEDS; seed++) {
    const [own, other] = await run(seed, createRng(seed, 'bench', 'init'));
    ours.push(own);
    theirs.push(other);
  }
  const meanInertia = (fits: readonly Fit[]): number =>
    Math.round(fits.reduce((sum, { inertia }) => sum + inertia, 0) / fits.length);
  const seconds = (fits: readonly Fit[]): number => median(fits.map((fit) => fit.seconds));
  const peak = (fits: readonly Fit[]): number =>
    Math.round(Math.max(...fits.map(({ peak_mb: mb }) => mb)));
  return {
    case: name,
    seconds: seconds(ours),
    scikit_learn: seconds(theirs),
    ratio: seconds(theirs) / seconds(ours),
    inertia: meanInertia(ours),
    inertia_scikit_learn: meanInertia(theirs),
    peak_mb: peak(ours),
    peak_mb_scikit_learn: peak(theirs),
  };
}

const own = await compare('k-means++, n_init 3', async (seed, rng) => [
  await fitOurs({ init: 'k-means++', nInit: 3, rng }),
  await fitTheirs({ n_init: 3, seed }),
]);
const same = await compare('the same centers', async (seed, rng) => {
  const init = drawCenters(rng);
  return [
    await fitOurs({ init, nInit: 1, rng }),
    await fitTheirs({ init: [...init], n_init: 1, seed }),
  ];
});
child.stdin.end();
rmSync(folder, { recursive: true });
printResults(
  `mini-batch k-means of ${N_SAMPLES} x ${N_FEATURES}, ${N_CLUSTERS} clusters, seconds per fit`,
  describeMachine({ ...versions, seeds: N_SEEDS }),
  [own, same],
);
const fails =
  own.ratio < LIMIT || same.ratio < LIMIT || own.inertia > LIMIT * own.inertia_scikit_learn;
if (process.argv.includes('--check') && fails) process.exitCode = 1;
