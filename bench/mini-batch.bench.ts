/**
 * Mini-batch k-means of a million made rows, against scikit-learn's MiniBatchKMeans from the same first centers:
 * fits alternate in one run. Memory is the peak of each process, rows included.
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
import { createRng } from '../lib/rng.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_SAMPLES = 1_000_000;
const N_FEATURES = 50;
const N_CLUSTERS = 100;
const N_ROUNDS = 3;
/** Ours must not be slower. */
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
  env: { ...process.env, OMP_NUM_THREADS: '2', OPENBLAS_NUM_THREADS: '2' },
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const next = async (): Promise<unknown> => {
  const line = await lines.next();
  if (line.done) throw new Error(`${python} ended; PEERS_PYTHON must have scikit-learn`);
  return JSON.parse(line.value as string);
};
const versions = (await next()) as Record<string, unknown>;

const ours: Fit[] = [];
const theirs: Fit[] = [];
for (let seed = 0; seed < N_ROUNDS; seed++) {
  const rng = createRng(seed, 'bench', 'init');
  const init = new Float64Array(N_CLUSTERS * N_FEATURES);
  for (let c = 0; c < N_CLUSTERS; c++) {
    const row = Math.floor(rng() * N_SAMPLES) * N_FEATURES;
    init.set(X.subarray(row, row + N_FEATURES), c * N_FEATURES);
  }
  const begin = performance.now();
  const options = { nClusters: N_CLUSTERS, batchSize: 1024, nInit: 1, maxIter: 100, tol: 0 };
  const { inertia } = await fitMiniBatch(X, N_FEATURES, { ...options, init, rng });
  const seconds = (performance.now() - begin) / 1000;
  ours.push({ seconds, inertia, peak_mb: process.resourceUsage().maxRSS / 1024 });
  child.stdin.write(`${JSON.stringify({ init: [...init], seed })}\n`);
  theirs.push((await next()) as Fit);
}
child.stdin.end();
rmSync(folder, { recursive: true });

const middle = (fits: readonly Fit[], key: keyof Fit): number => median(fits.map((f) => f[key]));
const ratio = middle(theirs, 'seconds') / middle(ours, 'seconds');
printResults(
  `mini-batch k-means, ${N_CLUSTERS} clusters, seconds per fit`,
  describeMachine({ ...versions, rounds: N_ROUNDS }),
  [
    {
      rows: `${N_SAMPLES} x ${N_FEATURES}`,
      seconds: middle(ours, 'seconds'),
      scikit_learn: middle(theirs, 'seconds'),
      ratio,
      inertia: middle(ours, 'inertia'),
      inertia_scikit_learn: middle(theirs, 'inertia'),
      peak_mb: Math.max(...ours.map((f) => f.peak_mb)),
      peak_mb_scikit_learn: Math.max(...theirs.map((f) => f.peak_mb)),
    },
  ],
);
if (process.argv.includes('--check') && ratio < LIMIT) process.exitCode = 1;
