/**
 * The way of a value to a standard normal by fitted quantiles, and back; as scikit-learn's
 * QuantileTransformer has it.
 */
import { normalQuantile } from './normal-quantile.ts';

/** Closer than this to an end of the range counts as the end, as scikit-learn has it. */
export const END_WIDTH = 1e-7;
/** The least share that is taken to a normal; the bound of scikit-learn. */
const MIN_SHARE = END_WIDTH - Number.EPSILON;
export const MAX_NORMAL = normalQuantile(1 - MIN_SHARE);
export const MIN_NORMAL = normalQuantile(MIN_SHARE);

/**
 * @param quantiles - Values at equal shares of the rows from 0 to 1, ascending, at least 2.
 * @returns Between ∓5.199, which both ends of the range are taken to; NaN for a value that is not finite.
 */
export function toNormal(quantiles: readonly number[], value: number): number {
  if (!Number.isFinite(value)) return NaN;
  if (value - END_WIDTH < quantiles[0]) return MIN_NORMAL;
  if (value + END_WIDTH > quantiles[quantiles.length - 1]) return MAX_NORMAL;
  return Math.min(MAX_NORMAL, Math.max(MIN_NORMAL, normalQuantile(shareBelow(quantiles, value))));
}

/** Undoes {@link toNormal} within the range of the quantiles, up to the spacing of equal ones. */
export function fromNormal(quantiles: readonly number[], z: number): number {
  const position = normalShare(z) * (quantiles.length - 1);
  const i = Math.min(Math.floor(position), quantiles.length - 2);
  return quantiles[i] + (position - i) * (quantiles[i + 1] - quantiles[i]);
}

/** Inverse of the normal quantile by halving, to the last bit that halving can find. */
function normalShare(z: number): number {
  if (z <= MIN_NORMAL) return 0;
  if (z >= MAX_NORMAL) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalQuantile(middle) < z) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Share of the fitted rows below `value`: on a straight line between quantiles, in the middle of equal
 * ones.
 */
function shareBelow(quantiles: readonly number[], value: number): number {
  const n = quantiles.length;
  let [low, high] = [0, n]; // first index whose quantile is not below value
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quantiles[middle] < value) low = middle + 1;
    else high = middle;
  }
  if (low === n) return 1;
  if (quantiles[low] !== value) {
    if (low === 0) return 0;
    const [a, b] = [quantiles[low - 1], quantiles[low]];
    return (low - 1 + (value - a) / (b - a)) / (n - 1);
  }
  let last = low;
  for (high = n; last + 1 < high;) {
    const middle = (last + high) >> 1;
    if (quantiles[middle] > value) high = middle;
    else last = middle;
  }
  return (low + last) / 2 / (n - 1);
}
