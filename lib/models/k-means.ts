/**
 * k-means: centers such that the rows lie near one of them.
 *
 * Lloyd's algorithm with Hamerly's bounds, which leave out the distances that cannot change a label, so that
 * every iteration ends with the labels and centers of Lloyd's own. Pure: no files, no clock; the caller passes
 * the random stream. Distances and sums are computed in double precision, one row after the other, so that
 * nothing depends on a number of threads.
 *
 * | symbol | meaning | shape |
 * |---|---|---|
 * | `upper` | no less than the distance of a row to its center | (nSamples) |
 * | `lower` | no more than the distance of a row to any other center | (nSamples) |
 *
 * @see Hamerly, G. (2010), Making k-means even faster, SDM, 130-140, doi:10.1137/1.9781611972801.12
 */
import { StageError } from '../errors.ts';
import type { Rng } from '../rng.ts';
import { drawPlusPlus, drawUniformly, nLocalTrials } from './k-means-init.ts';
import {
  BATCH_SIZE,
  copyRow,
  meanVariance,
  setPoints,
  squaredDistance,
  squaredDistances,
  toSampleRows,
} from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

export const K_MEANS_INITS = ['k-means++', 'random'] as const;

export interface KMeansOptions {
  /** At least 1, and at most the number of distinct rows. */
  readonly nClusters: number;
  /** How first centers are drawn, or the centers themselves, row-major, shape (nClusters, nFeatures). */
  readonly init: (typeof K_MEANS_INITS)[number] | Float64Array;
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
  /** Awaited after every iteration. */
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

/** Bounds that differ by less than rounding can explain decide nothing. */
const SAFETY = 1 - 1e-9;

/**
 * Fits k-means.
 *
 * A cluster without rows gets the row that lies farthest from its center (the first of equally far ones), as
 * scikit-learn has it, before the centers move. Only the labels after the last move can leave one empty.
 *
 * @param X - Row-major, shape (nSamples, nFeatures), every value finite; not modified.
 * @throws StageError E_DATA when there are fewer distinct rows than `nClusters`.
 */
export async function fitKMeans(
  X: Float32Array,
  nFeatures: number,
  options: KMeansOptions,
): Promise<KMeans> {
  const { nClusters, init } = options;
  if (nClusters * nFeatures > X.length) throw createTooFewRowsError(nClusters);
  const rows = toSampleRows(X, nFeatures, Math.max(nClusters, nLocalTrials(nClusters)));
  const maxShift = options.tol * meanVariance(rows);
  const nStarts = typeof init === 'string' ? options.nInit : 1;
  let best: KMeans | null = null;
  for (let start = 0; start < nStarts; start++) {
    const clusters = startFrom(rows, drawCenters(rows, options));
    const fitted = await iterate(rows, clusters, start, maxShift, options);
    if (best === null || fitted.inertia < best.inertia) best = fitted;
  }
  return best!;
}

/** State of one start; features stand in the order of `rows.order`, and the centers are the points of `rows`. */
interface Clusters {
  readonly nClusters: number;
  /** Row-major, shape (nClusters, nFeatures). */
  readonly centers: Float64Array;
  /** Distance of each center to where it was when labels were last assigned; then 0, for no cluster. */
  readonly shifts: Float64Array;
  /** nClusters: no cluster yet. */
  readonly labels: Int32Array;
  readonly sizes: Int32Array;
  /** Sums of the rows of each cluster, and what rounding took from these; shape of `centers`. */
  readonly sums: Float64Array;
  readonly lost: Float64Array;
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

async function iterate(
  rows: SampleRows,
  clusters: Clusters,
  start: number,
  maxShift: number,
  { maxIter, onIteration }: KMeansOptions,
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
  const centers = new Float64Array(nClusters * nFeatures);
  if (typeof init !== 'string') {
    return centers.map((_, at) => init[at - (at % nFeatures) + order[at % nFeatures]]);
  }
  const drawn =
    init === 'random'
      ? drawUniformly(nSamples, nClusters, rng)
      : drawPlusPlus(rows, nClusters, rng);
  if (drawn.length < nClusters) throw createTooFewRowsError(nClusters);
  drawn.forEach((row, cluster) => {
    copyRow(rows, row, centers.subarray(cluster * nFeatures, (cluster + 1) * nFeatures));
  });
  return centers;
}

function startFrom(rows: SampleRows, centers: Float64Array): Clusters {
  const nClusters = centers.length / rows.nFeatures;
  setPoints(rows, centers);
  return {
    nClusters,
    centers,
    shifts: new Float64Array(nClusters + 1),
    labels: new Int32Array(rows.nSamples).fill(nClusters),
    sizes: new Int32Array(nClusters),
    sums: new Float64Array(centers.length),
    lost: new Float64Array(centers.length),
    upper: new Float64Array(rows.nSamples).fill(Infinity),
    lower: new Float64Array(rows.nSamples),
  };
}

/** Gives every row the label of its nearest center; returns how many labels changed. */
function assign(rows: SampleRows, clusters: Clusters): number {
  const { centers, shifts, labels, upper, lower } = clusters;
  const { nSamples, batch } = rows;
  const halfGaps = halfDistancesBetween(centers, clusters.nClusters);
  // by how much any other center may have come nearer
  const otherShifts = shifts.map((_, label) => largestBut(label, shifts));
  let nChanged = 0;
  let nOpen = 0;
  for (let i = 0; i < nSamples; i++) {
    const label = labels[i];
    const own = upper[i] + shifts[label];
    const other = lower[i] - otherShifts[label];
    upper[i] = own;
    lower[i] = other;
    if (own < SAFETY * Math.max(other, halfGaps[label])) continue;
    batch[nOpen++] = i;
    if (nOpen < BATCH_SIZE) continue;
    nChanged += assignBatch(rows, clusters, nOpen);
    nOpen = 0;
  }
  return nChanged + assignBatch(rows, clusters, nOpen);
}

/** Computes all distances of the rows of the batch; the first of equally near centers is the nearest. */
function assignBatch(rows: SampleRows, clusters: Clusters, nRows: number): number {
  const { nClusters, labels, upper, lower } = clusters;
  const { batch, distances } = rows;
  const stride = nRows === 0 ? 0 : squaredDistances(rows, nRows, nClusters);
  let nChanged = 0;
  for (let b = 0, start = 0; b < nRows; b++, start += stride) {
    let label = 0;
    let least = distances[start];
    let second = Infinity;
    for (let c = 1; c < nClusters; c++) {
      const distance = distances[start + c];
      if (distance < least) {
        second = least;
        least = distance;
        label = c;
      } else if (distance < second) {
        second = distance;
      }
    }
    const i = batch[b];
    upper[i] = Math.sqrt(least);
    lower[i] = Math.sqrt(second);
    if (label === labels[i]) continue;
    nChanged++;
    moveRow(rows, i, clusters, label);
  }
  return nChanged;
}

function moveRow(rows: SampleRows, i: number, clusters: Clusters, label: number): void {
  const { labels, sizes } = clusters;
  const before = labels[i];
  if (before !== clusters.nClusters) {
    addRow(rows, i, clusters, before, -1);
    sizes[before]--;
  }
  addRow(rows, i, clusters, label, 1);
  sizes[label]++;
  labels[i] = label;
}

/**
 * Adds row i to the sums of a cluster, or takes it away (`sign` -1).
 *
 * Compensated, so that rows that come and go leave nothing behind, however large their values.
 * @see Neumaier, A. (1974), ZAMM 54(1), 39-51, doi:10.1002/zamm.19740540106
 */
function addRow(
  rows: SampleRows,
  i: number,
  clusters: Clusters,
  label: number,
  sign: number,
): void {
  const { nFeatures, nDense, dense, starts, positions, values } = rows;
  const { sums, lost } = clusters;
  const start = label * nFeatures;
  for (let d = 0; d < nDense; d++) add(sums, lost, start + d, sign * dense[i * nDense + d]);
  for (let e = 2 * starts[i]; e < 2 * starts[i + 1]; e += 2) {
    add(sums, lost, start + positions[e], sign * values[e + 1]);
  }
}

function add(sums: Float64Array, lost: Float64Array, at: number, value: number): void {
  const before = sums[at];
  const after = before + value;
  lost[at] += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
  sums[at] = after;
}

/** @throws StageError E_DATA when no row lies off its center. */
function fillEmptyClusters(rows: SampleRows, clusters: Clusters): void {
  const { nClusters, labels, sizes, upper, lower } = clusters;
  for (let empty = sizes.indexOf(0); empty !== -1; empty = sizes.indexOf(0)) {
    let farthest = -1;
    let largest = 0;
    for (let i = 0; i < rows.nSamples; i++) {
      const label = labels[i];
      if (sizes[label] === 1) continue;
      const distance = squaredDistance(rows, i, label);
      if (distance > largest) {
        largest = distance;
        farthest = i;
      }
    }
    if (farthest === -1) throw createTooFewRowsError(nClusters);
    moveRow(rows, farthest, clusters, empty);
    // the center has yet to move to the row
    upper[farthest] = Infinity;
    lower[farthest] = 0;
  }
}

/** Moves every center to the mean of its rows; returns the sum of the squared distances. */
function moveCenters(rows: SampleRows, clusters: Clusters): number {
  const { nClusters, centers, shifts, sizes, sums, lost } = clusters;
  const { nFeatures } = rows;
  let total = 0;
  for (let c = 0; c < nClusters; c++) {
    let squares = 0;
    for (let at = c * nFeatures; at < (c + 1) * nFeatures; at++) {
      const mean = (sums[at] + lost[at]) / sizes[c];
      squares += (mean - centers[at]) ** 2;
      centers[at] = mean;
    }
    shifts[c] = Math.sqrt(squares);
    total += squares;
  }
  setPoints(rows, centers);
  return total;
}

function toResult(
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

function largestBut(index: number, values: Float64Array): number {
  let largest = 0;
  for (let c = 0; c < values.length; c++) {
    if (c !== index && values[c] > largest) largest = values[c];
  }
  return largest;
}

/** Half the distance of each center to the nearest other one: a row that is nearer to its center stays. */
function halfDistancesBetween(centers: Float64Array, nClusters: number): Float64Array {
  const nFeatures = centers.length / nClusters;
  const halves = new Float64Array(nClusters + 1).fill(Infinity);
  for (let a = 0; a < nClusters; a++) {
    for (let b = 0; b < a; b++) {
      let squares = 0;
      for (let d = 0; d < nFeatures; d++) {
        squares += (centers[a * nFeatures + d] - centers[b * nFeatures + d]) ** 2;
      }
      const half = Math.sqrt(squares) / 2;
      halves[a] = Math.min(halves[a], half);
      halves[b] = Math.min(halves[b], half);
    }
  }
  return halves;
}

function createTooFewRowsError(nClusters: number): StageError {
  return new StageError(
    'E_DATA',
    `${nClusters} clusters must have at least ${nClusters} distinct rows; got fewer`,
    { hint: 'lower cluster.n_clusters, or let it be null' },
  );
}
