import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Feature } from '../../../../lib/models/lightgbm/features.ts';
import {
  findBoosterProblem,
  lightgbmImportance,
  lightgbmText,
  toFitted,
} from '../../../../lib/models/lightgbm/state.ts';
import type { FittedModel } from '../../../../lib/models/model.ts';

const test = suite('lightgbm state');

/** Three classes, five features, the last of which is made of three columns. */
const TEXT = readFileSync(new URL('../../../golden/lightgbm/model.txt', import.meta.url));
const FEATURES: readonly Feature[] = [[0], [1], [2], [3], [4, 5, 6]].map((places, j) => ({
  ...{ name: `f${j}`, places, isGroup: j === 4, isCategorical: j === 4, monotone: 0 },
}));
const FITTED: FittedModel = {
  ...{ name: 'lightgbm', columns: ['a', 'b', 'c', 'd', 'e1', 'e2', 'e3'], nClasses: 3 },
  ...toFitted(TEXT, FEATURES),
};

const problemOf = (changes: Partial<FittedModel>) => findBoosterProblem({ ...FITTED, ...changes });
const withFeatures = (features: unknown) => problemOf({ facts: { features } });

test('hands out the text byte for byte', () => {
  assert.equal(lightgbmText(FITTED), TEXT);
});

test('gives features by their gain, the greatest first', () => {
  const importance = lightgbmImportance(FITTED);
  assert.equal(importance.map(({ feature }) => feature).toSorted(), ['f0', 'f1', 'f2', 'f3', 'f4']);
  const gains = importance.map(({ gain }) => gain);
  assert.equal(
    gains,
    gains.toSorted((a, b) => b - a),
  );
});

test('has no problem as it was fitted, nor after JSON', () => {
  assert.is(problemOf({}), null);
  assert.is(problemOf({ facts: JSON.parse(JSON.stringify(FITTED.facts)) }), null);
});

test('refuses features that are none, or that do not fit its columns', () => {
  for (const features of [
    ...[undefined, {}, [null], [{ ...FEATURES[0], name: 1 }], [{ ...FEATURES[0], places: [0, 1] }]],
    ...[[{ ...FEATURES[0], places: [-1] }], [{ ...FEATURES[4], places: [] }]],
  ]) {
    assert.is(withFeatures(features), 'no list of features');
  }
  const other = 'features of other columns than its 7';
  assert.is(withFeatures(FEATURES.with(0, { ...FEATURES[0], places: [7] })), other);
  assert.is(withFeatures(FEATURES.with(0, { ...FEATURES[0], places: [1] })), other);
  assert.is(withFeatures(FEATURES.slice(1)), 'trees of 5 features, where there are 4');
});

test('refuses trees for other classes', () => {
  assert.is(problemOf({ nClasses: 2 }), 'trees for multiclass, where there are 2 classes');
  assert.is(problemOf({ nClasses: 4 }), 'trees for 3 classes, where there are 4');
});

test('refuses a text that is damaged or missing', () => {
  const { facts } = FITTED;
  const cut = toFitted(TEXT.subarray(0, 2000), FEATURES);
  assert.match(
    String(problemOf({ ...cut, facts })),
    /^a model\.txt with no tree \d+ where its size says$/,
  );
  assert.is(problemOf({ tensors: {} }), 'no model.txt of bytes');
});

test.run();
