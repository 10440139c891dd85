/**
 * An approximate inverse Hessian of the multinomial log loss: one block per output, or its diagonal alone
 * where there are many features.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { DesignMatrix } from './design-matrix.ts';

/** Blocks of more features than this would cost more than they save. */
const MAX_BLOCK = 512;

export interface Curvature {
  /** Rows that stand for all; an entry 1 is added to each when there is an intercept. */
  readonly X: DesignMatrix;
  /** Second derivative of the loss of each row by each score, shape (nSamples, nOutputs). */
  readonly variances: Float64Array;
  /** What the variances are divided by. */
  readonly totalWeight: number;
  /** Added to the diagonal, but for the intercept. */
  readonly penalty: number;
  /** Largest absolute value of each column in all rows; that of the intercept is 1. */
  readonly largest: Float64Array;
  readonly nOutputs: number;
}

/** Applies the inverse to a vector of shape (rows of coefficients, nOutputs), in place. */
export type Precondition = (vector: Float64Array) => void;

export function createPreconditioner(curvature: Curvature): Precondition {
  return curvature.largest.length > MAX_BLOCK ? createDiagonal(curvature) : createBlocks(curvature);
}

/**
 * Added to the diagonal, as if there were one more row between two classes in which every column is at its
 * largest: a column that no row of the sample has would get steps without measure otherwise.
 */
function floorOf({ X, penalty, largest }: Curvature, j: number): number {
  return (j < X.nFeatures ? penalty : 0) + largest[j] ** 2 / (4 * X.nSamples);
}

/**
 * The diagonal of the Hessian where columns are centered at their means, as an intercept allows: columns that are never
 * below 0 have a direction in common, which the diagonal of columns as they stand says nothing of.
 */
function createDiagonal(curvature: Curvature): Precondition {
  const { X, nOutputs: m, totalWeight } = curvature;
  const end = X.nFeatures * m;
  const { means, squares, totals } = momentsOf(curvature);
  const diagonal = squares.map((sum, at) => {
    const deviation = Math.max(sum - totals[at % m] * means[at] ** 2, 0);
    return deviation / totalWeight + floorOf(curvature, Math.floor(at / m)) || 1;
  });
  const hasIntercept = squares.length > end;
  return (vector) => {
    for (let k = 0; k < m; k++) {
      const slope = hasIntercept ? vector[end + k] : 0;
      let shift = 0;
      for (let at = k; at < end; at += m) {
        vector[at] = (vector[at] - means[at] * slope) / diagonal[at];
        shift += means[at] * vector[at];
      }
      if (hasIntercept) vector[end + k] = slope / diagonal[end + k] - shift;
    }
  };
}

/**
 * Sums over the rows, weighed by their variances, of shape (rows of coefficients, nOutputs): means of the columns, 0 for
 * the intercept and where there is none, and sums of squares; and `totals` of the weights, shape (nOutputs).
 */
function momentsOf(curvature: Curvature): Record<'means' | 'squares' | 'totals', Float64Array> {
  const { X, variances, nOutputs: m, largest } = curvature;
  const means = new Float64Array(largest.length * m);
  const squares = new Float64Array(largest.length * m);
  const totals = new Float64Array(m);
  X.addSquares(variances, m, squares);
  if (largest.length === X.nFeatures) return { means, squares, totals };
  for (let v = 0; v < variances.length; v += m) {
    for (let k = 0; k < m; k++) totals[k] += variances[v + k];
  }
  const end = X.nFeatures * m;
  squares.set(totals, end);
  X.addTransposed(0, X.nSamples, variances, m, means);
  for (let at = 0; at < end; at++) if (means[at] !== 0) means[at] /= totals[at % m];
  return { means, squares, totals };
}

function createBlocks(curvature: Curvature): Precondition {
  const { variances, nOutputs: m, largest, totalWeight } = curvature;
  const size = largest.length;
  const grams = new Float64Array(size * size * m);
  forEachRow(curvature, (columns, values, n, v) => {
    for (let a = 0; a < n; a++) {
      for (let b = 0; b <= a; b++) {
        const product = values[a] * values[b];
        const at = (columns[a] * size + columns[b]) * m;
        for (let k = 0; k < m; k++) grams[at + k] += product * variances[v + k];
      }
    }
  });
  const factors = Array.from({ length: m }, (_, k) => {
    const block = Matrix.zeros(size, size);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        const value = grams[(a * size + b) * m + k] / totalWeight;
        block.set(a, b, value).set(b, a, value);
      }
      // a column of zeros alone has no curvature, and a gradient of 0
      block.set(a, a, block.get(a, a) + floorOf(curvature, a) || 1);
    }
    const lower = new CholeskyDecomposition(block).lowerTriangularMatrix;
    return Float64Array.from(lower.to1DArray());
  });
  return (vector) => factors.forEach((lower, k) => solve(lower, size, vector, k, m));
}

/** Solves lower lowerᵀ x = column k of the vector, in place. */
function solve(lower: Float64Array, size: number, vector: Float64Array, k: number, m: number) {
  for (let a = 0; a < size; a++) {
    let rest = vector[a * m + k];
    for (let b = 0; b < a; b++) rest -= lower[a * size + b] * vector[b * m + k];
    vector[a * m + k] = rest / lower[a * size + a];
  }
  for (let a = size - 1; a >= 0; a--) {
    let rest = vector[a * m + k];
    for (let b = a + 1; b < size; b++) rest -= lower[b * size + a] * vector[b * m + k];
    vector[a * m + k] = rest / lower[a * size + a];
  }
}

/** Hands the entries of each row, and the place of its first variance, to `visit`. */
function forEachRow(
  { X, largest, nOutputs }: Curvature,
  visit: (columns: Int32Array, values: Float64Array, n: number, v: number) => void,
): void {
  const columns = new Int32Array(largest.length);
  const values = new Float64Array(largest.length);
  for (let i = 0; i < X.nSamples; i++) {
    let n = X.readEntries(i, columns, values);
    if (largest.length > X.nFeatures) {
      columns[n] = X.nFeatures;
      values[n++] = 1;
    }
    visit(columns, values, n, i * nOutputs);
  }
}
