import type { CsrMatrix } from './csr.ts';

/**
 * Some columns of a matrix, in ascending order.
 *
 * @param columns - Ascending, below nColumns.
 */
export function selectColumns(matrix: CsrMatrix, columns: readonly number[]): CsrMatrix {
  const places = new Int32Array(matrix.nColumns).fill(-1);
  columns.forEach((column, place) => (places[column] = place));
  const isKept = (at: number): boolean => places[matrix.indices[at]] >= 0;
  const indptr = new Uint32Array(matrix.nRows + 1);
  const kept: number[] = [];
  for (let row = 0; row < matrix.nRows; row++) {
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) {
      if (isKept(at)) kept.push(at);
    }
    indptr[row + 1] = kept.length;
  }
  return {
    nRows: matrix.nRows,
    nColumns: columns.length,
    indptr,
    indices: Uint32Array.from(kept, (at) => places[matrix.indices[at]]),
    values: Float32Array.from(kept, (at) => matrix.values[at]),
  };
}
