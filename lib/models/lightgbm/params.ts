import { boolean, integer, list, map, nullable, number, oneOf, text } from '../../params/schema.ts';
import type { Params } from '../../params/schema.ts';

const pattern = text({ default: '*', doc: '' });

/** How trees are grown and added up; names and meaning as LightGBM's documentation has them. */
export const BOOSTER_SCHEMA = {
  boosting: oneOf(['gbdt', 'rf'], {
    default: 'gbdt',
    doc: 'gbdt: each round corrects those before it; rf: a random forest, rounds independent, on samples of the rows or features.',
  }),
  extra_trees: boolean({
    default: false,
    doc: 'Try one random threshold of each feature at a split instead of all.',
  }),
  num_leaves: integer({ default: 255, min: 2, max: 131072, doc: 'Most leaves of one tree.' }),
  max_depth: nullable(integer({ default: 12, min: 1, doc: '' }), {
    default: null,
    doc: 'Most splits above a leaf; null: unlimited.',
  }),
  learning_rate: number({
    default: 0.08,
    above: 0,
    doc: 'Share of each tree that is added; rf does not use it.',
  }),
  num_iterations: integer({
    default: 400,
    min: 1,
    doc: 'Rounds; each adds one tree for every class, of two classes one tree.',
  }),
  early_stopping_rounds: nullable(integer({ default: 30, min: 1, doc: '' }), {
    default: null,
    doc: 'Rounds without a lower valid loss before training stops with the rounds up to the best; null: all rounds are kept.',
  }),
  min_data_in_leaf: integer({ default: 20, min: 0, doc: 'Fewest rows of a leaf.' }),
  min_sum_hessian_in_leaf: number({
    default: 1,
    min: 0,
    doc: 'Least sum of the second derivatives of the loss in a leaf; near 0, boosting of many classes may diverge.',
  }),
  min_gain_to_split: number({ default: 0, min: 0, doc: 'Least gain of a split.' }),
  feature_fraction: number({
    default: 1,
    above: 0,
    max: 1,
    doc: 'Share of the features that each tree may use.',
  }),
  feature_fraction_bynode: number({
    default: 1,
    above: 0,
    max: 1,
    doc: 'Share of these that each split may use.',
  }),
  bagging_fraction: number({
    default: 1,
    above: 0,
    max: 1,
    doc: 'Share of the rows that trees are grown on, where bagging_freq is not 0.',
  }),
  bagging_freq: integer({
    default: 0,
    min: 0,
    doc: 'Rounds after which the rows are drawn anew; 0: all rows, always.',
  }),
  lambda_l1: number({ default: 0, min: 0, doc: 'Penalty on the size of leaf values.' }),
  lambda_l2: number({ default: 0, min: 0, doc: 'Penalty on the square of leaf values.' }),
  path_smooth: number({
    default: 0,
    min: 0,
    doc: 'Pull of a leaf towards its parent, the more the fewer rows it has; above 0, min_data_in_leaf must be at least 2.',
  }),
  max_bin: integer({
    default: 255,
    min: 2,
    max: 65535,
    doc: 'Most bins that the values of a feature are sorted into; above 255 a bin takes two bytes.',
  }),
};
/** How a booster is grown. */
export type BoosterOptions = Params<typeof BOOSTER_SCHEMA>;

/** Parameters of the model `lightgbm`. */
export const LIGHTGBM_SCHEMA = {
  ...BOOSTER_SCHEMA,
  categorical_features: list(pattern, {
    default: [],
    doc: 'Columns whose values are codes of categories, integers from 0; a * in a name stands for any text.',
  }),
  one_hot_groups: list(pattern, {
    default: [],
    doc: 'Patterns such as Soil_Type*: the columns of 0 and 1 that one matches are folded back into one column of categories inside the model.',
  }),
  monotone_constraints: map(integer({ default: 0, min: -1, max: 1, doc: '' }), {
    default: {},
    doc: 'Columns in which the score may only rise (1) or fall (-1); of two classes, the score of the second.',
  }),
};
export type LightgbmParams = Params<typeof LIGHTGBM_SCHEMA>;
