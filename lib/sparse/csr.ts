/**
 * Sparse matrices by compressed rows: what is stored of row i stands at places indptr[i] to indptr[i + 1]
 * (exclusive) of `indices` (columns) and `values`. What is not stored is 0.
 *
 * Dense matrices beside them are row-major arrays of doubles. Nothing here changes an argument.
 */

export interface CsrMatrix {
  readonly nRows: number;
  readonly nColumns: number;
  /** Shape (nRows + 1), from 0, never falling; the last is the number of stored values. */
  readonly indptr: Uint32Array;
  /** Columns, rising within a row, shape (nStored). */
  readonly indices: Uint32Array;
  /** Shape (nStored); a stored 0 is allowed. */
  readonly values: Float32Array;
}

/** Values at (row, column), in any order. */
export interface Triplets {
  readonly nRows: number;
  readonly nColumns: number;
  /** Below nRows, shape (n). */
  readonly rows: ArrayLike<number>;
  /** Below nColumns, shape (n). */
  readonly columns: ArrayLike<number>;
  /** Shape (n); absent: all 1, so that the matrix counts how often a pair is there. */
  readonly values?: ArrayLike<number>;
}

/**
 * The matrix of triplets; values of the same row and column are added, in their order. Takes time proportional
 * to the number of triplets, rows and columns.
 */
export function fromTriplets({ nRows, nColumns, rows, columns, values }: Triplets): CsrMatrix {
  const n = rows.length;
  // by column first, so that placing them by row leaves the columns of each row in their order
  const byColumn = placeBy(columns, nColumns, n);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[byColumn.place(columns[i])] = i;
  const byRow = placeBy(rows, nRows, n);
  const sorted = new Uint32Array(n);
  for (const i of order) sorted[byRow.place(rows[i])] = i;

  const indptr = new Uint32Array(nRows + 1);
  const indices = new Uint32Array(n);
  const sums = new Float32Array(n);
  let nStored = 0;
  for (let row = 0, at = 0; row < nRows; row++) {
    const end = byRow.ends[row];
    while (at < end) {
      const column = columns[sorted[at]];
      let sum = 0;
      for (; at < end && columns[sorted[at]] === column; at++) sum += values?.[sorted[at]] ?? 1;
      indices[nStored] = column;
      sums[nStored++] = sum;
    }
    indptr[row + 1] = nStored;
  }
  const isWhole = nStored === n;
  return {
    nRows,
    nColumns,
    indptr,
    indices: isWhole ? indices : indices.slice(0, nStored),
    values: isWhole ? sums : sums.slice(0, nStored),
  };
}

/** Rows become columns. */
export function transpose({ nRows, nColumns, indptr, indices, values }: CsrMatrix): CsrMatrix {
  const { ends, place } = placeBy(indices, nColumns, indices.length);
  const rows = new Uint32Array(indices.length);
  const moved = new Float32Array(indices.length);
  for (let row = 0; row < nRows; row++) {
    for (let at = indptr[row]; at < indptr[row + 1]; at++) {
      const to = place(indices[at]);
      rows[to] = row;
      moved[to] = values[at];
    }
  }
  const starts = new Uint32Array(nColumns + 1);
  starts.set(ends, 1);
  return { nRows: nColumns, nColumns: nRows, indptr: starts, indices: rows, values: moved };
}

/** Sum of the squares of each row, shape (nRows). */
export function rowSquaredNorms({ nRows, indptr, values }: CsrMatrix): Float64Array {
  const norms = new Float64Array(nRows);
  for (let row = 0; row < nRows; row++) {
    let sum = 0;
    for (let at = indptr[row]; at < indptr[row + 1]; at++) sum += values[at] * values[at];
    norms[row] = sum;
  }
  return norms;
}

/**
 * Rows by their numbers, in the order given; a row may be taken more than once.
 *
 * @param rows - Below nRows.
 */
