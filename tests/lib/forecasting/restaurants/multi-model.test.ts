import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  fitMultiModel,
  predictMultiModel,
} from '../../../../lib/forecasting/restaurants/multi-model.ts';
import {
  RANDOM_FOREST_REGRESSOR,
  fitForestRegressor,
  predictForestRegressor,
} from '../../../../lib/models/trees/fit-forest-regressor.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';
import { makeForest, makeRows } from '../../../support/forests.ts';

const N = 300;
const draw = createRng(1, 'tests', 'multi-model');
const features = Float32Array.from({ length: 3 * N }, () => draw());
const targets = Float64Array.from({ length: N }, (_, i) => 10 * features[3 * i] + draw());
const rng = (purpose: string) => createRng(7, 'train', purpose);
const params = { nEstimators: 5, nModels: 4 };

const test = suite('multi-model');

test('predicts with a plain random forest', async () => {
  const { single } = fitMultiModel(features, targets, params, rng);
  const plain = { ...RANDOM_FOREST_REGRESSOR, nEstimators: 5 };
  const expected = fitForestRegressor(features, targets, plain, rng('single_estimator'));
  const { all } = predictMultiModel({ single, others: [] }, features);
  const machine = { threads: 1, warn: () => {} };
  assert.equal(all[0], await predictForestRegressor(expected, features, machine as never));
});

test('gives a range that holds every forest, the prediction too, and nothing beyond them', () => {
  const model = fitMultiModel(features, targets, params, rng);
  const { all, minimum, maximum } = predictMultiModel(model, features);
  assert.is(all.length, 5);
  for (let i = 0; i < N; i++) {
    const values = all.map((predictions) => predictions[i]);
    assert.equal([minimum[i], maximum[i]], [Math.min(...values), Math.max(...values)]);
  }
});

test('cuts every prediction at 0', () => {
  const model = { single: makeForest(1, { nTrees: 1 }), others: [makeForest(2)] };
  const rows = Float32Array.from(makeRows(model.single, 200, 3).flat());
  const { all, minimum } = predictMultiModel(model, rows);
  assert.ok([...all, minimum].every((values) => values.every((value) => value >= 0)));
  assert.ok(all[0].some((value) => value === 0) && all[0].some((value) => value > 0));
});

test('draws another sample for each forest, of all rows and no others', () => {
  // leaves of one full tree are the targets drawn: of a bootstrap 1 - 1/e, of one of a bootstrap 1 - exp(1/e - 1)
  const one = { nEstimators: 1, nModels: 3 };
  const { single, others } = fitMultiModel(features, targets, one, rng);
  const leaves = others.map((forest) => [...forest.leaves]);
  for (const values of [[...single.leaves], ...leaves]) {
    assert.ok(values.every((value) => targets.includes(value)));
  }
  assertClose([single.leaves.length / N], [0.632], 0.05, 1);
  for (const values of leaves) assertClose([values.length / N], [0.469], 0.05, 1);
  assert.is(new Set(leaves.map((values) => values.join())).size, 3);
});

test('is the same when it is fitted again, and its forests stay when others are added', () => {
  const predict = (nModels: number): readonly Float64Array[] => {
    const model = fitMultiModel(features, targets, { nEstimators: 2, nModels }, rng);
    return predictMultiModel(model, features).all;
  };
  assert.equal(predict(2), predict(2));
  assert.equal(predict(3).slice(0, 3), predict(2));
});

test.run();
