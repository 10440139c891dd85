/**
 * k-means: centers such that the rows lie near one of them.
 *
 * Lloyd's algorithm by the steps of k-means-steps.ts, whose shorter ways change no label, so that every iteration
 * ends with the labels and centers of Lloyd's own. Pure: no files, no clock; the caller passes
 * the random stream. Distances and sums are computed in double precision, sums slice by slice of the rows, so that
 * nothing depends on a number of threads.
 */
import { StageError } from '../errors.ts';
import type { Rng } from '../rng.ts';
import { copyRows, drawPlusPlus, drawUniformly, nLocalTrials } from './k-means-init.ts';
import { assign, moveCenters, moveRow, startFrom } from './k-means-steps.ts';
import type { Clusters } from './k-means-steps.ts';
import { countThreads, openParallelRows } from './parallel-rows.ts';
import type { ParallelRows } from './parallel-rows.ts';
import { measure } from './row-steps.ts';
import { meanVariance } from './sample-rows.ts';
import { countRows, type Rows } from './to-sample-rows.ts';

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
  /** Threads that share the rows of large data; the result does not depend on it. Left out: 1. */
  readonly nThreads?: number;
  /** Awaited after every iteration. */
  readonly onIteration?: (start: number, nIter: number) => Promise<void> | void;
  /** Called with what each start ends in. */
  readonly onStart?: (fitted: KMeans) => void;
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
  const nTrials = nLocalTrials(nClusters);
  const parallel = openParallelRows(X, nFeatures, {
    maxPoints: Math.max(nClusters, nTrials),
    nDistances: init === 'k-means++' ? nTrials + 1 : 1,
    nThreads: countThreads(X, nClusters, options.nThreads ?? 1),
  });
  try {
    const maxShift = options.tol * meanVariance(parallel.rows);
    const nStarts = typeof init === 'string' ? options.nInit : 1;
    let best: KMeans | null = null;
    for (let start = 0; start < nStarts; start++) {
      const centers = drawCenters(parallel, options);
      const fitted = await fitFrom(parallel, centers, start, maxShift, options);
      options.onStart?.(fitted);
      if (best === null || fitted.inertia < best.inertia) best = fitted;
    }
    return best!;
  } finally {
    await parallel.close();
  }
}

async function fitFrom(
  parallel: ParallelRows,
  centers: Float64Array,
  start: number,
  maxShift: number,
  { maxIter, onIteration }: KMeansOptions,
): Promise<KMeans> {
  const clusters = startFrom(parallel, centers);
  let nIter = 0;
  let isConverged = false;
  while (nIter < maxIter && !isConverged) {
    const nChanged = assign(parallel, clusters);
    nIter++;
    isConverged = nChanged === 0;
    if (!isConverged) {
      fillEmptyClusters(parallel, clusters);
      isConverged = moveCenters(parallel, clusters) <= maxShift;
      // labels follow the centers that are returned
      if (isConverged || nIter === maxIter) assign(parallel, clusters);
    }
    await onIteration?.(start, nIter);
  }
  return toResult(parallel, clusters, nIter, isConverged);
}

/** First centers, row-major, features in the order of `rows.order`. */
function drawCenters(
  parallel: ParallelRows,
  { nClusters, init, rng }: KMeansOptions,
): Float64Array {
  const { rows } = parallel;
  const { nSamples, nFeatures, order } = rows;
  if (typeof init !== 'string') {
    return init.map((_, at) => init[at - (at % nFeatures) + order[at % nFeatures]]);
  }
  const drawn =
    init === 'random'
      ? drawUniformly(nSamples, nClusters, rng)
      : drawPlusPlus(parallel, nClusters, rng);
  if (drawn.length < nClusters) throw createTooFewRowsError(nClusters);
  return copyRows(rows, drawn);
}

/**
 * Gives each cluster without rows the row that lies farthest from its center, the first of equally far ones, of a
 * cluster that has others as well.
 *
 * @throws StageError E_DATA when no such row lies off its center: there are fewer distinct rows than clusters.
 */
export function fillEmptyClusters(parallel: ParallelRows, clusters: Clusters): void {
  const { nClusters, labels, sizes } = clusters;
  if (!sizes.includes(0)) return;
  const { rows, state } = parallel;
  const [distances] = state.distances;
  parallel.run(measure, nClusters, 0);
  for (let empty = sizes.indexOf(0); empty !== -1; empty = sizes.indexOf(0)) {
    let farthest = -1;
    let largest = 0;
    for (let i = 0; i < rows.nSamples; i++) {
      if (distances[i] <= largest || sizes[labels[i]] === 1) continue;
      largest = distances[i];
      farthest = i;
    }
    if (farthest === -1) throw createTooFewRowsError(nClusters);
    moveRow(parallel, farthest, clusters, empty);
  }
}

export function toResult(
  parallel: ParallelRows,
  { nClusters, centers: ordered, labels, sizes }: Clusters,
  nIter: number,
  isConverged: boolean,
): KMeans {
  const { nFeatures, order } = parallel.rows;
  parallel.run(measure, nClusters, 0);
  let inertia = 0;
  for (const distance of parallel.state.distances[0]) inertia += distance;
  const centers = new Float64Array(ordered.length);
  ordered.forEach((value, at) => {
    centers[at - (at % nFeatures) + order[at % nFeatures]] = value;
  });
  return {
    nClusters,
    nFeatures,
    centers,
    labels: labels.slice(),
    sizes,
    inertia,
    nIter,
    isConverged,
  };
}

export function createTooFewRowsError(nClusters: number): StageError {
  return new StageError(
    'E_DATA',
    `${nClusters} clusters must have at least ${nClusters} distinct rows; got fewer`,
    { hint: 'lower cluster.n_clusters, or let it be null' },
  );
}
