import { boolean, integer, nullable, number, oneOf } from '../../params/schema.ts';
import type { Rng } from '../../rng.ts';
import { CRITERIA } from './criterion.ts';
import type { TreeKey } from './grow-tree.ts';

const MAX_INT32 = 2 ** 31 - 1;

/** Parameters of the models extra-trees and random-forest, which differ in defaults alone. */
export const forestSchema = (defaults: {
  readonly maxFeatures: number;
  readonly bootstrap: boolean;
}) => ({
  n_estimators: integer({ default: 100, min: 1, max: 100_000, doc: 'Trees of the forest.' }),
  criterion: oneOf(CRITERIA, {
    default: 'entropy',
    doc: 'Impurity of classes that a split makes less; of numbers it is the squared error.',
  }),
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

/** At least one of so many features; 0.07 of 100 is 7, though 0.07 × 100 is 7.000000000000001. */
export function countTriedFeatures(share: number, nFeatures: number): number {
  return Math.max(1, Math.floor(share * nFeatures + 1e-9));
}

/** The key of each tree, two numbers of `rng`. */
export function drawKeys(rng: Rng, nTrees: number): TreeKey[] {
  return Array.from({ length: nTrees }, () => [rng.int32() >>> 0, rng.int32() >>> 0]);
}
