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
  readonly nSums: number;
  readonly largestNorm: number;
  readonly nTerms: number;
  readonly memory: SharedMemory;
  /** Addresses in bytes of what all threads read. */
  readonly blocks: number;
  readonly floats: number;
  readonly sums: number;
  readonly entries: number;
  readonly starts: number;
  readonly dense: number;
  readonly labels: number;
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
  return openRows(layOutRows(X, nFeatures, { maxPoints, nSums: 0, nThreads: 1 }), 0);
}

export interface LayoutOptions {
  /** The most points that will be set at a time. */
  readonly maxPoints: number;
  /** Places for sums of rows. */
  readonly nSums: number;
  readonly nThreads: number;
}

/** The copy that {@link openRows} opens. */
export function layOutRows(
  X: Rows,
  nFeatures: number,
  { maxPoints, nSums, nThreads }: LayoutOptions,
): RowsLayout {
  const isDense = X instanceof Float32Array;
  const nSamples = countRows(X, nFeatures);
  const { full, sparse } = isDense ? groupColumns(X, nFeatures) : allSparse(nFeatures);
  const entryStarts = isDense ? countEntries(X, nFeatures, sparse) : X.indptr;
  const nEntries = entryStarts[nSamples];
  const nDense = full.length;

  const blocks = nThreads * scratchOf(nDense, maxPoints).nBytes;
  const floats = blocks + 8 * padded(maxPoints) * (nFeatures + 1);
  const sums = floats + 4 * padded(maxPoints) * (nFeatures + 1);
  const entries = sums + 16 * nSums * nFeatures;
  const starts = entries + 8 * nEntries;
  const dense = starts + 4 * (nSamples + 1);
  const labels = dense + 4 * nSamples * nDense;
  // the kernel reads 16 bytes at a time
  const nBytes = labels + 4 * nSamples + 16;
  assertFits(nBytes);
  const layout = {
    nSamples,
    nFeatures,
    nDense,
    order: Int32Array.from([...full, ...sparse]),
    nEntries,
    maxPoints,
    nSums,
    largestNorm: 0,
    nTerms: 0,
    memory: createMemory(nBytes),
    blocks,
    floats,
    sums,
    entries,
    starts,
    dense,
    labels,
  };
  const rows = openRows(layout, 0);
  rows.starts.set(entryStarts);
  if (isDense) copyValues(X, full, sparse, rows);
  else copyEntries(X, rows);
  return { ...layout, largestNorm: largestNorm(rows), nTerms: nDense + mostEntries(rows) };
}

/**
 * The rows as one thread sees them, with points and distances of its own.
 *
 * @param thread - Below the number that the rows were laid out for.
 */
export function openRows(layout: RowsLayout, thread: number): SampleRows {
  const { nSamples, nFeatures, nDense, nEntries, maxPoints, memory } = layout;
  const scratch = scratchOf(nDense, maxPoints);
  const first = thread * scratch.nBytes;
  const at = (name: keyof typeof scratch): number => first + scratch[name];
  const { buffer } = memory;
  const nPadded = padded(maxPoints);
  const kernel = loadKernel(memory, {
    blocks: layout.blocks,
    blockBytes: 32 * (nFeatures + 1),
    floats: layout.floats,
    distances: at('distances'),
    eight: at('eight'),
    first: at('first'),
    nearest: at('nearest'),
    open: at('open'),
    batch: at('batch'),
    sums: layout.sums,
    sumBytes: 8 * nFeatures,
    entries: layout.entries,
    nEntries,
    starts: layout.starts,
    dense: layout.dense,
    denseBytes: 4 * nDense,
    labels: layout.labels,
  });
  return {
    nSamples,
    nFeatures,
    nDense,
    order: layout.order,
    largestNorm: layout.largestNorm,
    nTerms: layout.nTerms,
    blocks: new Float64Array(buffer, layout.blocks, nPadded * (nFeatures + 1)),
    floatBlocks: new Float32Array(buffer, layout.floats, nPadded * (nFeatures + 1)),
    sums: new Float64Array(buffer, layout.sums, 2 * layout.nSums * nFeatures),
    distances: new Float64Array(buffer, at('distances'), nPadded * BATCH_SIZE),
    batch: new Uint32Array(buffer, at('batch'), BATCH_SIZE),
    nearest: new Int32Array(buffer, at('nearest'), BATCH_SIZE),
    open: new Int32Array(buffer, at('open'), BATCH_SIZE),
    positions: new Uint32Array(buffer, layout.entries, 2 * nEntries),
    values: new Float32Array(buffer, layout.entries, 2 * nEntries),
    starts: new Uint32Array(buffer, layout.starts, nSamples + 1),
    dense: new Float32Array(buffer, layout.dense, nSamples * nDense),
    labels: new Int32Array(buffer, layout.labels, nSamples),
    kernel,
  };
}

/** Offsets in bytes of what a thread has for itself, each a multiple of 16, and how much it is. */
function scratchOf(nDense: number, maxPoints: number) {
  const distances = 0;
  const batch = distances + 8 * padded(maxPoints) * BATCH_SIZE;
  const nearest = batch + 4 * BATCH_SIZE;
  const open = nearest + 4 * BATCH_SIZE;
  const eight = open + 4 * BATCH_SIZE;
  const first = eight + 32 * padded(nDense);
  const nBytes = first + 32 * padded(maxPoints);
  return { distances, batch, nearest, open, eight, first, nBytes };
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

function largestNorm({ nSamples, nDense, dense, starts, values }: SampleRows): number {
  let largest = 0;
  for (let i = 0; i < nSamples; i++) {
    let squares = 0;
    for (let at = i * nDense; at < (i + 1) * nDense; at++) squares += dense[at] * dense[at];
    for (let e = 2 * starts[i]; e < 2 * starts[i + 1]; e += 2) squares += values[e + 1] ** 2;
    if (squares > largest) largest = squares;
  }
  return Math.sqrt(largest);
}

function mostEntries({ nSamples, starts }: SampleRows): number {
  let most = 0;
  for (let i = 0; i < nSamples; i++) most = Math.max(most, starts[i + 1] - starts[i]);
  return most;
}

function assertFits(nBytes: number): void {
  if (nBytes <= MAX_MEMORY_BYTES) return;
  throw new StageError(
    'E_DATA',
    `rows and clusters must fit into 4 GiB; got ${(nBytes / 2 ** 30).toFixed(1)} GiB`,
    { hint: 'have fewer clusters or columns, or cluster a sample of the rows' },
  );
}
