import { integer, number } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';

/** The group `explore` of params.yaml. */
export const EXPLORE_SCHEMA = {
  max_classes: integer({
    default: 50,
    min: 2,
    max: 1000,
    doc: 'A numeric target of more distinct values is a quantity; of a text target the rarest beyond them count as one class.',
  }),
  max_categories: integer({
    default: 50,
    min: 1,
    max: 1000,
    doc: 'Values of a text column that are told apart, the most frequent ones; all others count as one.',
  }),
  max_correlation: number({
    default: 0.9,
    min: 0,
    max: 1,
    doc: 'Pairs of columns with a larger absolute correlation are named.',
  }),
  max_missing_share: number({
    default: 0.5,
    min: 0,
    max: 1,
    doc: 'A column with a larger share of missing values is proposed to be dropped.',
  }),
  constant_share: number({
    default: 0.999,
    min: 0,
    max: 1,
    doc: 'A column is called nearly constant where one value fills a larger share of the rows.',
  }),
  leak_share: number({
    default: 0.9,
    min: 0,
    max: 1,
    doc: 'A column that alone tells this share of the target, or more, is suspected of a leak.',
  }),
  leak_score: number({
    default: 0.99,
    min: 0.5,
    max: 1,
    doc: 'So is one whose AUC (two classes) or absolute rank correlation (a quantity) reaches this.',
  }),
  max_charts: integer({
    default: 6,
    min: 0,
    max: 50,
    doc: 'Charts of the columns that tell most about the target.',
  }),
};

export type ExploreParams = Params<typeof EXPLORE_SCHEMA>;
