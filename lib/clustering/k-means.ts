/**
 * k-means: centers such that the rows lie near one of them.
 *
 * Lloyd's algorithm by the steps of k-means-steps.ts, whose shorter ways change no label, so that every iteration
 * ends with the labels and centers of Lloyd's own. Pure: no files, no clock; the caller passes
 * the random stream. Distances and sums are computed in double precision, one row after the other, so that
 * nothing depends on a number of threads.
 */
import { StageError } from '../errors.ts';
import type { Rng } from '../rng.ts';
import { copyRows, drawPlusPlus, drawUniformly, nLocalTrials } from './k-means-init.ts';
import { assign, moveCenters, moveRow, startFrom } from './k-means-steps.ts';
import type { Clusters } from './k-means-steps.ts';
import { startFitters } from './parallel-starts.ts';
import { meanVariance, squaredDistance } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';
import { countRows, layOutRows, openRows } from './to-sample-rows.ts';
import type { Rows, RowsLayout } from './to-sample-rows.ts';

export interface KMeansOptions {
  /** At least 1, and at most the number of distinct rows. */
  readonly nClusters: number;
  /** How first centers are drawn, or the centers themselves, row-major, shape (nClusters, nFeatures). */
  readonly init: 'k-means++' | 'random' | Float64Array;
  /** Starts, at least 1; the one of least inertia wins, the first of equals. 1 where centers are given. */
  readonly nInit: number;
  /** Iterations per start, at least 1. */
  readonly maxIter: number;
  /**
   * A start has converged when no label changes, or when the centers move by a sum of squares of at most
   * `tol` times the mean variance of the features (divisor nSamples).
   */
  readonly tol: number;
  readonly rng: Rng;
  /** Starts of large data that are fitted at a time; the result does not depend on it. Left out: 1. */
  readonly nThreads?: number;
  /** Awaited after every iteration; of starts in other threads, when one is begun and when it is done. */
  readonly onIteration?: (start: number, nIter: number) => Promise<void> | void;
}

export interface KMeans {
  readonly nClusters: number;
  readonly nFeatures: number;
  /** Row-major, shape (nClusters, nFeatures). */
  readonly centers: Float64Array;
  /** The nearest center of each row, the first of equally near ones; shape (nSamples). */
  readonly labels: Int32Array;
  /** Rows per cluster. */
  readonly sizes: Int32Array;
  /** Sum of the squared distances of the rows to their centers. */
  readonly inertia: number;
  /** Iterations of the best start. */
  readonly nIter: number;
  /** False when `maxIter` ended the best start. */
  readonly isConverged: boolean;
}

/** Below it (rows, features and clusters multiplied) threads take longer to begin than to work. */
const MIN_PARALLEL_WORK = 1e6;

/**
 * Fits k-means.
 *
 * A cluster without rows gets the row that lies farthest from its center (the first of equally far ones), as
 * scikit-learn has it, before the centers move. Only the labels after the last move can leave one empty.
 *
 * @param X - Every value finite; not modified.
 * @throws StageError E_DATA when there are fewer distinct rows than `nClusters`.
 */
export async function fitKMeans(
  X: Rows,
  nFeatures: number,
  options: KMeansOptions,
): Promise<KMeans> {
  const { nClusters, init } = options;
  if (nClusters > countRows(X, nFeatures)) throw createTooFewRowsError(nClusters);
  const nStarts = typeof init === 'string' ? options.nInit : 1;
  const work = countRows(X, nFeatures) * nFeatures * nClusters;
  const nWorkers = work < MIN_PARALLEL_WORK ? 1 : Math.min(options.nThreads ?? 1, nStarts);
  const maxPoints = Math.max(nClusters, nLocalTrials(nClusters));
  const layout = layOutRows(X, nFeatures, maxPoints, nWorkers === 1 ? 1 : nWorkers + 1);
  const rows = openRows(layout, 0);
  const maxShift = options.tol * meanVariance(rows);
  const fits =
    nWorkers === 1
      ? fitInTurn(rows, nStarts, maxShift, options)
      : fitInWorkers(layout, rows, { nStarts, nWorkers, maxShift }, options);
  let best: KMeans | null = null;
  for await (const fitted of fits) {
    if (best === null || fitted.inertia < best.inertia) best = fitted;
  }
  return best!;
}

async function* fitInTurn(
  rows: SampleRows,
  nStarts: number,
  maxShift: number,
  options: KMeansOptions,
): AsyncGenerator<KMeans> {
  for (let start = 0; start < nStarts; start++) {
    const clusters = startFrom(rows, drawCenters(rows, options));
    yield await iterate(rows, clusters, start, maxShift, options);
  }
}

