/**
 * Rows of features that a linear model multiplies with, dense or sparse.
 *
 * | symbol | shape |
 * |---|---|
 * | n, p, m | samples, features, outputs |
 * | X | (n, p), float32; sums in float64 |
 * | B | (p, m), row-major |
 * | V | (rows, m), row-major |
 *
 * A row's products depend on the row and on B alone, in a fixed order: they are the same bits in any block.
 */
export interface DesignMatrix {
  readonly nSamples: number;
  readonly nFeatures: number;
  /** V += X[start..end) B; `end` is not included. */
  addProducts(start: number, end: number, B: Float64Array, m: number, V: Float64Array): void;
  /** B += X[start..end) transposed V. */
  addTransposed(start: number, end: number, V: Float64Array, m: number, B: Float64Array): void;
  /** B += (X ∘ X) transposed V, of all rows and their squared entries. */
  addSquares(V: Float64Array, m: number, B: Float64Array): void;
  /** Largest absolute value of each column, shape (p). */
  findLargest(): Float64Array;
  /**
   * Writes the entries of row i that are not 0, in the order of their columns; `columns` and `values` have
   * room for p.
   *
   * @returns How many there are.
   */
  readEntries(i: number, columns: Int32Array, values: Float64Array): number;
  /** Every `step`-th row, from the first on. */
  takeEvery(step: number): DesignMatrix;
}

/** @param X - Row-major, shape (n, p). */
export function denseMatrix(X: Float32Array, nFeatures: number): DesignMatrix {
  return {
    nSamples: X.length / nFeatures,
    nFeatures,
    addProducts: (start, end, B, m, V) => multiply(X, nFeatures, start, end, B, m, V),
    addTransposed: (start, end, V, m, B) => multiplyTransposed(X, nFeatures, start, end, V, m, B),
    addSquares(V, m, B) {
      for (let at = 0, v = 0; at < X.length; v += m) {
        for (let b = 0; b < nFeatures * m; at++, b += m) {
          const square = X[at] * X[at];
          for (let k = 0; k < m; k++) B[b + k] += square * V[v + k];
        }
      }
    },
    findLargest() {
      const largest = new Float64Array(nFeatures);
      for (let at = 0; at < X.length;) {
        for (let j = 0; j < nFeatures; j++, at++) {
          largest[j] = Math.max(largest[j], Math.abs(X[at]));
        }
      }
      return largest;
    },
    readEntries(i, columns, values) {
      let n = 0;
      for (let j = 0; j < nFeatures; j++) {
        const value = X[i * nFeatures + j];
        if (value === 0) continue;
        columns[n] = j;
        values[n++] = value;
      }
      return n;
    },
    takeEvery(step) {
      const nSamples = Math.ceil(X.length / nFeatures / step);
      const taken = new Float32Array(nSamples * nFeatures);
      for (let i = 0; i < nSamples; i++) {
        const from = i * step * nFeatures;
        taken.set(X.subarray(from, from + nFeatures), i * nFeatures);
      }
      return denseMatrix(taken, nFeatures);
    },
  };
}

// Functions of their own: as closures over X they run four times as long once there are two matrices.

function multiply(
  X: Float32Array,
  p: number,
  start: number,
  end: number,
  B: Float64Array,
  m: number,
  V: Float64Array,
): void {
  const tail = p - (p % 4);
  for (let i = start, v = 0; i < end; i++, v += m) {
    const row = i * p;
    for (let j = 0; j < tail; j += 4) {
      const x0 = X[row + j];
      const x1 = X[row + j + 1];
      const x2 = X[row + j + 2];
      const x3 = X[row + j + 3];
      if (x0 === 0 && x1 === 0 && x2 === 0 && x3 === 0) continue;
      let b = j * m;
      for (let k = 0; k < m; k++, b++) {
        V[v + k] += x0 * B[b] + x1 * B[b + m] + x2 * B[b + 2 * m] + x3 * B[b + 3 * m];
      }
    }
    for (let j = tail; j < p; j++) {
      const x = X[row + j];
      for (let k = 0; k < m; k++) V[v + k] += x * B[j * m + k];
    }
  }
}

function multiplyTransposed(
  X: Float32Array,
  p: number,
  start: number,
  end: number,
  V: Float64Array,
  m: number,
  B: Float64Array,
): void {
  const tail = end - ((end - start) % 4);
  for (let i = start; i < tail; i += 4) {
    const row = i * p;
    const v = (i - start) * m;
    for (let j = 0; j < p; j++) {
      const x0 = X[row + j];
      const x1 = X[row + p + j];
      const x2 = X[row + 2 * p + j];
      const x3 = X[row + 3 * p + j];
      if (x0 === 0 && x1 === 0 && x2 === 0 && x3 === 0) continue;
      const b = j * m;
      for (let k = 0, w = v; k < m; k++, w++) {
        B[b + k] += x0 * V[w] + x1 * V[w + m] + x2 * V[w + 2 * m] + x3 * V[w + 3 * m];
      }
    }
  }
  for (let i = tail; i < end; i++) {
    for (let j = 0; j < p; j++) {
      const x = X[i * p + j];
      for (let k = 0; k < m; k++) B[j * m + k] += x * V[(i - start) * m + k];
    }
  }
}
