/** Some of the rows, dense or sparse. */
import { takeRows as takeSparseRows } from '../sparse/csr.ts';
import type { Rows } from './to-sample-rows.ts';

/** Rows of X at `indices`, in their order. */
export function takeRows<R extends Rows>(X: R, nFeatures: number, indices: Uint32Array): R;
export function takeRows(X: Rows, nFeatures: number, indices: Uint32Array): Rows {
  if (!(X instanceof Float32Array)) return takeSparseRows(X, indices);
  const taken = new Float32Array(indices.length * nFeatures);
  indices.forEach((row, i) => {
    taken.set(X.subarray(row * nFeatures, (row + 1) * nFeatures), i * nFeatures);
  });
  return taken;
}
