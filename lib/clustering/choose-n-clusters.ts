/** The number of clusters that suits a sample of the rows best. */
import { silhouetteSamples } from '../metrics/silhouette.ts';
import { fitKMeans } from './k-means.ts';
import type { KMeansOptions } from './k-means.ts';

export interface SilhouetteOfNClusters {
  readonly nClusters: number;
  /** Mean over the rows, in [-1, 1]. */
  readonly silhouette: number;
}

/**
 * Fits k-means with 2 to `maxClusters` clusters (no more than there are distinct rows) and returns the mean
 * silhouette of each; none when all rows are alike. The largest one suits best, the fewest clusters of equals.
 *
 * @param X - Row-major, shape (nSamples, nFeatures), every value finite; not modified.
 */
export async function compareNClusters(
  X: Float32Array,
  nFeatures: number,
  { maxClusters, ...options }: Omit<KMeansOptions, 'nClusters'> & { readonly maxClusters: number },
): Promise<SilhouetteOfNClusters[]> {
  const most = Math.min(maxClusters, countDistinct(X, nFeatures, maxClusters));
  const candidates: number[] = [];
  for (let nClusters = 2; nClusters <= most; nClusters++) candidates.push(nClusters);
  const fits = [];
  for (const nClusters of candidates) {
    fits.push(await fitKMeans(X, nFeatures, { ...options, nClusters }));
  }
  return silhouetteSamples(X, nFeatures, fits).map((silhouettes, i) => ({
    nClusters: candidates[i],
    silhouette: mean(silhouettes),
  }));
}

/** The one of the largest silhouette, the fewest clusters of equals; 1 where there is none. */
export function bestNClusters(candidates: readonly SilhouetteOfNClusters[]): number {
  const largest = Math.max(...candidates.map(({ silhouette }) => silhouette));
  return candidates.find(({ silhouette }) => silhouette === largest)?.nClusters ?? 1;
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Distinct rows, counted no further than `limit`. */
function countDistinct(X: Float32Array, nFeatures: number, limit: number): number {
  const seen = new Set<string>();
  for (let row = 0; row < X.length && seen.size < limit; row += nFeatures) {
    // -0 and 0 are one value, and have one text
    seen.add(X.subarray(row, row + nFeatures).join());
  }
  return seen.size;
}
