/**
 * k-means on the normalised training rows, their ten numeric columns and all, against scikit-learn's KMeans: the same rows, clusters, tolerance and
 * number of starts. Fits alternate in one run, ours and theirs, so that both see the same machine; reading the
 * rows is not counted, copying them is. Ours runs on one thread.
 *
 * Each program draws first centers of its own but where it says so, so that their numbers of iterations
 * differ; from the same centers both take the same way.
 *
 * `PEERS_PYTHON` names a Python that has scikit-learn; else .venv-bench/bin/python serves. `--in FILE` names
 * another table.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withDatabase } from '../lib/data/database.ts';
import { openTable } from '../lib/data/tables.ts';
import { fitKMeans } from '../lib/clustering/k-means.ts';
import type { KMeansOptions } from '../lib/clustering/k-means.ts';
import { createRng } from '../lib/rng.ts';
import { readRows } from '../lib/tensors/read-rows.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_THREADS = 2;
const N_CLUSTERS = 7;
const N_ROUNDS = 5;
/** Ours must not be slower. */
const LIMIT = 1;

interface Fit {
  readonly seconds: number;
  readonly n_iter: number;
  readonly inertia: number;
}

/** scikit-learn, in a process that fits once for each line that it gets. */
async function startSklearn(rowsFile: string, nFeatures: number) {
  const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
  const script = fileURLToPath(new URL('peers/cluster_sklearn.py', import.meta.url));
  const threads = { OMP_NUM_THREADS: String(N_THREADS), OPENBLAS_NUM_THREADS: String(N_THREADS) };
  const child = spawn(python, [script, rowsFile, String(nFeatures)], {
    env: { ...process.env, ...threads },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done)
      throw new Error(`${python} ${script} ended; PEERS_PYTHON must have scikit-learn`);
    return JSON.parse(line.value as string);
  };
  return {
    versions: (await next()) as Record<string, unknown>,
    async fit(task: object): Promise<Fit> {
      child.stdin.write(`${JSON.stringify({ n_clusters: N_CLUSTERS, ...task })}\n`);
      return (await next()) as Fit;
    },
    stop: () => child.stdin.end(),
  };
}

const { values: flags } = parseArgs({
  options: {
    in: { type: 'string', default: 'data/normalize/train.parquet' },
    json: { type: 'boolean' },
    check: { type: 'boolean' },
  },
});
if (!existsSync(flags.in)) throw new Error(`${flags.in} must exist; npm start writes it`);
/** What the table came with: ten numeric columns, and those with their one-hot groups. */
const NUMERIC = ['Elevation', 'Aspect', 'Slope', 'Horizontal_*', 'Vertical_*', 'Hillshade_*'];
const TABLES = [NUMERIC, [...NUMERIC, 'Wilderness_Area*', 'Soil_Type*']];

async function compareOn(patterns: readonly string[]) {
  const { X, columns } = await withDatabase(
    { threads: N_THREADS, memoryMb: 1024 },
    async (database) =>
      readRows(database, await openTable(database, flags.in, 'train'), {
        target: 'Cover_Type',
        id: 'row_id',
        columns: patterns,
      }),
  );
  const nFeatures = columns.length;
  const rowsFile = join(folder, 'rows.f32');
  writeFileSync(rowsFile, X);
  const sklearn = await startSklearn(rowsFile, nFeatures);

  const fit = async (
    options: Pick<KMeansOptions, 'init' | 'nInit'>,
    seed: number,
  ): Promise<Fit> => {
    const begin = performance.now();
    const { nIter, inertia } = await fitKMeans(X, nFeatures, {
      ...options,
      nClusters: N_CLUSTERS,
      maxIter: 300,
      tol: 1e-4,
      rng: createRng(seed, 'bench', 'init'),
    });
    return { seconds: (performance.now() - begin) / 1000, n_iter: nIter, inertia };
  };
  const rows = [];
  for (const nInit of [1, 3]) {
    const row = await measure(`${nFeatures} columns, k-means++, n_init ${nInit}`, async (seed) => ({
      ours: await fit({ init: 'k-means++', nInit }, seed),
      theirs: await sklearn.fit({ n_init: nInit, seed }),
    }));
    rows.push(row);
  }
  const row = await measure(`${nFeatures} columns, the same centers`, async (seed) => {
    const init = drawCenters(X, nFeatures, seed);
    return {
      ours: await fit({ init, nInit: 1 }, seed),
      theirs: await sklearn.fit({ init: [...init] }),
    };
  });
  rows.push(row);
  sklearn.stop();
  return { rows, versions: sklearn.versions, nSamples: X.length / nFeatures };
}

/** Rows as first centers, row-major, shape (N_CLUSTERS, nFeatures). */
function drawCenters(X: Float32Array, nFeatures: number, seed: number): Float64Array {
  const rng = createRng(seed, 'bench', 'centers');
  const centers = new Float64Array(N_CLUSTERS * nFeatures);
  for (let c = 0; c < N_CLUSTERS; c++) {
    const row = Math.floor((rng() * X.length) / nFeatures) * nFeatures;
    centers.set(X.subarray(row, row + nFeatures), c * nFeatures);
  }
  return centers;
}

async function measure(name: string, run: (seed: number) => Promise<{ ours: Fit; theirs: Fit }>) {
  const rounds: { ours: Fit; theirs: Fit }[] = [];
  for (let seed = 0; seed < N_ROUNDS; seed++) rounds.push(await run(seed));
  const ours = rounds.map((round) => round.ours);
  const theirs = rounds.map((round) => round.theirs);
  const middle = (fits: readonly Fit[], key: keyof Fit): number =>
    median(fits.map((fitted) => fitted[key]));
  return {
    case: name,
    seconds: middle(ours, 'seconds'),
    scikit_learn: middle(theirs, 'seconds'),
    ratio: middle(theirs, 'seconds') / middle(ours, 'seconds'),
    iterations: middle(ours, 'n_iter'),
    iterations_scikit_learn: middle(theirs, 'n_iter'),
    inertia: middle(ours, 'inertia'),
    inertia_scikit_learn: middle(theirs, 'inertia'),
    // from the same centers both end at the same
    inertia_differs_by: Math.max(
      ...ours.map(({ inertia }, i) => Math.abs(inertia / theirs[i].inertia - 1)),
    ),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const tables = [];
for (const patterns of TABLES) tables.push(await compareOn(patterns));
rmSync(folder, { recursive: true });
const rows = tables.flatMap((table) => table.rows);
const [{ versions, nSamples }] = tables;
printResults(
  `k-means, ${N_CLUSTERS} clusters, seconds per fit`,
  describeMachine({ ...versions, n_samples: nSamples, rounds: N_ROUNDS }),
  rows,
);
if (flags.check && rows.some(({ ratio }) => ratio < LIMIT)) process.exitCode = 1;
