/** The rows that trees learn from, class by class, each value as the rank of its column. */

export interface RankedTable {
  readonly nRows: number;
  readonly nFeatures: number;
  /** Rows of class c are classStart[c] to classStart[c + 1] - 1; shape (nClasses + 1). */
  readonly classStart: Int32Array;
  /** Row-major, shape (nRows, nFeatures). */
  readonly ranks: Uint16Array;
  /** Ranks of column f: valueStart[f] to valueStart[f + 1] - 1 of `upper` and `lower`; shape (nFeatures + 1). */
  readonly valueStart: Int32Array;
  /** Greatest value of each rank. */
  readonly upper: Float32Array;
  /** Least value of each rank: the same, unless a column has more than {@link MAX_RANKS} values. */
  readonly lower: Float32Array;
}

/** Columns of more values share ranks among neighbours, each rank its share of the rows. */
export const MAX_RANKS = 65_536;

/**
 * @param features - Row-major, finite, shape (nRows, nFeatures).
 * @param labels - Class of each row, shape (nRows).
 * @returns Arrays in shared memory; rows of a class in their order.
 */
export function rankTable(
  features: Float32Array,
  labels: Int32Array,
  nClasses: number,
  maxRanks = MAX_RANKS,
): RankedTable {
  const nRows = labels.length;
  const nFeatures = features.length / nRows;
  const { classStart, order } = orderByClass(labels, nClasses);
  const ranks = new Uint16Array(new SharedArrayBuffer(2 * nRows * nFeatures));
  const starts = [0];
  const uppers: number[] = [];
  const lowers: number[] = [];
  const column = new Float32Array(nRows);
  for (let f = 0; f < nFeatures; f++) {
    // + 0 makes -0 and 0 the same value
    for (let i = 0; i < nRows; i++) column[i] = features[order[i] * nFeatures + f] + 0;
    const { upper, lower } = rankValues(column.toSorted(), maxRanks);
    for (let i = 0; i < nRows; i++) ranks[i * nFeatures + f] = findRank(upper, column[i]);
    for (const value of upper) uppers.push(value);
    for (const value of lower) lowers.push(value);
    starts.push(uppers.length);
  }
  return {
    ...{ nRows, nFeatures, ranks },
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

/** A new rank begins once the values before have their share of the rows. */
function rankValues(sorted: Float32Array, maxRanks: number): { upper: number[]; lower: number[] } {
  let nValues = 1;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) nValues++;
  const isExact = nValues <= maxRanks;
  const upper: number[] = [];
  const lower: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const isNew = i === 0 || sorted[i] !== sorted[i - 1];
    if (isNew && (isExact || i * maxRanks >= lower.length * sorted.length)) lower.push(sorted[i]);
    upper[lower.length - 1] = sorted[i];
  }
  return { upper, lower };
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
