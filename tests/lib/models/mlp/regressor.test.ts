import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitModel, openRegressor } from '../../../../lib/models/fit-model.ts';
import { fitRidge } from '../../../../lib/models/linear-model/ridge-regression.ts';
import type { FittedModel, RegressionData } from '../../../../lib/models/model.ts';
import { findModelProblem } from '../../../../lib/models/registry.ts';
import { createRng } from '../../../../lib/rng.ts';
import { complaintOf } from '../../../support/complaint.ts';
import { OPTIONS, createContext, machine } from '../../../support/small-model.ts';
import type { MlpParams } from '../../../support/small-model.ts';

const test = suite('perceptron of a number');

/** Targets far from 0, in large units, linear in the columns but for noise. */
function makeRows(nSamples: number, purpose: string): RegressionData['train'] {
  const rng = createRng(1, 'test', purpose);
  const features = Float32Array.from({ length: nSamples * 2 }, () => 2 * rng() - 1);
  const targets = Float64Array.from({ length: nSamples }, (_, i) => {
    return 5e6 + 4e5 * features[2 * i] - 2e5 * features[2 * i + 1] + 1e4 * (rng() - 0.5);
  });
  return { nSamples, features, targets };
}

const DATA: RegressionData = {
  ...{ task: 'regression', columns: ['a', 'b'] },
  ...{ train: makeRows(200, 'train'), valid: makeRows(50, 'valid') },
};
const fit = async (options: Partial<MlpParams>, context = {}, data = DATA) =>
  await fitModel('mlp', data, { mlp: { ...OPTIONS, ...options } }, createContext(context));
async function predict(fitted: FittedModel, features: Float32Array): Promise<Float64Array> {
  const regressor = await openRegressor(fitted, machine);
  try {
    return await regressor.predict(features);
  } finally {
    regressor.dispose();
  }
}

test('comes to the least squares where it has no hidden layer', async () => {
  const schedule = { schedule: 'one_cycle', warmupShare: 0.3, learningRate: 0.05 } as const;
  const { fitted } = await fit({ ...schedule, hiddenSizes: [], maxEpochs: 60 });
  const { coefficients, intercepts } = fitRidge(
    { nColumns: 2, values: DATA.train.features },
    { nColumns: 1, values: DATA.train.targets },
    { alpha: 0, fitIntercept: true, sampleWeight: null },
  );
  const { features } = DATA.valid;
  (await predict(fitted, features)).forEach((value, i) => {
    const line =
      intercepts[0] + coefficients[0] * features[2 * i] + coefficients[1] * features[2 * i + 1];
    assert.ok(Math.abs(value - line) < 2e-3 * 4e5, `${value}, not ${line}`);
  });
});

test('learns the same in any unit, and tells its loss in that unit', async () => {
  const scaled = (rows: RegressionData['train']) => ({
    ...rows,
    targets: rows.targets.map((target) => target / 4096 - 1000),
  });
  const { history } = await fit({});
  const other = await fit(
    {},
    {},
    { ...DATA, train: scaled(DATA.train), valid: scaled(DATA.valid) },
  );
  history.forEach(({ loss, validLoss, validAccuracy }, i) => {
    const same = other.history[i];
    assert.ok(Math.abs(same.loss! * 4096 - loss!) < 1e-3 * loss!);
    assert.ok(Math.abs(same.validLoss! * 4096 - validLoss!) < 1e-3 * validLoss!);
    assert.is(validAccuracy, null);
  });
});

test('keeps the weights of the best epoch, whichever threads gather its batches', async () => {
  const options = { earlyStoppingPatience: 3, learningRate: 0.3, maxEpochs: 30 };
  const alone = await fit(options);
  const losses = alone.history.map(({ validLoss }) => validLoss!);
  assert.is(losses[alone.metrics.best_epoch! - 1], Math.min(...losses));
  assert.equal(await fit({ ...options, numWorkers: 1 }), alone);
});

test('is refused with a scale that is none, as classes, or to start from', async () => {
  const { fitted } = await fit({ maxEpochs: 1 });
  assert.is(findModelProblem(fitted), null);
  const problemOf = (target: unknown) =>
    findModelProblem({ ...fitted, facts: { ...fitted.facts, target } });
  for (const target of [undefined, { mean: 1 }, { mean: 1, scale: 0 }, { mean: null, scale: 1 }]) {
    assert.is(problemOf(target), 'a scale of the target that is none');
  }
  assert.is(
    await complaintOf(() => fit({}, { from: fitted })),
    'E_PARAMS: training must start from nothing where a number is learnt; got a mlp to start from',
  );
});

test.run();
