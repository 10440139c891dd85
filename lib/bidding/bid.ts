/** What to bid for a request, and with which ad. */

/** An ad that may be shown, and how probably it is clicked. */
export interface Candidate {
  readonly adId: number;
  readonly probability: number;
}

export interface Bid {
  readonly adId: number;
  /** In the unit of the value of a click. */
  readonly bid: number;
  /** Of a click on the ad. */
  readonly probability: number;
}

/**
 * Bids the expected value of the ad that is worth most: in an auction of second price nothing else is better
 * (Vickrey 1961, doi:10.1111/j.1540-6261.1961.tb02789.x). Of ads that are worth the same the smallest id is taken.
 *
 * @param candidates - At least one, in any order.
 */
export function chooseBid(candidates: readonly Candidate[], valuePerClick: number): Bid {
  const [first, ...others] = candidates;
  const best = others.reduce((kept, ad) => (isBetter(ad, kept) ? ad : kept), first);
  const { adId, probability } = best;
  return { adId, bid: valuePerClick * probability, probability };
}

function isBetter(ad: Candidate, than: Candidate): boolean {
  if (ad.probability !== than.probability) return ad.probability > than.probability;
  return ad.adId < than.adId;
}
