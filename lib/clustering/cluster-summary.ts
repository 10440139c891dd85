/** What a reader wants to know of clusters: their centers in the units of the data, and what is odd in each. */
import { unscale } from '../preprocessing/scaler.ts';
import type { Scaler } from '../preprocessing/scaler.ts';
import type { KMeans } from './k-means.ts';

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
}

/**
 * @param X - The rows that were clustered.
 * @param scaler - What scaled them; a column it does not name was not scaled. null: none was.
 */
export function summarizeClusters(
  X: Float32Array,
  columns: readonly string[],
  { centers }: KMeans,
  scaler: Scaler | null,
): ClusterSummary {
  const nFeatures = columns.length;
  const { mean, deviation } = moments(X, nFeatures);
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
