/** The number of clusters that suits a sample of the rows best: by silhouette, by gap, or by elbow. */
import { silhouetteSamples } from '../metrics/silhouette.ts';
import { gapStatistics } from './gap-statistic.ts';
import { fitKMeans } from './k-means.ts';
import type { KMeansOptions } from './k-means.ts';
import { countDistinct } from './count-distinct.ts';
import type { Rows } from './to-sample-rows.ts';

export interface CandidateNClusters {
  readonly nClusters: number;
  /** Sum of the squared distances of the rows to their centers. */
  readonly inertia: number;
  /** Mean over the rows, in [-1, 1]; null for one cluster. */
  readonly silhouette: number | null;
  /** How much less the logarithm of the inertia is than that of rows without clusters; null: not computed. */
  readonly gap: number | null;
  /** Standard error of the gap. */
  readonly gapError: number | null;
}

export const CHOICES = ['silhouette', 'gap', 'elbow'] as const;
export type Choice = (typeof CHOICES)[number];

export interface CompareOptions extends Omit<KMeansOptions, 'nClusters'> {
  readonly maxClusters: number;
  /** Reference sets for the gap; 0: no gap. */
  readonly nReferences: number;
  readonly gapRng: KMeansOptions['rng'];
}

/**
 * Fits k-means with 1 to `maxClusters` clusters, no more than there are distinct rows, and measures each.
 *
 * @param X - Every value finite; not modified. Sparse rows have no gap: their reference sets would be dense.
 */
export async function compareNClusters(
  X: Rows,
  nFeatures: number,
  { maxClusters, nReferences, gapRng, ...options }: CompareOptions,
): Promise<CandidateNClusters[]> {
  const most = Math.min(maxClusters, countDistinct(X, nFeatures, maxClusters));
  const fits = [];
  for (let nClusters = 2; nClusters <= most; nClusters++) {
    fits.push(await fitKMeans(X, nFeatures, { ...options, nClusters }));
  }
  // one center needs no draw, so that those of the others come first
  fits.unshift(await fitKMeans(X, nFeatures, { ...options, nInit: 1, nClusters: 1 }));
  const inertias = fits.map(({ inertia }) => inertia);
  const silhouettes = silhouetteSamples(X, nFeatures, fits);
  const gaps =
    nReferences === 0 || !(X instanceof Float32Array)
      ? []
      : await gapStatistics(X, nFeatures, inertias, { ...options, rng: gapRng, nReferences });
  return fits.map(({ nClusters, inertia }, i) => ({
    nClusters,
    inertia,
    silhouette: nClusters === 1 ? null : mean(silhouettes[i]),
    gap: gaps[i]?.gap ?? null,
    gapError: gaps[i]?.error ?? null,
  }));
}

/** The ways that these were measured for: sparse rows have no gap. */
export function choicesOf(candidates: readonly CandidateNClusters[]): Choice[] {
  return CHOICES.filter((way) => way !== 'gap' || candidates.some(({ gap }) => gap !== null));
}

/** What each way chooses; the fewest clusters of equals, 1 where nothing can be compared. */
export function chooseNClusters(candidates: readonly CandidateNClusters[], choice: Choice): number {
  return { silhouette: bySilhouette, gap: byGap, elbow: byElbow }[choice](candidates);
}

function bySilhouette(candidates: readonly CandidateNClusters[]): number {
  const largest = Math.max(...candidates.map(({ silhouette }) => silhouette ?? -Infinity));
  return candidates.find(({ silhouette }) => silhouette === largest)?.nClusters ?? 1;
}

/** The fewest clusters whose gap is at least that of one more, less its standard error; else the largest gap. */
function byGap(candidates: readonly CandidateNClusters[]): number {
  const measured = candidates.filter(({ gap }) => gap !== null);
  const found = measured.find(({ gap }, i) => {
    const next = measured[i + 1];
    return next !== undefined && gap! >= next.gap! - next.gapError!;
  });
  const largest = Math.max(...measured.map(({ gap }) => gap!));
  return (found ?? measured.find(({ gap }) => gap === largest))?.nClusters ?? 1;
}

/**
 * The point of the curve of inertia by number of clusters that lies farthest below the chord of its ends.
 *
 * @see Satopää, V. et al. (2011), Finding a "Kneedle" in a haystack, ICDCSW, 166-171, doi:10.1109/ICDCSW.2011.20
 */
function byElbow(candidates: readonly CandidateNClusters[]): number {
  const first = candidates[0];
  const last = candidates[candidates.length - 1];
  const width = last.nClusters - first.nClusters;
  const height = first.inertia - last.inertia;
  if (width === 0 || height === 0) return first.nClusters;
  let best = first.nClusters;
  let most = 0;
  for (const { nClusters, inertia } of candidates) {
    const below = (first.inertia - inertia) / height - (nClusters - first.nClusters) / width;
    if (below > most) [best, most] = [nClusters, below];
  }
  return best;
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
