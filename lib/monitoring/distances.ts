/**
 * How far a current distribution is from a reference one, by the definitions of Evidently 0.7 (a test holds its
 * numbers). Pure: counts and values in, one number out.
 */

/** Share that stands for an empty bin in {@link populationStabilityIndex}, unless shares are about as small. */
const SMALL_SHARE = 1e-4;

/**
 * Jensen-Shannon distance: the square root of the mean relative entropy, in nats, of both distributions to their
 * mean. 0 for equal distributions, sqrt(ln 2) = 0.8326 for those that share no bin; symmetric.
 *
 * @param reference - Rows by bin, none negative, one at least positive; shape (nBins).
 * @param current - Rows by bin, as of `reference`.
 * @see Endres, D. M. and Schindelin, J. E. (2003), IEEE Trans. Inf. Theory 49(7), doi:10.1109/TIT.2003.813506
 */
export function jensenShannonDistance(reference: Float64Array, current: Float64Array): number {
  const [p, q] = [toShares(reference), toShares(current)];
  let divergence = 0;
  for (let i = 0; i < p.length; i++) {
    const mean = (p[i] + q[i]) / 2;
    divergence += relativeEntropy(p[i], mean) + relativeEntropy(q[i], mean);
  }
  // of equal distributions rounding may leave less than nothing
  return Math.sqrt(Math.max(0, divergence / 2));
}

/**
 * Population stability index: sum of (p - q) ln(p / q) over the bins. From 0 up; symmetric but for empty bins.
 *
 * An empty bin counts as a share of 1e-4; where the smallest share of its distribution is no greater than that, as
 * a millionth of this one. The other shares stay as they are.
 *
 * @param reference - Rows by bin, none negative, one at least positive; shape (nBins).
 * @param current - Rows by bin, as of `reference`.
 */
export function populationStabilityIndex(reference: Float64Array, current: Float64Array): number {
  const [p, q] = [fillEmpty(toShares(reference)), fillEmpty(toShares(current))];
  return p.reduce((sum, share, i) => sum + (share - q[i]) * Math.log(share / q[i]), 0);
}

/** Values with the number of rows of each. */
export interface WeightedValues {
  /** Finite, ascending; shape (nDistinct). */
  readonly values: Float64Array;
  /** Positive; shape (nDistinct). */
  readonly counts: Float64Array;
}

/**
 * First Wasserstein distance, the area between both cumulative distributions, over the standard deviation of the
 * reference (0.001 where that is less). From 0 up, in standard deviations; not symmetric, for the divisor alone.
 *
 * @param referenceStd - Population standard deviation (divisor n) of the reference.
 */
export function wassersteinDistance(
  reference: WeightedValues,
  current: WeightedValues,
  referenceStd: number,
): number {
  const [nReference, nCurrent] = [sum(reference.counts), sum(current.counts)];
  let [i, j, reached, reachedCurrent, area] = [0, 0, 0, 0, 0];
  let previous = Math.min(reference.values[0], current.values[0]);
  while (i < reference.values.length || j < current.values.length) {
    const value = Math.min(reference.values[i] ?? Infinity, current.values[j] ?? Infinity);
    area += Math.abs(reached / nReference - reachedCurrent / nCurrent) * (value - previous);
    if (reference.values[i] === value) reached += reference.counts[i++];
    if (current.values[j] === value) reachedCurrent += current.counts[j++];
    previous = value;
  }
  return area / Math.max(referenceStd, 0.001);
}

/** Share of the current rows in bins that hold no reference row, in [0, 1]. */
export function unseenShare(reference: Float64Array, current: Float64Array): number {
  const nUnseen = current.reduce((n, count, i) => (reference[i] === 0 ? n + count : n), 0);
  return nUnseen / sum(current);
}

function toShares(counts: Float64Array): Float64Array {
  const total = sum(counts);
  return counts.map((count) => count / total);
}

function relativeEntropy(p: number, mean: number): number {
  return p === 0 ? 0 : p * Math.log(p / mean);
}

function fillEmpty(shares: Float64Array): Float64Array {
  const least = shares.reduce((low, share) => (share > 0 ? Math.min(low, share) : low), 1);
  const filling = least <= SMALL_SHARE ? least / 1e6 : SMALL_SHARE;
  return shares.map((share) => (share === 0 ? filling : share));
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
