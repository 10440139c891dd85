import { countRows, type Rows } from './to-sample-rows.ts';

/** Distinct rows, counted no further than `limit`. */
export function countDistinct(X: Rows, nFeatures: number, limit: number): number {
  const seen = new Set<string>();
  const nSamples = countRows(X, nFeatures);
  // -0 and 0 are one value, and have one text
  for (let row = 0; row < nSamples && seen.size < limit; row++) seen.add(textOf(X, nFeatures, row));
  return seen.size;
}

function textOf(X: Rows, nFeatures: number, row: number): string {
  if (X instanceof Float32Array) return X.subarray(row * nFeatures, (row + 1) * nFeatures).join();
  const parts: string[] = [];
  for (let at = X.indptr[row]; at < X.indptr[row + 1]; at++) {
    if (X.values[at] !== 0) parts.push(`${X.indices[at]}:${X.values[at]}`);
  }
  return parts.join();
}
