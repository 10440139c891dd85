import type { CsrMatrix } from './csr.ts';

/** Every column times its scale, shape (nColumns). */
export function scaleColumns(matrix: CsrMatrix, scales: Float64Array): CsrMatrix {
  const { indices } = matrix;
  return { ...matrix, values: matrix.values.map((value, at) => value * scales[indices[at]]) };
}
