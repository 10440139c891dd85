/**
 * Rows, and points to which their squared Euclidean distances are computed.
 *
 * Columns that are mostly zero keep only their other values. One-hot columns make most of many tables, and
 * their zeros most of the work: with 10 full columns and two one-hot groups of 4 and 40, a distance takes 12
 * terms instead of 54. Nothing is approximated. The kernel is WebAssembly (squared-distances.wat): two
 * doubles per instruction, the same bits on every machine; floats only where these decide nothing
 * (nearest-points.ts).
 */
import type { Kernel } from './squared-distances.ts';

export interface SampleRows {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nDense: number;
  /** Column of the input at each position: the full columns, then the sparse ones, both ascending. */
  readonly order: Int32Array;
  /** Row-major, shape (nSamples, nDense). */
  readonly dense: Float32Array;
  /** Row i has the entries starts[i] to starts[i + 1] (excluded). */
  readonly starts: Uint32Array;
  /** Entry e stands at 2 e: its position in `order`, hence >= nDense, ascending within a row. */
  readonly positions: Uint32Array;
  /** The same memory; entry e has its value at 2 e + 1. */
  readonly values: Float32Array;
  /** The point that each row was given, shape (nSamples); all threads see the same. */
  readonly labels: Int32Array;
  /** Norm of the longest row, and the most terms that a product of a row and a point has. */
  readonly largestNorm: number;
  readonly nTerms: number;
  /**
   * Points in blocks of four: four offsets (sums of squares over the sparse positions: how far a row without
   * entries is away), then the four values of each position. Written by {@link setPoints}; all threads see the
   * same.
   */
  readonly blocks: Float64Array;
  /** As `blocks`, with half the squared norms as offsets; infinite for no point. */
  readonly floatBlocks: Float32Array;
  /** Sums of rows, and what rounding took from these: shape (nSums, 2, nFeatures); all threads see the same. */
  readonly sums: Float64Array;
  /** Indices of the rows that {@link squaredDistances} takes together. */
  readonly batch: Uint32Array;
  /** Row-major, shape (BATCH_SIZE, nPoints rounded up to a multiple of 4). */
  readonly distances: Float64Array;
  /** The point that is nearest to each row of the batch, shape (BATCH_SIZE). */
  readonly nearest: Int32Array;
  /** Places in the batch of some of its rows, ascending, shape (BATCH_SIZE): those that are still to be looked at. */
  readonly open: Int32Array;
  readonly kernel: Kernel;
}

/** Small enough that the distances of a batch stay in the first-level cache for 4 points. */
export const BATCH_SIZE = 1024;

export function padded(nPoints: number): number {
  return 4 * Math.ceil(nPoints / 4);
}

/** Fills `rows.batch` with the rows from `start` on; returns how many there are, at most BATCH_SIZE. */
export function fillBatch({ kernel, nSamples }: SampleRows, start: number): number {
  const nRows = Math.min(BATCH_SIZE, nSamples - start);
  kernel.fillBatch(start, nRows);
  return nRows;
}

/**
 * Squared distances of the first `nRows` rows of `rows.batch` to the first `nPoints` points, to
 * `rows.distances`, with one row of it per row.
 *
 * @returns The length of a row of `rows.distances`; what it holds beyond `nPoints` has no meaning.
 */
export function squaredDistances(rows: SampleRows, nRows: number, nPoints: number): number {
  const stride = padded(nPoints);
  rows.kernel.touch(nRows);
  rows.kernel.squaredDistances(nRows, stride / 4);
  return stride;
}

/** Copies row i to `out`, shape (nFeatures), in the order of `rows.order`. */
export function copyRow(rows: SampleRows, i: number, out: Float64Array): void {
  const { nDense, dense, starts, positions, values } = rows;
  out.fill(0);
  for (let d = 0; d < nDense; d++) out[d] = dense[i * nDense + d];
  for (let e = 2 * starts[i]; e < 2 * starts[i + 1]; e += 2) out[positions[e]] = values[e + 1];
}

/** Sets points; row-major, shape (nPoints, nFeatures), in the order of `rows.order`. */
export function setPoints(rows: SampleRows, points: Float64Array): void {
  const { nFeatures, nDense, blocks } = rows;
  for (let p = 0, from = 0; from < points.length; p++) {
    const block = firstOf(rows, p);
    let offset = 0;
    for (let d = 0; d < nFeatures; d++, from++) {
      blocks[block + 4 * (d + 1)] = points[from];
      if (d >= nDense) offset += points[from] ** 2;
    }
    blocks[block] = offset;
  }
  setFloats(rows, points);
}

function setFloats(rows: SampleRows, points: Float64Array): void {
  const { nFeatures, floatBlocks: blocks } = rows;
  const nPoints = points.length / nFeatures;
  for (let p = 0, from = 0; p < padded(nPoints); p++) {
    const block = firstOf(rows, p);
    let squares = 0;
    for (let d = 0; d < nFeatures; d++, from++) {
      const value = p < nPoints ? points[from] : 0;
      blocks[block + 4 * (d + 1)] = value;
      squares += value * value;
    }
    blocks[block] = p < nPoints ? squares / 2 : Infinity;
  }
}

/** Squared distance of row i to one point: the bits that `squaredDistances` gives. */
export function squaredDistance(rows: SampleRows, i: number, point: number): number {
  const { nDense, dense, starts, positions, values, blocks } = rows;
  const block = firstOf(rows, point);
  let sum = 0;
  for (let d = 0; d < nDense; d++) {
    const difference = dense[i * nDense + d] - blocks[block + 4 * (d + 1)];
    sum += difference * difference;
  }
  let change = 0;
  for (let e = 2 * starts[i]; e < 2 * starts[i + 1]; e += 2) {
    const value = values[e + 1];
    const coordinate = blocks[block + 4 * (positions[e] + 1)];
    change += value * (value - (coordinate + coordinate));
  }
  return sum + Math.max(0, blocks[block] + change);
}

function firstOf({ nFeatures }: SampleRows, point: number): number {
  return (point - (point % 4)) * (nFeatures + 1) + (point % 4);
}

/** Mean over the features of their variances (divisor nSamples). */
export function meanVariance(rows: SampleRows): number {
  const { nSamples, nFeatures, nDense, dense, positions, values } = rows;
  const means = new Float64Array(nFeatures);
  for (let i = 0, at = 0; i < nSamples; i++) {
    for (let d = 0; d < nDense; d++, at++) means[d] += dense[at];
  }
  for (let e = 0; e < values.length; e += 2) means[positions[e]] += values[e + 1];
  for (let d = 0; d < nFeatures; d++) means[d] /= nSamples;
  let squares = 0;
  for (let i = 0, at = 0; i < nSamples; i++) {
    for (let d = 0; d < nDense; d++, at++) squares += (dense[at] - means[d]) ** 2;
  }
  // of a sparse column: the mean square less the square of the mean
  for (let e = 0; e < values.length; e += 2) squares += values[e + 1] ** 2;
  for (let d = nDense; d < nFeatures; d++) squares -= nSamples * means[d] ** 2;
  return Math.max(0, squares) / nSamples / nFeatures;
}
