/**
 * The two steps of k-means on the clusters of one start: rows go to the nearest center, centers to the mean of
 * their rows.
 *
 * Sums follow the rows whose label changed, which are few after the first iterations: first those of a slice of the
 * rows, then, slice after slice, those of all. What rounding takes from a sum is kept beside it, so that rows that
 * come and go leave nothing behind, however large their values.
 */
import { floatError } from './nearest-points.ts';
import type { ParallelRows } from './parallel-rows.ts';
import { label } from './row-steps.ts';
import type { RowState } from './row-steps.ts';
import { setPoints } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

/** State of one start; features stand in the order of `rows.order`, and the centers are the points of `rows`. */
export interface Clusters {
  readonly nClusters: number;
  /** Row-major, shape (nClusters, nFeatures). */
  readonly centers: Float64Array;
  /** Those of the rows; nClusters: no cluster yet. */
  readonly labels: Int32Array;
  readonly sizes: Int32Array;
}

/** Clusters without rows; the centers become the points of `rows`. */
export function startFrom({ rows, state }: ParallelRows, centers: Float64Array): Clusters {
  const nClusters = centers.length / rows.nFeatures;
  setPoints(rows, centers);
  rows.sums.fill(0, 2 * rows.nFeatures * placeOf(state, 0));
  return {
    nClusters,
    centers,
    labels: rows.labels.fill(nClusters),
    sizes: new Int32Array(nClusters),
  };
}

/** Gives every row the label of its nearest center; returns how many labels changed. */
export function assign(parallel: ParallelRows, clusters: Clusters): number {
  const { rows, state } = parallel;
  const { nSlices, nChanged, maxPoints, sizeChanges } = state;
  parallel.run(label, clusters.nClusters, floatError(rows, clusters.centers));
  for (let slice = 0; slice < nSlices; slice++) {
    if (nChanged[slice] === 0) continue;
    for (let c = 0; c < clusters.nClusters; c++) {
      const place = slice * maxPoints + c;
      clusters.sizes[c] += sizeChanges[place];
      addSums(rows, place, placeOf(state, c));
    }
  }
  return nChanged.reduce((sum, n) => sum + n, 0);
}

/** Gives row i another label. */
export function moveRow(
  { rows, state }: ParallelRows,
  i: number,
  { labels, sizes }: Clusters,
  to: number,
): void {
  const from = labels[i];
  rows.kernel.addRow(i, placeOf(state, from), -1);
  sizes[from]--;
  rows.kernel.addRow(i, placeOf(state, to), 1);
  sizes[to]++;
  labels[i] = to;
}

/** Where the sums of all rows of a cluster stand: behind those of the slices. */
function placeOf({ nSlices, maxPoints }: RowState, cluster: number): number {
  return nSlices * maxPoints + cluster;
}

/** Adds the sums at one place to those at another, as the kernel adds rows. */
function addSums({ sums, nFeatures }: SampleRows, from: number, to: number): void {
  let at = 2 * nFeatures * to;
  for (let source = 2 * nFeatures * from; source < (2 * from + 1) * nFeatures; source++, at++) {
    const sum = sums[at];
    const next = sum + sums[source];
    const taken = next - sum;
    const lost = sum - (next - taken) + (sums[source] - taken);
    sums[at] = next;
    sums[at + nFeatures] += lost + sums[source + nFeatures];
  }
}

/** Moves every center to the mean of its rows; returns the sum of the squared distances. */
export function moveCenters({ rows, state }: ParallelRows, clusters: Clusters): number {
  const { nClusters, centers, sizes } = clusters;
  const { nFeatures, sums } = rows;
  let total = 0;
  for (let c = 0; c < nClusters; c++) {
    const first = (2 * placeOf(state, c) - c) * nFeatures;
    let squares = 0;
    for (let at = c * nFeatures; at < (c + 1) * nFeatures; at++) {
      const sum = at + first;
      const mean = (sums[sum] + sums[sum + nFeatures]) / sizes[c];
      squares += (mean - centers[at]) ** 2;
      centers[at] = mean;
    }
    total += squares;
  }
  setPoints(rows, centers);
  return total;
}
