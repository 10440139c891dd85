/** Bids for requests, and what a budget brings of them in the auction. */
import type { Rng } from '../rng.ts';
import { drawCompetingBids } from './auction.ts';
import { chooseBid } from './bid.ts';
import type { Bid, Candidate } from './bid.ts';
import type { BidParams } from './bid-params.ts';
import { withAd } from './click-rates.ts';
import type { ClickRates } from './click-rates.ts';
import { replayHindsight, replayPaced, replayUnpaced } from './pacing.ts';
import type { Replay } from './pacing.ts';

/** Ways to spend the budget, in the order that pages show them. */
export const POLICIES = ['paced', 'unpaced', 'hindsight'] as const;
export type Policy = (typeof POLICIES)[number];

export interface BidOutcome {
  /** One for each request, in the order of time. */
  readonly bids: readonly Bid[];
  readonly replays: Readonly<Record<Policy, Replay>>;
}

/**
 * @param requests - Ads that may be shown at each request, in the order of time; at least one request, and one ad
 *   for each.
 * @param rates - null: the ad changes no probability.
 * @param rng - Draws the competing bids, one for each request, whatever is bid.
 */
export function bidForRequests(
  requests: readonly (readonly Candidate[])[],
  rates: ClickRates | null,
  params: BidParams,
  rng: Rng,
): BidOutcome {
  const tell = ({ adId, probability }: Candidate): Candidate => ({
    adId,
    probability: rates === null ? probability : withAd(probability, adId, rates),
  });
  const bids = requests.map((ads) => chooseBid(ads.map(tell), params.valuePerClick));
  const auctions = {
    values: Float64Array.from(bids, ({ bid }) => bid),
    probabilities: Float64Array.from(bids, ({ probability }) => probability),
    competingBids: drawCompetingBids(bids.length, params.competition, rng),
  };
  return {
    bids,
    replays: {
      paced: replayPaced(auctions, params.budget, params.pacingStep),
      unpaced: replayUnpaced(auctions, params.budget),
      hindsight: replayHindsight(auctions, params.budget),
    },
  };
}
