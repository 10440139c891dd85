/** First centers of k-means: rows of the data, drawn by k-means++ or uniformly. */
import type { Rng } from '../rng.ts';
import type { ParallelRows } from './parallel-rows.ts';
import { lower } from './row-steps.ts';
import { copyRow, setPoints } from './sample-rows.ts';
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
export function drawPlusPlus(parallel: ParallelRows, nClusters: number, rng: Rng): number[] {
  const { rows, state } = parallel;
  const nTrials = nLocalTrials(nClusters);
  const { nSlices, sliceSize } = state;
  const drawn: number[] = [];
  let nearest = 0;
  state.distances[nearest].fill(Infinity);
  let candidates = [Math.floor(rng() * rows.nSamples)];
  for (;;) {
    setPoints(rows, copyRows(rows, candidates));
    parallel.run(lower, candidates.length, nearest);
    const sums = candidates.map((_, p) =>
      state.distanceSums.subarray(p * nSlices, (p + 1) * nSlices),
    );
    const inertias = sums.map((ofSlices) => ofSlices.reduce((sum, of) => sum + of, 0));
    const best = inertias.indexOf(Math.min(...inertias));
    drawn.push(candidates[best]);
    if (drawn.length === nClusters || inertias[best] === 0) return drawn;
    nearest = best < nearest ? best : best + 1;
    candidates = drawCandidates(state.distances[nearest], sums[best], sliceSize, nTrials, rng);
  }
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

/**
 * Indices drawn with probabilities proportional to `weights`; one of weight 0 is never drawn.
 *
 * @param sums - Of each `sliceSize` weights; one of them is above 0.
 */
export function drawCandidates(
  weights: Float64Array,
  sums: Float64Array,
  sliceSize: number,
  n: number,
  rng: Rng,
): number[] {
  const total = sums.reduce((sum, of) => sum + of, 0);
  const thresholds = Array.from({ length: n }, () => rng() * total).sort((a, b) => a - b);
  const candidates: number[] = [];
  let sum = 0;
  for (let slice = 0; candidates.length < n; slice++) {
    let reached = sum;
    // the last one above 0 leaves the total, which was summed in this order
    sum += sums[slice];
    if (sums[slice] === 0 || thresholds[candidates.length] > sum) continue;
    let last = -1;
    const end = Math.min((slice + 1) * sliceSize, weights.length);
    for (let i = slice * sliceSize; i < end; i++) {
      if (weights[i] === 0) continue;
      reached += weights[i];
      last = i;
      while (thresholds[candidates.length] <= reached) candidates.push(i);
    }
    // weight by weight rounding may have taken a hair
    while (thresholds[candidates.length] <= sum) candidates.push(last);
  }
  return candidates;
}

/** Draws `nClusters` distinct rows, each with equal probability; their values may be equal. */
export function drawUniformly(nSamples: number, nClusters: number, rng: Rng): number[] {
  const drawn = new Set<number>();
  while (drawn.size < nClusters) drawn.add(Math.floor(rng() * nSamples));
  return [...drawn];
}
