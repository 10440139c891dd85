/**
 * The gap: how much closer to their centers rows lie than rows without clusters would.
 *
 * @see Tibshirani, R., Walther, G. and Hastie, T. (2001), Estimating the number of clusters in a data set via the
 *   gap statistic, J. R. Stat. Soc. B 63, 411-423, doi:10.1111/1467-9868.00293
 */
import type { Rng } from '../rng.ts';
import { fitKMeans } from './k-means.ts';
import type { KMeansOptions } from './k-means.ts';
import { fitPrincipalComponents, transform } from './principal-components.ts';

export interface Gap {
  /** Mean logarithm of the references' inertia less that of the rows. */
  readonly gap: number;
  /** Standard deviation of the references' logarithms times sqrt(1 + 1 / nReferences). */
  readonly error: number;
}

/**
 * Gaps of 1 to `inertias.length` clusters. References are uniform over the box of the principal components of the
 * rows (way b of the paper), each as many rows.
 *
 * @param X - Row-major, shape (nSamples, nFeatures), every value finite; not modified.
 * @param inertias - Of the rows, from one cluster on.
 * @returns As many as there are inertias above 0: where each row is its center there is nothing to compare.
 */
export async function gapStatistics(
  X: Float32Array,
  nFeatures: number,
  inertias: readonly number[],
  {
    nReferences,
    rng,
    ...options
  }: Omit<KMeansOptions, 'nClusters'> & { readonly nReferences: number },
): Promise<Gap[]> {
  const nCompared = inertias.findIndex((inertia) => inertia === 0);
  const compared = nCompared === -1 ? inertias : inertias.slice(0, nCompared);
  const box = boundingBox(transform(fitPrincipalComponents(X, nFeatures, nFeatures), X), nFeatures);
  const logarithms: number[][] = compared.map(() => []);
  for (let reference = 0; reference < nReferences && compared.length > 0; reference++) {
    const drawn = drawUniform(box, X.length, rng);
    for (let k = 0; k < compared.length; k++) {
      const fitted = await fitKMeans(drawn, nFeatures, { ...options, nClusters: k + 1, rng });
      logarithms[k].push(Math.log(fitted.inertia));
    }
  }
  return compared.map((inertia, k) => {
    const mean = logarithms[k].reduce((sum, value) => sum + value, 0) / nReferences;
    const variance =
      logarithms[k].reduce((sum, value) => sum + (value - mean) ** 2, 0) / nReferences;
    return {
      gap: mean - Math.log(inertia),
      error: Math.sqrt(variance * (1 + 1 / nReferences)),
    };
  });
}

interface Box {
  readonly lows: Float64Array;
  readonly widths: Float64Array;
}

function boundingBox(coordinates: Float64Array, nFeatures: number): Box {
  const lows = new Float64Array(nFeatures).fill(Infinity);
  const highs = new Float64Array(nFeatures).fill(-Infinity);
  for (let at = 0; at < coordinates.length; at++) {
    const d = at % nFeatures;
    if (coordinates[at] < lows[d]) lows[d] = coordinates[at];
    if (coordinates[at] > highs[d]) highs[d] = coordinates[at];
  }
  return { lows, widths: highs.map((high, d) => high - lows[d]) };
}

function drawUniform({ lows, widths }: Box, size: number, rng: Rng): Float32Array {
  const drawn = new Float32Array(size);
  for (let at = 0; at < size; at++) {
    const d = at % lows.length;
    drawn[at] = lows[d] + widths[d] * rng();
  }
  return drawn;
}
