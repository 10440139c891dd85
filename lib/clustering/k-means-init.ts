/** First centers of k-means: rows of the data, drawn by k-means++ or uniformly. */
import type { Rng } from '../rng.ts';
import { BATCH_SIZE, copyRow, fillBatch, setPoints, squaredDistances } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

/** Candidates of {@link drawPlusPlus} for each place, as scikit-learn has it. */
export function nLocalTrials(nClusters: number): number {
  return 2 + Math.floor(Math.log(nClusters));
}

/**
 * Draws `nClusters` rows, each after the first with a probability proportional to its squared distance to
 * the nearest row drawn before: far apart, but not outliers alone.
 *
 * Greedy: of {@link nLocalTrials} candidates for each place, the one that leaves the least inertia is kept,
 * the first of equals.
 *
 * @returns Indices of rows with distinct values; fewer than `nClusters` where the data has no more.
 * @see Arthur, D. and Vassilvitskii, S. (2007), SODA, 1027-1035
 */
export function drawPlusPlus(rows: SampleRows, nClusters: number, rng: Rng): number[] {
  const nTrials = nLocalTrials(nClusters);
  const drawn: number[] = [];
  let nearest = new Float64Array(rows.nSamples).fill(Infinity);
  let candidates = [Math.floor(rng() * rows.nSamples)];
  for (;;) {
    const lowered = candidates.map(() => new Float64Array(rows.nSamples));
    const inertias = lowerDistances(rows, candidates, nearest, lowered);
    const best = inertias.indexOf(Math.min(...inertias));
    drawn.push(candidates[best]);
    if (drawn.length === nClusters || inertias[best] === 0) return drawn;
    nearest = lowered[best];
    candidates = drawCandidates(nearest, inertias[best], nTrials, rng);
  }
}

/**
 * Squared distances of all rows to the nearest center if each candidate became one, to `lowered`.
 *
 * @returns Their sums, shape (nCandidates).
 */
export function lowerDistances(
  rows: SampleRows,
  candidates: readonly number[],
  nearest: Float64Array,
  lowered: readonly Float64Array[],
): number[] {
  const { nSamples, distances } = rows;
  const nPoints = candidates.length;
  setPoints(rows, copyRows(rows, candidates));
  const sums = new Float64Array(nPoints);
  for (let start = 0; start < nSamples; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    const end = start + nRows;
    const stride = squaredDistances(rows, nRows, nPoints);
    for (let p = 0; p < nPoints; p++) {
      const output = lowered[p];
      let sum = sums[p];
      for (let i = start, at = p; i < end; i++, at += stride) {
        const distance = Math.min(nearest[i], distances[at]);
        output[i] = distance;
        sum += distance;
      }
      sums[p] = sum;
    }
  }
  return [...sums];
}

/** The rows at `indices` as points, row-major, features in the order of `rows.order`. */
export function copyRows(rows: SampleRows, indices: readonly number[]): Float64Array {
  const { nFeatures } = rows;
  const points = new Float64Array(indices.length * nFeatures);
  indices.forEach((row, p) => {
    copyRow(rows, row, points.subarray(p * nFeatures, (p + 1) * nFeatures));
  });
  return points;
}

/** Indices drawn with probabilities `weights / total`; one of weight 0 is never drawn. */
export function drawCandidates(
  weights: Float64Array,
  total: number,
  n: number,
  rng: Rng,
): number[] {
  const thresholds = Array.from({ length: n }, () => rng() * total).sort((a, b) => a - b);
  const candidates: number[] = [];
  let sum = 0;
  for (let i = 0; candidates.length < n; i++) {
    if (weights[i] === 0) continue;
    sum += weights[i];
    // no threshold is above the total, which was summed in this order
    while (thresholds[candidates.length] <= sum) candidates.push(i);
  }
  return candidates;
}

/** Draws `nClusters` distinct rows, each with equal probability; their values may be equal. */
export function drawUniformly(nSamples: number, nClusters: number, rng: Rng): number[] {
  const drawn = new Set<number>();
  while (drawn.size < nClusters) drawn.add(Math.floor(rng() * nSamples));
  return [...drawn];
}
