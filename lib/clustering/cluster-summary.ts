/** What a reader wants to know of clusters: their centers in the units of the data, and what is odd in each. */
import { unscale } from '../preprocessing/scaler.ts';
import type { Scaler } from '../preprocessing/scaler.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import type { KMeans } from './k-means.ts';
import type { Rows } from './to-sample-rows.ts';

export interface ClusterSummary {
  /** Centers in the units before scaling, row-major, shape (nClusters, nFeatures). */
  readonly originalCenters: Float64Array;
  /** The mean of all rows in the same units, shape (nFeatures). */
  readonly originalMean: Float64Array;
  /**
   * Distance of each center from the mean of all rows, in standard deviations of its column; 0 for a constant
   * column. Row-major, shape (nClusters, nFeatures).
   */
  readonly deviations: Float64Array;
  /** How often a value is not 0: of sparse columns, and of full ones that hold 0 and 1 alone. */
  readonly shares: {
    /** In all rows, shape (nFeatures); null for a column of numbers. */
    readonly all: readonly (number | null)[];
    /** In the rows of each cluster, row-major, shape (nClusters, nFeatures). */
    readonly byCluster: Float64Array;
  };
}

/**
 * @param X - The rows that were clustered, before they were normalised.
 * @param isPrepared - Whether they were, so that the centers of `kMeans` are no means of them: the means of the rows
 *   of each cluster stand in for them then.
 * @param scaler - What scaled them; a column it does not name was not scaled. null: none was.
 */
export function summarizeClusters(
  X: Rows,
  columns: readonly string[],
  kMeans: KMeans,
  isPrepared: boolean,
  scaler: Scaler | null,
): ClusterSummary {
  const nFeatures = columns.length;
  const centers = isPrepared ? meansOf(X, kMeans, nFeatures) : kMeans.centers;
  const { mean, deviation } = X instanceof Float32Array ? moments(X, nFeatures) : sparseMoments(X);
  const toOriginal = (value: number, at: number): number => {
    const column = columns[at % nFeatures];
    const isScaled = scaler !== null && Object.hasOwn(scaler.columns, column);
    return isScaled ? unscale(scaler.columns[column], value) : value;
  };
  return {
    originalCenters: centers.map(toOriginal),
    originalMean: mean.map(toOriginal),
    deviations: centers.map((value, at) => {
      const column = at % nFeatures;
      return deviation[column] === 0 ? 0 : (value - mean[column]) / deviation[column];
    }),
    shares: countShares(X, kMeans, nFeatures),
  };
}

/** Mean and standard deviation (divisor nSamples) of each column. */
function moments(
  X: Float32Array,
  nFeatures: number,
): { mean: Float64Array; deviation: Float64Array } {
  const nSamples = X.length / nFeatures;
  const sums = new Float64Array(nFeatures);
  const squares = new Float64Array(nFeatures);
  // from the first row, so that a constant column has no deviation at all
  for (let row = 0; row < X.length; row += nFeatures) {
    for (let d = 0; d < nFeatures; d++) sums[d] += X[row + d] - X[d];
  }
  const mean = sums.map((sum, d) => X[d] + sum / nSamples);
  for (let row = 0; row < X.length; row += nFeatures) {
    for (let d = 0; d < nFeatures; d++) squares[d] += (X[row + d] - mean[d]) ** 2;
  }
  return { mean, deviation: squares.map((square) => Math.sqrt(square / nSamples)) };
}

function sparseMoments({ nRows, nColumns, indices, values }: CsrMatrix): {
  mean: Float64Array;
  deviation: Float64Array;
} {
  const mean = new Float64Array(nColumns);
  const nStored = new Float64Array(nColumns);
  const squares = new Float64Array(nColumns);
  values.forEach((value, e) => {
    mean[indices[e]] += value / nRows;
    nStored[indices[e]]++;
  });
  values.forEach((value, e) => (squares[indices[e]] += (value - mean[indices[e]]) ** 2));
  return {
    mean,
    deviation: squares.map((square, d) =>
      Math.sqrt((square + (nRows - nStored[d]) * mean[d] ** 2) / nRows),
    ),
  };
}

/** Means of the rows of each cluster, row-major, shape (nClusters, nFeatures). */
function meansOf(X: Rows, { nClusters, labels, sizes }: KMeans, nFeatures: number): Float64Array {
  const means = new Float64Array(nClusters * nFeatures);
  forEachValue(X, nFeatures, (row, column, value) => {
    means[labels[row] * nFeatures + column] += value / sizes[labels[row]];
  });
  return means;
}

/** Of sparse columns, and of dense ones that hold 0 and 1 alone. */
function countShares(
  X: Rows,
  { nClusters, labels, sizes }: KMeans,
  nFeatures: number,
): ClusterSummary['shares'] {
  const byCluster = new Float64Array(nClusters * nFeatures);
  const all = new Float64Array(nFeatures);
  const isNumber = new Uint8Array(nFeatures);
  const isDense = X instanceof Float32Array;
  forEachValue(X, nFeatures, (row, column, value) => {
    if (isDense && value !== 1 && value !== 0) isNumber[column] = 1;
    if (value === 0) return;
    all[column]++;
    byCluster[labels[row] * nFeatures + column]++;
  });
  return {
    all: Array.from(all, (count, d) => (isNumber[d] === 1 ? null : count / labels.length)),
    byCluster: byCluster.map((count, at) => count / sizes[Math.floor(at / nFeatures)]),
  };
}

function forEachValue(
  X: Rows,
  nFeatures: number,
  take: (row: number, column: number, value: number) => void,
): void {
  if (X instanceof Float32Array) {
    for (let at = 0, row = 0; at < X.length; row++) {
      for (let d = 0; d < nFeatures; d++, at++) take(row, d, X[at]);
    }
    return;
  }
  for (let row = 0; row < X.nRows; row++) {
    for (let e = X.indptr[row]; e < X.indptr[row + 1]; e++) take(row, X.indices[e], X.values[e]);
  }
}
