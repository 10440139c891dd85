/**
 * Products of sparse rows, for the outputs that a {@link DesignMatrix} speaks of, whose symbols these are.
 *
 * One output has code of its own, and so has each number of outputs that are taken together, from `k` on: sums stay in
 * registers, and the entries are read once for up to four of them.
 */
import type { CsrMatrix } from '../../sparse/csr.ts';

const MULTIPLY = { 2: multiplyTwo, 3: multiplyThree, 4: multiplyFour };
const TRANSPOSED = { 2: transposedTwo, 3: transposedThree, 4: transposedFour };

/** Outputs to take together of those left, at least two of which there are; never all but one. */
function widthOf(nLeft: number): 2 | 3 | 4 {
  if (nLeft >= 6 || nLeft === 4) return 4;
  return nLeft === 2 ? 2 : 3;
}

/** V += X[start..end) B. */
export function addSparseProducts(
  matrix: CsrMatrix,
  start: number,
  end: number,
  B: Float64Array,
  m: number,
  V: Float64Array,
): void {
  if (m === 1) return multiplyOne(matrix, start, end, B, V);
  for (let k = 0; k < m; k += widthOf(m - k)) {
    MULTIPLY[widthOf(m - k)](matrix, start, end, B, m, k, V);
  }
}

/** B += X[start..end) transposed V. */
export function addSparseTransposed(
  matrix: CsrMatrix,
  start: number,
  end: number,
  V: Float64Array,
  m: number,
  B: Float64Array,
): void {
  if (m === 1) return transposedOne(matrix, start, end, V, B);
  for (let k = 0; k < m; k += widthOf(m - k)) {
    TRANSPOSED[widthOf(m - k)](matrix, start, end, V, m, k, B);
  }
}

/** B += (X ∘ X) transposed V. */
export function addSparseSquares(
  { nRows, indptr, indices, values }: CsrMatrix,
  V: Float64Array,
  m: number,
  B: Float64Array,
): void {
  for (let k = 0; k < m; k++) {
    for (let i = 0; i < nRows; i++) {
      const stop = indptr[i + 1];
      const v = V[i * m + k];
      for (let e = indptr[i]; e < stop; e++) {
        B[indices[e] * m + k] += values[e] * (values[e] * v);
      }
    }
  }
}

function multiplyOne(
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

function multiplyTwo(
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

function multiplyThree(
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
    let sum2 = 0;
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + k;
      sum0 += value * B[b];
      sum1 += value * B[b + 1];
      sum2 += value * B[b + 2];
    }
    V[v] += sum0;
    V[v + 1] += sum1;
    V[v + 2] += sum2;
  }
}

function multiplyFour(
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
    let sum2 = 0;
    let sum3 = 0;
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + k;
      sum0 += value * B[b];
      sum1 += value * B[b + 1];
      sum2 += value * B[b + 2];
      sum3 += value * B[b + 3];
    }
    V[v] += sum0;
    V[v + 1] += sum1;
    V[v + 2] += sum2;
    V[v + 3] += sum3;
  }
}

function transposedOne(
  { indptr, indices, values }: CsrMatrix,
  start: number,
  end: number,
  V: Float64Array,
  B: Float64Array,
): void {
  for (let i = start; i < end; i++) {
    const stop = indptr[i + 1];
    const v = V[i - start];
    for (let e = indptr[i]; e < stop; e++) B[indices[e]] += values[e] * v;
  }
}

function transposedTwo(
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

function transposedThree(
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
    const v2 = V[v + 2];
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + k;
      B[b] += value * v0;
      B[b + 1] += value * v1;
      B[b + 2] += value * v2;
    }
  }
}

function transposedFour(
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
    const v2 = V[v + 2];
    const v3 = V[v + 3];
    for (let e = indptr[i]; e < stop; e++) {
      const value = values[e];
      const b = indices[e] * m + k;
      B[b] += value * v0;
      B[b + 1] += value * v1;
      B[b + 2] += value * v2;
      B[b + 3] += value * v3;
    }
  }
}
