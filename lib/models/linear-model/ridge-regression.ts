/**
 * Least squares with an L2 penalty, in closed form: minimises sum_i s_i |y_i - x_i B - b|² + alpha |B|² over B
 * and b, where s are the weights of the rows; b is not penalised. As scikit-learn's Ridge has it.
 *
 * Solves the normal equations of centred columns by Cholesky; where nothing is penalised, or rounding leaves
 * them indefinite, by their eigenvectors: the shortest of all solutions.
 */
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface RidgeOptions {
  /** Strength of the penalty, at least 0. */
  readonly alpha: number;
  readonly fitIntercept: boolean;
  /** Weight of each row, at least 0, shape (nSamples); null: all 1. */
  readonly sampleWeight: Float64Array | null;
}

/** Scores are X coefficients + intercepts. */
export interface LinearScores {
  /** Row-major, shape (nFeatures, nOutputs). */
  readonly coefficients: Float64Array;
  /** Shape (nOutputs). */
  readonly intercepts: Float64Array;
}

/** Row-major, shape (nSamples, nColumns). */
export interface Rows {
  readonly nColumns: number;
  readonly values: Float32Array | Float64Array;
}

/**
 * Cost: nSamples nFeatures² / 2 products of entries that are not 0, and one Cholesky decomposition.
 *
 * @param features - At least one row; every value finite, as those of the targets.
 * @param targets - As many rows as the features have.
 */
export function fitRidge(features: Rows, targets: Rows, options: RidgeOptions): LinearScores {
  const { alpha, fitIntercept } = options;
  const nSamples = targets.values.length / targets.nColumns;
  const weights = options.sampleWeight ?? new Float64Array(nSamples).fill(1);
  const [p, m] = [features.nColumns, targets.nColumns];
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  const x = fitIntercept ? describeColumns(features, weights) : null;
  const meanX = x?.mean ?? new Float64Array(p);
  const meanY = fitIntercept ? describeColumns(targets, weights).mean : new Float64Array(m);
  const shift = meanX.map((mean, j) => (x !== null && mean ** 2 > x.variance[j] ? mean : 0));
  const gram = new Float64Array(p * p);
  const products = new Float64Array(p * m);
  addProducts(features, targets, weights, { shift, meanY, gram, products });

  const G = Matrix.zeros(p, p);
  for (let a = 0; a < p; a++) {
    for (let b = 0; b <= a; b++) {
      const offset = totalWeight * (meanX[a] - shift[a]) * (meanX[b] - shift[b]);
      const value = gram[a * p + b] - offset + (a === b ? alpha : 0);
      G.set(a, b, value).set(b, a, value);
    }
  }
  const coefficients = Float64Array.from(
    solve(G, Matrix.from1DArray(p, m, products), alpha).to1DArray(),
  );
  const intercepts = meanY.map((mean, k) => {
    let sum = mean;
    for (let j = 0; j < p; j++) sum -= meanX[j] * coefficients[j * m + k];
    return sum;
  });
  return { coefficients, intercepts };
}

function describeColumns(
  { values, nColumns }: Rows,
  weights: Float64Array,
): { mean: Float64Array; variance: Float64Array } {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const average = (of: (value: number, j: number) => number): Float64Array => {
    const sums = new Float64Array(nColumns);
    for (let i = 0, at = 0; i < weights.length; i++) {
      for (let j = 0; j < nColumns; j++, at++) sums[j] += weights[i] * of(values[at], j);
    }
    return sums.map((sum) => sum / total);
  };
  const mean = average((value) => value);
  return { mean, variance: average((value, j) => (value - mean[j]) ** 2) };
}

/**
 * Adds up sum_i s_i (x_i - shift) (x_i - shift)ᵀ, lower half, and sum_i s_i (x_i - shift) (y_i - meanY)ᵀ.
 *
 * The shift is the mean where that is far from 0, so that subtracting the means later costs no digits, and 0
 * elsewhere, so that zeros stay zeros and cost nothing.
 */
function addProducts(
  { nColumns: p, values: X }: Rows,
  { nColumns: m, values: Y }: Rows,
  weights: Float64Array,
  {
    shift,
    meanY,
    gram,
    products,
  }: Readonly<Record<'shift' | 'meanY' | 'gram' | 'products', Float64Array>>,
): void {
  const columns = new Int32Array(p);
  const entries = new Float64Array(p);
  for (let i = 0; i < weights.length; i++) {
    let n = 0;
    for (let j = 0; j < p; j++) {
      const entry = X[i * p + j] - shift[j];
      if (entry === 0) continue;
      columns[n] = j;
      entries[n++] = entry;
    }
    for (let a = 0; a < n; a++) {
      const entry = entries[a] * weights[i];
      const row = columns[a] * p;
      for (let b = 0; b <= a; b++) gram[row + columns[b]] += entry * entries[b];
      const at = columns[a] * m;
      for (let k = 0; k < m; k++) products[at + k] += entry * (Y[i * m + k] - meanY[k]);
    }
  }
}

function solve(G: Matrix, right: Matrix, alpha: number): Matrix {
  if (alpha > 0) {
    const cholesky = new CholeskyDecomposition(G);
    if (cholesky.isPositiveDefinite()) return cholesky.solve(right);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(G, {
    assumeSymmetric: true,
  });
  const smallest = G.rows * Number.EPSILON * Math.max(...realEigenvalues);
  const inverse = realEigenvalues.map((value) => (value > smallest ? 1 / value : 0));
  const rotated = eigenvectorMatrix.transpose().mmul(right);
  for (let j = 0; j < inverse.length; j++) rotated.mulRow(j, inverse[j]);
  return eigenvectorMatrix.mmul(rotated);
}
