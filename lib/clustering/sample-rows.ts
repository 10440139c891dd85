/**
 * Rows, and points to which their squared Euclidean distances are computed.
 *
 * Columns that are mostly zero keep only their other values. One-hot columns make most of many tables, and
 * their zeros most of the work: with 10 full columns and two one-hot groups of 4 and 40, a distance takes 12
 * terms instead of 54. Nothing is approximated. The kernel is WebAssembly (squared-distances.wat): two
 * doubles per instruction, the same bits on every machine.
 */
import { StageError } from '../errors.ts';
import { loadKernel, MAX_MEMORY_BYTES } from './squared-distances.ts';
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
  /**
   * Points in blocks of four: four offsets (sums of squares over the sparse positions: how far a row without
   * entries is away), then the four values of each position. Written by {@link setPoints}.
   */
  readonly blocks: Float64Array;
  /** Indices of the rows that {@link squaredDistances} takes together. */
  readonly batch: Uint32Array;
  /** Row-major, shape (BATCH_SIZE, nPoints rounded up to a multiple of 4). */
  readonly distances: Float64Array;
  readonly kernel: Kernel;
}

/** Small enough that the distances of a batch stay in the first-level cache for 4 points. */
export const BATCH_SIZE = 1024;
/** Share of values other than 0 below which a column is stored by these values alone. */
const MAX_SPARSE_SHARE = 0.5;
/** Rows looked at to tell full columns from sparse ones; a wrong guess costs time, never a digit. */
const N_PROBED = 1024;

/**
 * Copies rows to where distances are computed.
 *
 * @param X - Row-major, shape (nSamples, nFeatures), every value finite; not modified.
 * @param maxPoints - The most points that will be set at a time.
 * @throws StageError E_DATA when the copy needs more than 4 GiB.
 */
export function toSampleRows(X: Float32Array, nFeatures: number, maxPoints: number): SampleRows {
  const nSamples = X.length / nFeatures;
  const { full, sparse } = groupColumns(X, nFeatures);
  const nDense = full.length;
  const entryStarts = countEntries(X, nFeatures, sparse);
  const nEntries = entryStarts[nSamples];
  const nPadded = padded(maxPoints);

  const blocks = 0;
  const distances = blocks + 8 * nPadded * (nFeatures + 1);
  const entries = distances + 8 * nPadded * BATCH_SIZE;
  const batch = entries + 8 * nEntries;
  const starts = batch + 4 * BATCH_SIZE;
  const denseAt = starts + 4 * (nSamples + 1);
  // a row without a full column or an entry is touched as well
  const nBytes = denseAt + 4 * nSamples * nDense + 4;
  assertFits(nBytes);
  const { buffer, kernel } = loadKernel(nBytes, {
    blocks,
    blockBytes: 32 * (nFeatures + 1),
    distances,
    entries,
    batch,
    starts,
    dense: denseAt,
    denseBytes: 4 * nDense,
  });
  const rows: SampleRows = {
    nSamples,
    nFeatures,
    nDense,
    order: Int32Array.from([...full, ...sparse]),
    blocks: new Float64Array(buffer, blocks, nPadded * (nFeatures + 1)),
    distances: new Float64Array(buffer, distances, nPadded * BATCH_SIZE),
    positions: new Uint32Array(buffer, entries, 2 * nEntries),
    values: new Float32Array(buffer, entries, 2 * nEntries),
    batch: new Uint32Array(buffer, batch, BATCH_SIZE),
    starts: new Uint32Array(buffer, starts, nSamples + 1),
    dense: new Float32Array(buffer, denseAt, nSamples * nDense),
    kernel,
  };
  rows.starts.set(entryStarts);
  copyValues(X, full, sparse, rows);
  return rows;
}

function copyValues(
  X: Float32Array,
  full: Int32Array,
  sparse: Int32Array,
  { nSamples, nFeatures, nDense, dense, positions, values }: SampleRows,
): void {
  if (sparse.length === 0) {
    dense.set(X);
    return;
  }
  for (let i = 0, row = 0, to = 0; i < nSamples; i++, row += nFeatures) {
    for (let d = 0; d < nDense; d++) dense[i * nDense + d] = X[row + full[d]];
    for (let s = 0; s < sparse.length; s++) {
      const value = X[row + sparse[s]];
      if (value === 0) continue;
      positions[to] = nDense + s;
      values[to + 1] = value;
      to += 2;
    }
  }
}

function groupColumns(X: Float32Array, nFeatures: number): Record<'full' | 'sparse', Int32Array> {
  const nSamples = X.length / nFeatures;
  const step = Math.ceil(nSamples / N_PROBED);
  const nNonZero = new Uint32Array(nFeatures);
  let nProbed = 0;
  for (let i = 0; i < nSamples; i += step, nProbed++) {
    for (let column = 0; column < nFeatures; column++) {
      if (X[i * nFeatures + column] !== 0) nNonZero[column]++;
    }
  }
  const columns = Array.from(nNonZero, (_, column) => column);
  const isSparse = (column: number): boolean => nNonZero[column] < MAX_SPARSE_SHARE * nProbed;
  return {
    full: Int32Array.from(columns.filter((column) => !isSparse(column))),
    sparse: Int32Array.from(columns.filter(isSparse)),
  };
}

function countEntries(X: Float32Array, nFeatures: number, sparse: Int32Array): Uint32Array {
  const nSamples = X.length / nFeatures;
  const starts = new Uint32Array(nSamples + 1);
  if (sparse.length === 0) return starts;
  for (let i = 0, row = 0, n = 0; i < nSamples; i++, row += nFeatures) {
    for (let s = 0; s < sparse.length; s++) n += X[row + sparse[s]] === 0 ? 0 : 1;
    starts[i + 1] = n;
  }
  return starts;
}

function assertFits(nBytes: number): void {
  if (nBytes <= MAX_MEMORY_BYTES) return;
  throw new StageError(
    'E_DATA',
    `the rows must fit into 4 GiB; got ${(nBytes / 2 ** 30).toFixed(1)} GiB`,
    { hint: 'cluster a sample of the rows, or fewer columns' },
  );
}

function padded(nPoints: number): number {
  return 4 * Math.ceil(nPoints / 4);
}

/** Fills `rows.batch` with the rows from `start` on; returns how many there are, at most BATCH_SIZE. */
export function fillBatch({ batch, nSamples }: SampleRows, start: number): number {
  const nRows = Math.min(BATCH_SIZE, nSamples - start);
  for (let b = 0; b < nRows; b++) batch[b] = start + b;
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
