/** Sparse rows as a {@link DesignMatrix}, whose symbols these are. */
import { takeRows } from '../../sparse/csr.ts';
import type { CsrMatrix } from '../../sparse/csr.ts';
import type { DesignMatrix } from './design-matrix.ts';
import { addSparseProducts, addSparseSquares, addSparseTransposed } from './sparse-products.ts';

export function sparseMatrix(matrix: CsrMatrix): DesignMatrix {
  const { nRows: nSamples, nColumns: nFeatures, indptr, indices, values } = matrix;
  return {
    nSamples,
    nFeatures,
    addProducts: (start, end, B, m, V) => addSparseProducts(matrix, start, end, B, m, V),
    addTransposed: (start, end, V, m, B) => addSparseTransposed(matrix, start, end, V, m, B),
    addSquares: (V, m, B) => addSparseSquares(matrix, V, m, B),
    findLargest() {
      const largest = new Float64Array(nFeatures);
      for (let e = 0; e < values.length; e++) {
        const size = Math.abs(values[e]);
        if (size > largest[indices[e]]) largest[indices[e]] = size;
      }
      return largest;
    },
    readEntries(i, columns, entries) {
      const first = indptr[i];
      const n = indptr[i + 1] - first;
      for (let e = 0; e < n; e++) {
        columns[e] = indices[first + e];
        entries[e] = values[first + e];
      }
      return n;
    },
    takeEvery(step) {
      const rows = Array.from({ length: Math.ceil(nSamples / step) }, (_, i) => i * step);
      return sparseMatrix(takeRows(matrix, rows));
    },
  };
}