/** First centers are drawn here, one start after the other, so that each gets those that it would get in turn. */
async function* fitInWorkers(
  layout: RowsLayout,
  rows: SampleRows,
  { nStarts, nWorkers, maxShift }: { nStarts: number; nWorkers: number; maxShift: number },
  options: KMeansOptions,
): AsyncGenerator<KMeans> {
  const { nClusters, maxIter, onIteration } = options;
  const pool = startFitters(layout, nWorkers);
  try {
    const answers: Promise<KMeans | null>[] = [];
    for (let start = 0; start < nStarts; start++) {
      answers.push(pool.run({ centers: drawCenters(rows, options), maxShift, maxIter }));
      await onIteration?.(start, 0);
    }
    for (const [start, answer] of answers.entries()) {
      const fitted = await answer;
      if (fitted === null) throw createTooFewRowsError(nClusters);
      await onIteration?.(start, fitted.nIter);
      yield fitted;
    }
  } finally {
    await pool.terminate();
  }
}

export async function iterate(
  rows: SampleRows,
  clusters: Clusters,
  start: number,
  maxShift: number,
  { maxIter, onIteration }: Pick<KMeansOptions, 'maxIter' | 'onIteration'>,
): Promise<KMeans> {
  let nIter = 0;
  let isConverged = false;
  while (nIter < maxIter && !isConverged) {
    const nChanged = assign(rows, clusters);
    nIter++;
    isConverged = nChanged === 0;
    if (!isConverged) {
      fillEmptyClusters(rows, clusters);
      isConverged = moveCenters(rows, clusters) <= maxShift;
      // labels follow the centers that are returned
      if (isConverged || nIter === maxIter) assign(rows, clusters);
    }
    await onIteration?.(start, nIter);
  }
  return toResult(rows, clusters, nIter, isConverged);
}

/** First centers, row-major, features in the order of `rows.order`. */
function drawCenters(rows: SampleRows, { nClusters, init, rng }: KMeansOptions): Float64Array {
  const { nSamples, nFeatures, order } = rows;
  if (typeof init !== 'string') {
    return init.map((_, at) => init[at - (at % nFeatures) + order[at % nFeatures]]);
  }
  const drawn =
    init === 'random'
      ? drawUniformly(nSamples, nClusters, rng)
      : drawPlusPlus(rows, nClusters, rng);
  if (drawn.length < nClusters) throw createTooFewRowsError(nClusters);
  return copyRows(rows, drawn);
}

/**
 * Gives each cluster without rows the row that lies farthest from its center, the first of equally far ones, of a
 * cluster that has others as well.
 *
 * @throws StageError E_DATA when no such row lies off its center: there are fewer distinct rows than clusters.
 */
export function fillEmptyClusters(rows: SampleRows, clusters: Clusters): void {
  const { nClusters, labels, sizes, lower } = clusters;
  if (!sizes.includes(0)) return;
  const distances = Float64Array.from(labels, (label, i) => squaredDistance(rows, i, label));
  for (let empty = sizes.indexOf(0); empty !== -1; empty = sizes.indexOf(0)) {
    let farthest = -1;
    let largest = 0;
    for (let i = 0; i < rows.nSamples; i++) {
      if (distances[i] <= largest || sizes[labels[i]] === 1) continue;
      largest = distances[i];
      farthest = i;
    }
    if (farthest === -1) throw createTooFewRowsError(nClusters);
    moveRow(rows, farthest, clusters, empty);
    // its old center is one of the others now
    if (lower.length > 0) lower[farthest] = 0;
  }
}

export function toResult(
  rows: SampleRows,
  clusters: Clusters,
  nIter: number,
  isConverged: boolean,
): KMeans {
  const { nClusters, centers: ordered, labels, sizes } = clusters;
  const { nSamples, nFeatures, order } = rows;
  let inertia = 0;
  for (let i = 0; i < nSamples; i++) {
    inertia += squaredDistance(rows, i, labels[i]);
  }
  const centers = new Float64Array(ordered.length);
  ordered.forEach((value, at) => {
    centers[at - (at % nFeatures) + order[at % nFeatures]] = value;
  });
  return { nClusters, nFeatures, centers, labels, sizes, inertia, nIter, isConverged };
}

export function createTooFewRowsError(nClusters: number): StageError {
  return new StageError(
    'E_DATA',
    `${nClusters} clusters must have at least ${nClusters} distinct rows; got fewer`,
    { hint: 'lower cluster.n_clusters, or let it be null' },
  );
}
