/**
 * k-means on the normalised training rows, their ten numeric columns and all, against scikit-learn's KMeans: the same
 * rows, clusters, tolerance and number of starts. Fits alternate in one run, ours and theirs, so that both see the
 * same machine; reading the rows is not counted, copying them and starting threads is. Both run on two threads.
 *
 * Each program draws first centers of its own but where it says so, so that their numbers of iterations differ. From
 * the same centers both take the same way, scikit-learn in doubles: in floats, which it takes as they come, rounding
 * moves its inertia by several millionths, and now and then its end by an iteration. Time is against the floats.
 * Memory is the peak of each process up to then, rows included; ours has read the table as well, and collects what
 * earlier fits left before each.
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
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withDatabase } from '../lib/data/database.ts';
import { openTable } from '../lib/data/tables.ts';
import { fitKMeans } from '../lib/clustering/k-means.ts';
import type { KMeansOptions } from '../lib/clustering/k-means.ts';
import { createRng } from '../lib/rng.ts';
import { readRows } from '../lib/tensors/read-rows.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_THREADS = 2;
const N_CLUSTERS = 7;
const N_ROUNDS = 3;
// threads find what is compiled, as under `npm start`
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Ours must not be slower, and end at the same inertia from the same centers. */
const LIMITS = { ratio: 1, inertia: 1e-6 };

interface Fit {
  readonly seconds: number;
  readonly n_iter: number;
  readonly inertia: number;
  readonly peak_mb: number;
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
    maxIter = 300,
  ): Promise<Fit> => {
    collectGarbage();
    const begin = performance.now();
    const { nIter, inertia } = await fitKMeans(X, nFeatures, {
      ...options,
      nClusters: N_CLUSTERS,
      nThreads: N_THREADS,
      maxIter,
      tol: 1e-4,
      rng: createRng(seed, 'bench', 'init'),
    });
    const seconds = (performance.now() - begin) / 1000;
    return { seconds, n_iter: nIter, inertia, peak_mb: process.resourceUsage().maxRSS / 1024 };
  };
  // theirs had one iteration as well before it is timed
  await fit({ init: 'random', nInit: 1 }, 0, 1);
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
      inDoubles: await sklearn.fit({ init: [...init], dtype: 'float64' }),
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

interface Round {
  readonly ours: Fit;
  readonly theirs: Fit;
  /** scikit-learn's of the same rows and centers in float64; absent where it draws centers of its own. */
  readonly inDoubles?: Fit;
}

async function measure(name: string, run: (seed: number) => Promise<Round>) {
  const rounds: Round[] = [];
  for (let seed = 0; seed < N_ROUNDS; seed++) rounds.push(await run(seed));
  const ours = rounds.map((round) => round.ours);
  const theirs = rounds.map((round) => round.theirs);
  const exact = rounds.map((round) => round.inDoubles ?? round.theirs);
  const middle = (fits: readonly Fit[], key: keyof Fit): number =>
    median(fits.map((fitted) => fitted[key]));
  const peak = (fits: readonly Fit[]): number =>
    Math.round(Math.max(...fits.map(({ peak_mb: mb }) => mb)));
  return {
    case: name,
    seconds: middle(ours, 'seconds'),
    scikit_learn: middle(theirs, 'seconds'),
    ratio: middle(theirs, 'seconds') / middle(ours, 'seconds'),
    iterations: middle(ours, 'n_iter'),
    iterations_scikit_learn: middle(exact, 'n_iter'),
    inertia: Math.round(middle(ours, 'inertia')),
    inertia_scikit_learn: Math.round(middle(exact, 'inertia')),
    // from other centers each ends elsewhere
    inertia_differs_by: rounds.every(({ inDoubles }) => inDoubles === undefined)
      ? ''
      : Math.max(...ours.map(({ inertia }, i) => Math.abs(inertia / exact[i].inertia - 1))),
    peak_mb: peak(ours),
    peak_mb_scikit_learn: peak(theirs),
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
const fails = rows.some(
  ({ ratio, inertia_differs_by: differsBy }) =>
    ratio < LIMITS.ratio || (typeof differsBy === 'number' && differsBy > LIMITS.inertia),
);
if (flags.check && fails) process.exitCode = 1;
