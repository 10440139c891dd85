/** Sparse rows as a {@link DesignMatrix}, whose symbols these are. */
import { takeRows } from '../../sparse/csr.ts';
import type { CsrMatrix } from '../../sparse/csr.ts';
import type { DesignMatrix } from './design-matrix.ts';

export function sparseMatrix(matrix: CsrMatrix): DesignMatrix {
  const { nRows: nSamples, nColumns: nFeatures, indptr, indices, values } = matrix;
  return {
    nSamples,
    nFeatures,
    addProducts(start, end, B, m, V) {
      if (m === 1) return multiplyVector(matrix, start, end, B, V);
      const nPairs = (m - (m % 2 === 1 ? 3 : 0)) / 2;
      for (let k = 0; k < 2 * nPairs; k += 2) multiplyPair(matrix, start, end, B, m, k, V);
      if (m % 2 === 1) multiplyTriple(matrix, start, end, B, m, V);
    },
    addTransposed(start, end, V, m, B) {
      if (m === 1) return multiplyTransposedVector(matrix, start, end, V, B);
      const nPairs = (m - (m % 2 === 1 ? 3 : 0)) / 2;
      for (let k = 0; k < 2 * nPairs; k += 2)
        multiplyTransposedPair(matrix, start, end, V, m, k, B);
      if (m % 2 === 1) multiplyTransposedTriple(matrix, start, end, V, m, B);
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

// For one output, for two of several from `k` on, and for the last three: sums stay in registers then.

function multiplyVector(
  { indptr, indices, values }: CsrMatrix,
  start: number,
  end: number,
  B: Float64Array,
  V: Float64Array,
): void {
  for (let i = start; i < end; i++) {
    const last = indptr[i + 1] - 1;
    let e = indptr[i];
    // two sums, neither of which waits for the other
    let even = 0;
    let odd = 0;
    for (; e < last; e += 2) {
      even += values[e] * B[indices[e]];
      odd += values[e + 1] * B[indices[e + 1]];
    }
    if (e === last) even += values[e] * B[indices[e]];
    V[i - start] += even + odd;
  }
}

function multiplyPair(
  { indptr, indices, values }: CsrMatrix,
  start: number,
  end: number,
  B: Float64Array,
  m: number,
  k: number,
  V: Float64Array,
): void {
  for (let i = start, v = k; i < end; i++, v += m) {
    const stop = indptr[i + 1];
    let sum0 = 0;
    let sum1 = 0;
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + k;
      sum0 += value * B[b];
      sum1 += value * B[b + 1];
    }
    V[v] += sum0;
    V[v + 1] += sum1;
  }
}

function multiplyTriple(
  { indptr, indices, values }: CsrMatrix,
  start: number,
  end: number,
  B: Float64Array,
  m: number,
  V: Float64Array,
): void {
  for (let i = start, v = m - 3; i < end; i++, v += m) {
    const stop = indptr[i + 1];
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + m - 3;
      sum0 += value * B[b];
      sum1 += value * B[b + 1];
      sum2 += value * B[b + 2];
    }
    V[v] += sum0;
    V[v + 1] += sum1;
    V[v + 2] += sum2;
  }
}

function multiplyTransposedVector(
  { indptr, indices, values }: CsrMatrix,
  start: number,
  end: number,
  V: Float64Array,
  B: Float64Array,
): void {
  for (let i = start; i < end; i++) {
    const stop = indptr[i + 1];
    const v0 = V[i - start];
    for (let e = indptr[i]; e < stop; e++) B[indices[e]] += values[e] * v0;
  }
}

function multiplyTransposedPair(
  { indptr, indices, values }: CsrMatrix,
  start: number,
  end: number,
  V: Float64Array,
  m: number,
  k: number,
  B: Float64Array,
): void {
  for (let i = start, v = k; i < end; i++, v += m) {
    const stop = indptr[i + 1];
    const v0 = V[v];
    const v1 = V[v + 1];
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + k;
      B[b] += value * v0;
      B[b + 1] += value * v1;
    }
  }
}

function multiplyTransposedTriple(
  { indptr, indices, values }: CsrMatrix,
  start: number,
  end: number,
  V: Float64Array,
  m: number,
  B: Float64Array,
): void {
  for (let i = start, v = m - 3; i < end; i++, v += m) {
    const stop = indptr[i + 1];
    const v0 = V[v];
    const v1 = V[v + 1];
    const v2 = V[v + 2];
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + m - 3;
      B[b] += value * v0;
      B[b + 1] += value * v1;
      B[b + 2] += value * v2;
    }
  }
}
