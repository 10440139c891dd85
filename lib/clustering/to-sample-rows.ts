/** Copies rows to where distances are computed: one memory, which several threads may look at. */
import { StageError } from '../errors.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { BATCH_SIZE, padded } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';
import { createMemory, loadKernel, MAX_MEMORY_BYTES } from './squared-distances.ts';
import type { SharedMemory } from './squared-distances.ts';

/** Row-major, shape (nSamples, nFeatures), or sparse; every value finite. */
export type Rows = Float32Array | CsrMatrix;

export function countRows(X: Rows, nFeatures: number): number {
  return X instanceof Float32Array ? X.length / nFeatures : X.nRows;
}

/** Where what stands in the memory; a worker thread that gets it sees the same rows. */
export interface RowsLayout {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nDense: number;
  readonly order: Int32Array;
  readonly nEntries: number;
  readonly maxPoints: number;
  readonly largestNorm: number;
  readonly memory: SharedMemory;
  /** Addresses in bytes of what all threads read. */
  readonly entries: number;
  readonly starts: number;
  readonly dense: number;
}

/** Share of values other than 0 below which a column is stored by these values alone. */
const MAX_SPARSE_SHARE = 0.5;
/** Rows looked at to tell full columns from sparse ones; a wrong guess costs time, never a digit. */
const N_PROBED = 1024;

/**
 * Copies rows to where distances are computed.
 *
 * @param X - Not modified.
 * @param maxPoints - The most points that will be set at a time.
 * @throws StageError E_DATA when the copy needs more than 4 GiB.
 */
export function toSampleRows(X: Rows, nFeatures: number, maxPoints: number): SampleRows {
  return openRows(layOutRows(X, nFeatures, maxPoints, 1), 0);
}

/** The copy that {@link openRows} opens, for `nThreads` threads. */
export function layOutRows(
  X: Rows,
  nFeatures: number,
  maxPoints: number,
  nThreads: number,
): RowsLayout {
  const isDense = X instanceof Float32Array;
  const nSamples = countRows(X, nFeatures);
  const { full, sparse } = isDense ? groupColumns(X, nFeatures) : allSparse(nFeatures);
  const entryStarts = isDense ? countEntries(X, nFeatures, sparse) : X.indptr;
  const nEntries = entryStarts[nSamples];
  const nDense = full.length;

  const entries = nThreads * scratchOf(nFeatures, nDense, maxPoints).nBytes;
  const starts = entries + 8 * nEntries;
  const dense = starts + 4 * (nSamples + 1);
  // a row without a full column or an entry is touched as well
  const nBytes = dense + 4 * nSamples * nDense + 4;
  assertFits(nBytes);
  const layout = {
    nSamples,
    nFeatures,
    nDense,
    order: Int32Array.from([...full, ...sparse]),
    nEntries,
    maxPoints,
    largestNorm: isDense && sparse.length === 0 ? largestNorm(X, nFeatures) : 0,
    memory: createMemory(nBytes),
    entries,
    starts,
    dense,
  };
  const rows = openRows(layout, 0);
  rows.starts.set(entryStarts);
  if (isDense) copyValues(X, full, sparse, rows);
  else copyEntries(X, rows);
  return layout;
}

/**
 * The rows as one thread sees them, with points and distances of its own.
 *
 * @param thread - Below the number that the rows were laid out for.
 */
export function openRows(layout: RowsLayout, thread: number): SampleRows {
  const { nSamples, nFeatures, nDense, order, nEntries, maxPoints, memory } = layout;
  const scratch = scratchOf(nFeatures, nDense, maxPoints);
  const first = thread * scratch.nBytes;
  const at = (name: keyof typeof scratch): number => first + scratch[name];
  const { buffer } = memory;
  const nPadded = padded(maxPoints);
  const kernel = loadKernel(memory, {
    blocks: at('blocks'),
    blockBytes: 32 * (nFeatures + 1),
    distances: at('distances'),
    floats: at('floats'),
    eight: at('eight'),
    nearest: at('nearest'),
    gaps: at('gaps'),
    batch: at('batch'),
    entries: layout.entries,
    starts: layout.starts,
    dense: layout.dense,
    denseBytes: 4 * nDense,
  });
  return {
    nSamples,
    nFeatures,
    nDense,
    order,
    blocks: new Float64Array(buffer, at('blocks'), nPadded * (nFeatures + 1)),
    distances: new Float64Array(buffer, at('distances'), nPadded * BATCH_SIZE),
    batch: new Uint32Array(buffer, at('batch'), BATCH_SIZE),
    nearest: new Int32Array(buffer, at('nearest'), BATCH_SIZE),
    floats:
      nDense < nFeatures
        ? null
        : {
            blocks: new Float32Array(buffer, at('floats'), nPadded * (nFeatures + 1)),
            gaps: new Float32Array(buffer, at('gaps'), BATCH_SIZE),
            largestNorm: layout.largestNorm,
          },
    positions: new Uint32Array(buffer, layout.entries, 2 * nEntries),
    values: new Float32Array(buffer, layout.entries, 2 * nEntries),
    starts: new Uint32Array(buffer, layout.starts, nSamples + 1),
    dense: new Float32Array(buffer, layout.dense, nSamples * nDense),
    kernel,
  };
}

/** Offsets in bytes of what a thread has for itself, each a multiple of 16, and how much it is. */
function scratchOf(nFeatures: number, nDense: number, maxPoints: number) {
  const nPadded = padded(maxPoints);
  const hasFloats = nDense === nFeatures;
  const blocks = 0;
  const distances = blocks + 8 * nPadded * (nFeatures + 1);
  const batch = distances + 8 * nPadded * BATCH_SIZE;
  const nearest = batch + 4 * BATCH_SIZE;
  const gaps = nearest + 4 * BATCH_SIZE;
  const floats = gaps + (hasFloats ? 4 * BATCH_SIZE : 0);
  const eight = floats + (hasFloats ? 4 * nPadded * (nFeatures + 1) : 0);
  const nBytes = eight + (hasFloats ? 32 * nFeatures : 0);
  return { blocks, distances, batch, nearest, gaps, floats, eight, nBytes };
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

function copyEntries(
  { indices, values: given }: CsrMatrix,
  { positions, values }: SampleRows,
): void {
  for (let e = 0; e < given.length; e++) {
    positions[2 * e] = indices[e];
    values[2 * e + 1] = given[e];
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

function allSparse(nFeatures: number): Record<'full' | 'sparse', Int32Array> {
  return { full: new Int32Array(0), sparse: Int32Array.from({ length: nFeatures }, (_, d) => d) };
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

function largestNorm(X: Float32Array, nFeatures: number): number {
  let largest = 0;
  for (let row = 0; row < X.length; row += nFeatures) {
    let squares = 0;
    for (let d = 0; d < nFeatures; d++) squares += X[row + d] ** 2;
    if (squares > largest) largest = squares;
  }
  return Math.sqrt(largest);
}

function assertFits(nBytes: number): void {
  if (nBytes <= MAX_MEMORY_BYTES) return;
  throw new StageError(
    'E_DATA',
    `the rows must fit into 4 GiB; got ${(nBytes / 2 ** 30).toFixed(1)} GiB`,
    { hint: 'cluster a sample of the rows, or fewer columns' },
  );
}
