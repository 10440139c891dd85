/**
 * The auction that bids are replayed in: sealed bids of second price. The highest competing bid of each request is
 * drawn from a log-normal distribution, since what was never shown has no price that was seen.
 */
import { normalQuantile } from '../preprocessing/normal-quantile.ts';
import type { Rng } from '../rng.ts';

export interface Competition {
  /** Median of the highest competing bid, in the unit of the value of a click. */
  readonly median: number;
  /** Standard deviation of its logarithm. */
  readonly sigma: number;
}

/** The highest competing bids of `n` requests. */
export function drawCompetingBids(
  n: number,
  { median, sigma }: Competition,
  rng: Rng,
): Float64Array {
  // a draw of exactly 0 has no quantile
  const draw = (): number => median * Math.exp(sigma * normalQuantile(rng() || Number.EPSILON));
  return Float64Array.from({ length: n }, draw);
}

/** Whether a bid wins; the price is then the competing bid. A tie is lost. */
export function wins(bid: number, competingBid: number): boolean {
  return bid > competingBid;
}
