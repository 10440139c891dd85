import type { CsrMatrix } from './csr.ts';

/** The columns of all matrices beside one another; they have the same rows, and there is at least one. */
export function stackColumns(matrices: readonly CsrMatrix[]): CsrMatrix {
  const [{ nRows }] = matrices;
  const nStored = matrices.reduce((sum, { values }) => sum + values.length, 0);
  const indptr = new Uint32Array(nRows + 1);
  const indices = new Uint32Array(nStored);
  const values = new Float32Array(nStored);
  let at = 0;
  for (let row = 0; row < nRows; row++) {
    let offset = 0;
    for (const matrix of matrices) {
      const stop = matrix.indptr[row + 1];
      for (let from = matrix.indptr[row]; from < stop; from++) {
        indices[at] = offset + matrix.indices[from];
        values[at++] = matrix.values[from];
      }
      offset += matrix.nColumns;
    }
    indptr[row + 1] = at;
  }
  const nColumns = matrices.reduce((sum, matrix) => sum + matrix.nColumns, 0);
  return { nRows, nColumns, indptr, indices, values };
}
