/** Rows for growing regression trees: column by column, and the order of each column's values. */

export interface SortedTable {
  readonly nRows: number;
  readonly nFeatures: number;
  /** Column-major, shape (nFeatures, nRows). */
  readonly columns: Float32Array;
  /** Rows by ascending value of each column, equal ones by number; shape (nFeatures, nRows). */
  readonly order: Int32Array;
}

/** @param features - Row-major, finite, shape (nRows, nFeatures). */
export function sortTable(features: Float32Array, nRows: number): SortedTable {
  const nFeatures = features.length / nRows;
  const columns = new Float32Array(features.length);
  const order = new Int32Array(features.length);
  for (let f = 0; f < nFeatures; f++) {
    const column = columns.subarray(f * nRows, (f + 1) * nRows);
    // + 0 makes -0 and 0 the same value
    for (let row = 0; row < nRows; row++) column[row] = features[row * nFeatures + f] + 0;
    order.set(sortRows(column), f * nRows);
  }
  return { nRows, nFeatures, columns, order };
}

/** Radix sort by the bytes of the values, the lowest first. */
function sortRows(column: Float32Array): Int32Array {
  const keys = toSortableBits(column);
  let rows = new Int32Array(column.length);
  let spare = new Int32Array(column.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  const next = new Int32Array(256);
  for (let shift = 0; shift < 32; shift += 8) {
    next.fill(0);
    for (let i = 0; i < keys.length; i++) next[(keys[i] >>> shift) & 255]++;
    let start = 0;
    for (let digit = 0; digit < 256; digit++) {
      const n = next[digit];
      next[digit] = start;
      start += n;
    }
    for (let i = 0; i < rows.length; i++) {
      spare[next[(keys[rows[i]] >>> shift) & 255]++] = rows[i];
    }
    [rows, spare] = [spare, rows];
  }
  return rows;
}

/** Unsigned words that are ordered as the numbers are. */
function toSortableBits(column: Float32Array): Uint32Array {
  const bits = new Uint32Array(column.slice().buffer);
  for (let i = 0; i < bits.length; i++) bits[i] ^= (bits[i] >> 31) | 0x80000000;
  return bits;
}
