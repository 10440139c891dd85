/** The world that `simulate` draws. */
import { integer, number, text } from '../../params/schema.ts';
import type { Params } from '../../params/schema.ts';

export const SIMULATE_SCHEMA = {
  n_items: integer({
    default: 50,
    min: 1,
    doc: 'Items, each with a level and a season of its own.',
  }),
  n_months: integer({ default: 51, min: 1, max: 1200, doc: 'Months of every item.' }),
  start: text({ default: '2019-10-01', doc: 'First month.' }),
  a: number({ default: 0.33, doc: 'Part of the same month last year.' }),
  b: number({ default: 0.37, doc: 'Part of the average of the last twelve months.' }),
  c: number({ default: 0.29, doc: 'Part of the same month last year times the growth since.' }),
  d: number({ default: 0.24, doc: 'Effect of a marketing spend of 1.' }),
  e: number({
    default: 0.57,
    doc: 'Effect of a change of the price, in the month before it and in its own.',
  }),
  push: number({
    default: 0.16,
    min: 0,
    below: 1,
    doc: 'Share by which June is higher, and July lower, where a year comes close to its objective.',
  }),
  noise: number({
    default: 0.1,
    min: 0,
    max: 0.5,
    doc: 'Standard deviation of a month as a share of what the equations say.',
  }),
  stock_out_share: number({
    default: 0.1,
    min: 0,
    max: 1,
    doc: 'Share of months whose refills are planned below the demand.',
  }),
};
export type SimulateParams = Params<typeof SIMULATE_SCHEMA>;
