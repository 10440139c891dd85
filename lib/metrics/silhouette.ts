/** How well each row lies in its cluster, from the distances of all pairs of rows. */
import { copyRow, fillBatch, setPoints, squaredDistances } from '../clustering/sample-rows.ts';
import { toSampleRows, type Rows } from '../clustering/to-sample-rows.ts';

/** Rows whose distances to all others are computed together. */
const N_POINTS = 32;

export interface Labeling {
  /** Values in [0, nClusters), shape (nSamples). */
  readonly labels: Int32Array;
  readonly nClusters: number;
}

/**
 * Silhouette of every row: `(b - a) / max(a, b)`, where a is its mean Euclidean distance to the other rows of
 * its cluster and b the least mean distance to the rows of another cluster. Near 1: well inside; 0: between
 * two clusters; below 0: nearer to another. 0 for a row alone in its cluster, where no other cluster has a
 * row, and where a and b are 0.
 *
 * Takes nSamples^2 nFeatures steps: draw a sample of large data.
 *
 * @param X - Every value finite; not modified.
 * @param labelings - Judged together, since the distances are what takes time.
 * @returns For each labeling the silhouettes in [-1, 1], shape (nSamples).
 * @see Rousseeuw, P. J. (1987), J. Comput. Appl. Math. 20, 53-65, doi:10.1016/0377-0427(87)90125-7
 */
export function silhouetteSamples(
  X: Rows,
  nFeatures: number,
  labelings: readonly Labeling[],
): Float64Array[] {
  const rows = toSampleRows(X, nFeatures, N_POINTS);
  const { nSamples } = rows;
  const sizes = labelings.map(countRows);
  const silhouettes = labelings.map(() => new Float64Array(nSamples));
  // sums of the distances from each point to each cluster, shape (nClusters, N_POINTS)
  const sums = labelings.map(({ nClusters }) => new Float64Array(nClusters * N_POINTS));
  const points = new Float64Array(N_POINTS * nFeatures);
  for (let first = 0; first < nSamples; first += N_POINTS) {
    const nPoints = Math.min(N_POINTS, nSamples - first);
    for (let p = 0; p < nPoints; p++) {
      copyRow(rows, first + p, points.subarray(p * nFeatures, (p + 1) * nFeatures));
    }
    setPoints(rows, points);
    for (const sum of sums) sum.fill(0);
    for (let start = 0; start < nSamples;) {
      const nRows = fillBatch(rows, start);
      squaredDistances(rows, nRows, N_POINTS);
      addDistances(rows.distances, nRows, start, labelings, sums);
      start += nRows;
    }
    labelings.forEach(({ labels }, l) => {
      for (let p = 0; p < nPoints; p++) {
        silhouettes[l][first + p] = silhouette(labels[first + p], sizes[l], sums[l], p);
      }
    });
  }
  return silhouettes;
}

function countRows({ labels, nClusters }: Labeling): Uint32Array {
  const sizes = new Uint32Array(nClusters);
  for (const label of labels) sizes[label]++;
  return sizes;
}

function addDistances(
  distances: Float64Array,
  nRows: number,
  firstRow: number,
  labelings: readonly Labeling[],
  sums: readonly Float64Array[],
): void {
  for (let i = 0; i < nRows * N_POINTS; i++) distances[i] = Math.sqrt(distances[i]);
  labelings.forEach(({ labels }, l) => {
    const sum = sums[l];
    for (let b = 0; b < nRows; b++) {
      const from = b * N_POINTS;
      const to = labels[firstRow + b] * N_POINTS;
      for (let p = 0; p < N_POINTS; p++) sum[to + p] += distances[from + p];
    }
  });
}

function silhouette(own: number, sizes: Uint32Array, sums: Float64Array, point: number): number {
  if (sizes[own] === 1) return 0;
  // the distance to itself is 0, so that the sum holds the others alone
  const a = sums[own * N_POINTS + point] / (sizes[own] - 1);
  let b = Infinity;
  for (let c = 0; c < sizes.length; c++) {
    if (c !== own && sizes[c] > 0) b = Math.min(b, sums[c * N_POINTS + point] / sizes[c]);
  }
  return b === Infinity || Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
}
