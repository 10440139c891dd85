import { boolean, integer, nullable, number, oneOf } from '../../params/schema.ts';
import { CRITERIA } from './criterion.ts';

const MAX_INT32 = 2 ** 31 - 1;

/** Parameters of the models extra-trees and random-forest, which differ in defaults alone. */
export const forestSchema = (defaults: {
  readonly maxFeatures: number;
  readonly bootstrap: boolean;
}) => ({
  n_estimators: integer({ default: 100, min: 1, max: 100_000, doc: 'Trees of the forest.' }),
  criterion: oneOf(CRITERIA, { default: 'entropy', doc: 'Impurity that a split makes less.' }),
  max_features: number({
    default: defaults.maxFeatures,
    above: 0,
    max: 1,
    doc: 'Share of the features tried in a node, at least one; more while all of them are constant in it.',
  }),
  min_samples_split: integer({
    default: 2,
    min: 2,
    max: MAX_INT32,
    doc: 'Rows that a node needs to be split.',
  }),
  min_samples_leaf: integer({
    default: 1,
    min: 1,
    max: MAX_INT32,
    doc: 'Rows that each side of a split needs.',
  }),
  max_depth: nullable(integer({ default: 10, min: 1, max: MAX_INT32 - 1, doc: '' }), {
    default: null,
    doc: 'Splits between the root and a leaf at most; null: unlimited.',
  }),
  bootstrap: boolean({
    default: defaults.bootstrap,
    doc: 'Grow each tree on as many rows drawn with replacement; false: on all rows.',
  }),
});
