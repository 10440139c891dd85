/**
 * The rows that trees learn from, class by class, each value as its rank in its column.
 *
 * Where thresholds are drawn at random, ranks are even where that keeps the values apart: the range of the column in
 * up to {@link MAX_RANKS} steps. A threshold is then drawn among ranks, and no table of values has to be searched.
 */

export interface RankedTable {
  readonly nRows: number;
  readonly nFeatures: number;
  /** Rows of class c are classStart[c] to classStart[c + 1] - 1; shape (nClasses + 1). */
  readonly classStart: Int32Array;
  /** Row-major, shape (nRows, nFeatures). */
  readonly ranks: Uint16Array;
  /** Ranks of column f: valueStart[f] to valueStart[f + 1] - 1 of `upper` and `lower`; shape (nFeatures + 1). */
  readonly valueStart: Int32Array;
  /** Greatest value up to each rank. */
  readonly upper: Float32Array;
  /** Least value from each rank on. */
  readonly lower: Float32Array;
  /** Ranks of one unit of each column, shape (nFeatures); 0: ranks are no even steps. */
  readonly scale: Float64Array;
}

/** Columns of more values share ranks among neighbours, each rank its share of the rows. */
export const MAX_RANKS = 65_536;
/** Even steps: at least so many, and so many for each value, as far as there are ranks. */
const MIN_STEPS = 1024;
const STEPS_PER_VALUE = 64;
/** Values that share an even rank where there are more values than ranks, in multiples of their mean. */
const CROWD = 8;

/**
 * @param features - Row-major, finite, shape (nRows, nFeatures).
 * @param labels - Class of each row, shape (nRows).
 * @param isEven - Even steps where they keep values apart.
 * @returns Arrays in shared memory; rows of a class in their order.
 */
export function rankTable(
  features: Float32Array,
  labels: Int32Array,
  nClasses: number,
  isEven: boolean,
  maxRanks = MAX_RANKS,
): RankedTable {
  const nRows = labels.length;
  const nFeatures = features.length / nRows;
  const { classStart, order } = orderByClass(labels, nClasses);
  const ranks = new Uint16Array(new SharedArrayBuffer(2 * nRows * nFeatures));
  const starts = [0];
  const uppers: number[] = [];
  const lowers: number[] = [];
  const scale = new Float64Array(new SharedArrayBuffer(8 * nFeatures));
  const column = new Float32Array(nRows);
  for (let f = 0; f < nFeatures; f++) {
    // + 0 makes -0 and 0 the same value
    for (let i = 0; i < nRows; i++) column[i] = features[order[i] * nFeatures + f] + 0;
    const sorted = column.toSorted();
    const ranking = (isEven ? rankEvenly(sorted, maxRanks) : null) ?? rankValues(sorted, maxRanks);
    const { upper, lower, rankOf } = ranking;
    scale[f] = ranking.scale;
    for (let i = 0; i < nRows; i++) ranks[i * nFeatures + f] = rankOf(column[i]);
    for (const value of upper) uppers.push(value);
    for (const value of lower) lowers.push(value);
    starts.push(uppers.length);
  }
  return {
    ...{ nRows, nFeatures, ranks, scale },
    classStart: share(Int32Array, classStart),
    valueStart: share(Int32Array, starts),
    upper: share(Float32Array, uppers),
    lower: share(Float32Array, lowers),
  };
}

/** Row i of the table is row order[i] of the caller. */
function orderByClass(
  labels: Int32Array,
  nClasses: number,
): { classStart: Int32Array; order: Int32Array } {
  const classStart = new Int32Array(nClasses + 1);
  for (const label of labels) classStart[label + 1]++;
  for (let c = 0; c < nClasses; c++) classStart[c + 1] += classStart[c];
  const next = classStart.slice();
  const order = new Int32Array(labels.length);
  labels.forEach((label, i) => (order[next[label]++] = i));
  return { classStart, order };
}

interface Ranking {
  readonly scale: number;
  readonly upper: ArrayLike<number> & Iterable<number>;
  readonly lower: ArrayLike<number> & Iterable<number>;
  readonly rankOf: (value: number) => number;
}

function countValues(sorted: Float32Array): number {
  let nValues = 1;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) nValues++;
  return nValues;
}

/** A new rank begins once the values before have their share of the rows. */
function rankValues(sorted: Float32Array, maxRanks: number): Ranking {
  const isExact = countValues(sorted) <= maxRanks;
  const upper: number[] = [];
  const lower: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const isNew = i === 0 || sorted[i] !== sorted[i - 1];
    if (isNew && (isExact || i * maxRanks >= lower.length * sorted.length)) lower.push(sorted[i]);
    upper[lower.length - 1] = sorted[i];
  }
  return { scale: 0, upper, lower, rankOf: (value) => findRank(upper, value) };
}

/** null: even steps would let too many values share a rank. */
function rankEvenly(sorted: Float32Array, maxRanks: number): Ranking | null {
  const nValues = countValues(sorted);
  const least = sorted[0];
  const greatest = sorted[sorted.length - 1];
  const nSteps = Math.min(maxRanks, Math.max(MIN_STEPS, STEPS_PER_VALUE * nValues));
  const scale = (nSteps - 1) / (greatest - least);
  if (nValues <= 2 || scale > Number.MAX_VALUE) return null;
  const most = nValues <= maxRanks ? 1 : Math.floor((CROWD * nValues) / maxRanks);
  const rankOf = (value: number): number => Math.floor((value - least) * scale);
  const nRanks = rankOf(greatest) + 1;
  if (nRanks > maxRanks) return null;
  const upper = new Float32Array(nRanks).fill(-Infinity);
  const lower = new Float32Array(nRanks).fill(Infinity);
  const nTogether = new Int32Array(nRanks);
  for (let i = 0; i < sorted.length; i++) {
    const rank = rankOf(sorted[i]);
    if (i === 0 || sorted[i] !== sorted[i - 1]) nTogether[rank]++;
    if (nTogether[rank] > most) return null;
    upper[rank] = sorted[i];
    lower[rank] = Math.min(lower[rank], sorted[i]);
  }
  for (let rank = 1; rank < nRanks; rank++) upper[rank] = Math.max(upper[rank], upper[rank - 1]);
  for (let rank = nRanks - 1; rank > 0; rank--) {
    lower[rank - 1] = Math.min(lower[rank - 1], lower[rank]);
  }
  return { scale, upper, lower, rankOf };
}

/** The first rank whose greatest value is at least `value`. */
function findRank(upper: readonly number[], value: number): number {
  let low = 0;
  let high = upper.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (upper[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function share<T extends Int32Array | Float32Array>(
  Type: new (buffer: SharedArrayBuffer) => T,
  values: ArrayLike<number>,
): T {
  const shared = new Type(new SharedArrayBuffer(4 * values.length));
  shared.set(values);
  return shared;
}
