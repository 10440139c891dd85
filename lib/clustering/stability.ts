/** Whether the clusters are found again in resamples of the rows. */
import { adjustedRandIndex } from '../metrics/clustering.ts';
import { columnSums, contingencyTable, rowSums } from '../metrics/contingency.ts';
import type { ContingencyTable } from '../metrics/contingency.ts';
import { assignRows } from './assign-rows.ts';
import { countDistinct } from './count-distinct.ts';
import { fitKMeans } from './k-means.ts';
import type { KMeansOptions } from './k-means.ts';
import { takeRows } from './take-rows.ts';
import { countRows, type Rows } from './to-sample-rows.ts';

export interface Stability {
  readonly nBootstrap: number;
  /** Mean over all pairs of resamples, whose centers label all rows; null for a single resample. */
  readonly adjustedRandIndex: number | null;
  /**
   * How much of each cluster is found again: the mean over the resamples of its largest Jaccard coefficient with a
   * cluster of the resample, on the rows that were drawn. Above 0.75: stable; below 0.6: not to be trusted.
   */
  readonly jaccard: readonly number[];
}

/**
 * Draws as many rows as there are, with replacement, `nBootstrap` times, and clusters each resample.
 *
 * @param X - Every value finite; not modified.
 * @param labels - The clusters whose stability is asked for, shape (nSamples).
 * @see Hennig, C. (2007), Cluster-wise assessment of cluster stability, Comput. Stat. Data Anal. 52, 258-271,
 *   doi:10.1016/j.csda.2006.11.025
 */
export async function measureStability(
  X: Rows,
  nFeatures: number,
  labels: Int32Array,
  { nBootstrap, rng, ...options }: KMeansOptions & { readonly nBootstrap: number },
): Promise<Stability> {
  const { nClusters } = options;
  const nSamples = countRows(X, nFeatures);
  const sums = new Float64Array(nClusters);
  const labelings: Int32Array[] = [];
  for (let b = 0; b < nBootstrap; b++) {
    const drawn = Uint32Array.from({ length: nSamples }, () => Math.floor(rng() * nSamples));
    const resample = takeRows(X, nFeatures, drawn);
    // fewer where those drawn have fewer distinct rows
    const nFound = countDistinct(resample, nFeatures, nClusters);
    const { centers } = await fitKMeans(resample, nFeatures, {
      ...options,
      nClusters: nFound,
      rng,
    });
    const found = assignRows(X, nFeatures, centers);
    labelings.push(found);
    const isDrawn = new Float64Array(nSamples);
    for (const row of drawn) isDrawn[row] = 1;
    const table = contingencyTable(labels, found, {
      nRows: nClusters,
      nColumns: nClusters,
      sampleWeight: isDrawn,
    });
    for (let c = 0; c < nClusters; c++) sums[c] += largestJaccard(table, c);
  }
  return {
    nBootstrap,
    adjustedRandIndex: meanAgreement(labelings, nClusters),
    jaccard: Array.from(sums, (sum) => sum / nBootstrap),
  };
}

function largestJaccard(table: ContingencyTable, row: number): number {
  const own = rowSums(table)[row];
  const others = columnSums(table);
  let largest = 0;
  for (let column = 0; column < table.nColumns; column++) {
    const both = table.counts[row * table.nColumns + column];
    if (both > 0) largest = Math.max(largest, both / (own + others[column] - both));
  }
  return largest;
}

function meanAgreement(labelings: readonly Int32Array[], nClusters: number): number | null {
  if (labelings.length < 2) return null;
  let sum = 0;
  let nPairs = 0;
  for (let a = 0; a < labelings.length; a++) {
    for (let b = 0; b < a; b++, nPairs++) {
      const shape = { nRows: nClusters, nColumns: nClusters };
      sum += adjustedRandIndex(contingencyTable(labelings[a], labelings[b], shape));
    }
  }
  return sum / nPairs;
}
