/**
 * The two steps of k-means on the clusters of one start: rows go to the nearest center, centers to the mean of
 * their rows.
 *
 * Rows of full columns alone get the nearest center of all (nearest-points.ts). Where columns are sparse, Hamerly's
 * bounds leave out the distances that cannot change a label. `upper` is no less than the distance of a row to its
 * center, `lower` no more than its distance to any other; when centers move, so do the bounds, and only rows whose
 * bounds cross are looked at.
 *
 * @see Hamerly, G. (2010), Making k-means even faster, SDM, 130-140, doi:10.1137/1.9781611972801.12
 */
import { findNearest, floatError, largestNorm } from './nearest-points.ts';
import { BATCH_SIZE, fillBatch, setPoints, squaredDistances } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

/** State of one start; features stand in the order of `rows.order`, and the centers are the points of `rows`. */
export interface Clusters {
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
  /** Bounds of each row; empty where no column is sparse. */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

/** Bounds that differ by less than rounding can explain decide nothing. */
const SAFETY = 1 - 1e-9;

/** Clusters without rows; the centers become the points of `rows`. */
export function startFrom(rows: SampleRows, centers: Float64Array): Clusters {
  const nClusters = centers.length / rows.nFeatures;
  const nBounds = rows.floats === null ? rows.nSamples : 0;
  setPoints(rows, centers);
  return {
    nClusters,
    centers,
    shifts: new Float64Array(nClusters + 1),
    labels: new Int32Array(rows.nSamples).fill(nClusters),
    sizes: new Int32Array(nClusters),
    sums: new Float64Array(centers.length),
    lost: new Float64Array(centers.length),
    upper: new Float64Array(nBounds).fill(Infinity),
    lower: new Float64Array(nBounds),
  };
}

/** Gives every row the label of its nearest center; returns how many labels changed. */
export function assign(rows: SampleRows, clusters: Clusters): number {
  return rows.floats === null ? assignByBounds(rows, clusters) : assignAll(rows, clusters);
}

function assignAll(rows: SampleRows, clusters: Clusters): number {
  const { nClusters, centers, labels } = clusters;
  const error = floatError(rows, largestNorm(centers, rows.nFeatures));
  let nChanged = 0;
  for (let start = 0; start < rows.nSamples; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    findNearest(rows, nRows, nClusters, error);
    for (let b = 0; b < nRows; b++) {
      const label = rows.nearest[b];
      if (label === labels[start + b]) continue;
      nChanged++;
      moveRow(rows, start + b, clusters, label);
    }
  }
  return nChanged;
}

function assignByBounds(rows: SampleRows, clusters: Clusters): number {
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

/** Gives row i another label; the sums of both clusters follow. */
export function moveRow(rows: SampleRows, i: number, clusters: Clusters, label: number): void {
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

/** Moves every center to the mean of its rows; returns the sum of the squared distances. */
export function moveCenters(rows: SampleRows, clusters: Clusters): number {
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