export function takeRows(matrix: CsrMatrix, rows: ArrayLike<number>): CsrMatrix {
  const indptr = new Uint32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    indptr[i + 1] = indptr[i] + matrix.indptr[rows[i] + 1] - matrix.indptr[rows[i]];
  }
  const indices = new Uint32Array(indptr[rows.length]);
  const values = new Float32Array(indptr[rows.length]);
  for (let i = 0; i < rows.length; i++) {
    const [start, end] = [matrix.indptr[rows[i]], matrix.indptr[rows[i] + 1]];
    indices.set(matrix.indices.subarray(start, end), indptr[i]);
    values.set(matrix.values.subarray(start, end), indptr[i]);
  }
  return { nRows: rows.length, nColumns: matrix.nColumns, indptr, indices, values };
}

/** The rows of all matrices below one another; they have the same columns, and there is at least one. */
export function stackRows(matrices: readonly CsrMatrix[]): CsrMatrix {
  const nRows = matrices.reduce((sum, matrix) => sum + matrix.nRows, 0);
  const nStored = matrices.reduce((sum, { values }) => sum + values.length, 0);
  const indptr = new Uint32Array(nRows + 1);
  const indices = new Uint32Array(nStored);
  const values = new Float32Array(nStored);
  let [row, at] = [0, 0];
  for (const matrix of matrices) {
    for (let i = 1; i <= matrix.nRows; i++) indptr[row + i] = at + matrix.indptr[i];
    indices.set(matrix.indices, at);
    values.set(matrix.values, at);
    row += matrix.nRows;
    at += matrix.values.length;
  }
  return { nRows, nColumns: matrices[0].nColumns, indptr, indices, values };
}

/**
 * The product of the matrix and a dense one.
 *
 * @param dense - Row-major, shape (nColumns, width).
 * @returns Row-major, shape (nRows, width).
 */
export function multiply(
  { nRows, indptr, indices, values }: CsrMatrix,
  dense: Float64Array,
  width: number,
): Float64Array {
  const product = new Float64Array(nRows * width);
  for (let row = 0; row < nRows; row++) {
    const to = row * width;
    for (let at = indptr[row]; at < indptr[row + 1]; at++) {
      const value = values[at];
      const from = indices[at] * width;
      for (let k = 0; k < width; k++) product[to + k] += value * dense[from + k];
    }
  }
  return product;
}

/**
 * The product of the transposed matrix and a dense one; the transposed is not built.
 *
 * @param dense - Row-major, shape (nRows, width).
 * @returns Row-major, shape (nColumns, width).
 */
export function multiplyTransposed(
  { nRows, nColumns, indptr, indices, values }: CsrMatrix,
  dense: Float64Array,
  width: number,
): Float64Array {
  const product = new Float64Array(nColumns * width);
  for (let row = 0; row < nRows; row++) {
    const from = row * width;
    for (let at = indptr[row]; at < indptr[row + 1]; at++) {
      const value = values[at];
      const to = indices[at] * width;
      for (let k = 0; k < width; k++) product[to + k] += value * dense[from + k];
    }
  }
  return product;
}

/** Row-major, shape (nRows, nColumns); for matrices that are small. */
export function toDense({ nRows, nColumns, indptr, indices, values }: CsrMatrix): Float64Array {
  const dense = new Float64Array(nRows * nColumns);
  for (let row = 0; row < nRows; row++) {
    for (let at = indptr[row]; at < indptr[row + 1]; at++) {
      dense[row * nColumns + indices[at]] = values[at];
    }
  }
  return dense;
}

/** Places of a stable counting sort by `keys`: `place` gives each key its next, `ends` where a key's places end. */
function placeBy(
  keys: ArrayLike<number>,
  nKeys: number,
  n: number,
): { ends: Uint32Array; place: (key: number) => number } {
  const ends = new Uint32Array(nKeys);
  for (let i = 0; i < n; i++) ends[keys[i]]++;
  const next = new Uint32Array(nKeys);
  for (let key = 1; key < nKeys; key++) {
    next[key] = ends[key - 1];
    ends[key] += ends[key - 1];
  }
  return { ends, place: (key) => next[key]++ };
}
