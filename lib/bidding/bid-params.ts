/** How requests are bid for, as declared in the group `bid`. */
import { number, nullable, text } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';

export const BID_SCHEMA = {
  probability: text({
    default: 'probability',
    doc: 'Column of the probability of a click.',
  }),
  value_per_click: number({
    default: 1,
    above: 0,
    doc: 'What a click is worth; bids, prices and the budget are in its unit.',
  }),
  ad_rate_strength: nullable(number({ default: 1, above: 0, doc: '' }), {
    default: null,
    doc: 'Impressions at the base rate that smooth the click rate of each ad; null: no ad differs from others.',
  }),
  budget: number({
    default: 200,
    min: 0,
    doc: 'What may be spent on all requests together.',
  }),
  pacing_step: number({
    default: 0.02,
    above: 0,
    doc: 'How fast paced bids follow the spend: change of mu (bid = value / (1 + mu)) by an even share of the budget too much or too little.',
  }),
  competition: {
    median: number({
      default: 0.4,
      above: 0,
      doc: 'Median of the highest competing bid, which is log-normal.',
    }),
    sigma: number({
      default: 0.5,
      min: 0,
      doc: 'Standard deviation of the logarithm of the highest competing bid.',
    }),
  },
};
export type BidParams = Params<typeof BID_SCHEMA>;
