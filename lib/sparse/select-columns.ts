import type { CsrMatrix } from './csr.ts';

/**
 * Some columns of a matrix, in ascending order.
 *
 * @param columns - Ascending, below nColumns.
 */
export function selectColumns(matrix: CsrMatrix, columns: readonly number[]): CsrMatrix {
  const places = new Int32Array(matrix.nColumns).fill(-1);
  columns.forEach((column, place) => (places[column] = place));
  const nKept = matrix.indices.reduce((n, column) => (places[column] < 0 ? n : n + 1), 0);
  const indptr = new Uint32Array(matrix.nRows + 1);
  const indices = new Uint32Array(nKept);
  const values = new Float32Array(nKept);
  let to = 0;
  for (let row = 0; row < matrix.nRows; row++) {
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) {
      const place = places[matrix.indices[at]];
      if (place < 0) continue;
      indices[to] = place;
      values[to++] = matrix.values[at];
    }
    indptr[row + 1] = to;
  }
  return { nRows: matrix.nRows, nColumns: columns.length, indptr, indices, values };
}
