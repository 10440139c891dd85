import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FittedModel } from '../../../lib/models/model.ts';
import { naiveBayes } from '../../../lib/models/naive-bayes.ts';
import { expected, fitAlone, flat, input, predictAlone, toData } from '../../support/baselines.ts';
import { assertClose } from '../../support/close.ts';

const test = suite('naive-bayes');

const PARAMS = { varSmoothing: 1e-3, alpha: 0.5 };
const fit = (data: ReturnType<typeof toData>, params = PARAMS) =>
  fitAlone(naiveBayes, data, params);
const predict = (fitted: FittedModel, features: Float32Array) =>
  predictAlone(naiveBayes, fitted, features);

for (const [name, classWeight] of [
  ['plain', null],
  ['weighted', input.weights],
] as const) {
  test(`learns and predicts what scikit-learn does: ${name}`, async () => {
    const fitted = await fit(toData(input.X, input.y, 3, classWeight));
    const normal = ({ data }: FittedModel['tensors'][string]) =>
      Array.from(data as Float64Array).filter((_, at) => at % 5 < 3);
    const { means, variances, proba } = expected.naive_bayes[name];
    assertClose(normal(fitted.tensors.theta), means.flat(), 1e-12);
    assertClose(normal(fitted.tensors.sigma2), variances.flat(), 1e-6);
    assertClose(await predict(fitted, flat(input.X_test)), proba.flat(), 1e-6);
    assert.equal(fitted.metrics, { n_normal: 3, n_bernoulli: 2 });
  });
}

test('weighs two columns of 0 and 1 by hand', async () => {
  // class 0: rows (1, 0), (1, 1); class 1: row (0, 1); alpha 1: q = (3/4, 2/4) and (1/3, 2/3)
  const rows = [
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  const fitted = await fit(toData(rows, [0, 0, 1], 2), { varSmoothing: 1e-9, alpha: 1 });
  const [p0, p1] = await predict(fitted, Float32Array.of(1, 0));
  const joint = [(2 / 3) * (3 / 4) * (2 / 4), (1 / 3) * (1 / 3) * (1 / 3)];
  assertClose(
    [p0, p1],
    joint.map((share) => share / (joint[0] + joint[1])),
    1e-7,
  );
});

test('leaves out what is missing, in train and in prediction', async () => {
  const gappy = [
    [1, NaN],
    [2, 5],
    [NaN, 7],
    [8, 4],
    [9, NaN],
  ];
  const labels = [0, 0, 0, 1, 1];
  const fitted = await fit(toData(gappy, labels, 2));
  assertClose(fitted.tensors.theta.data as Float64Array, [1.5, 6, 8.5, 4], 1e-12);
  // halfway between two means of the same variance, the shares of the rows are left
  assertClose(await predict(fitted, Float32Array.of(5, NaN)), [0.6, 0.4], 1e-7);
  assertClose(await predict(fitted, Float32Array.of(NaN, NaN)), [0.6, 0.4], 1e-7);
});

test('takes mean and variance of all rows for a class without values, and gives an absent class 0', async () => {
  const rows = [
    [1, 1],
    [3, 2],
    [NaN, 3],
  ];
  const fitted = await fit(toData(rows, [0, 0, 1], 3));
  assertClose(fitted.tensors.theta.data as Float64Array, [2, 1.5, 2, 3, 2, 2], 1e-12);
  const probabilities = await predict(fitted, Float32Array.of(2, 3));
  assert.is(probabilities[2], 0);
  assertClose(probabilities[0] + probabilities[1], 1, 1e-6);
});

test('learns nothing from a column of one value, however far a row lies from it', async () => {
  const rows = [
    [7, 0.1],
    [7, 0.9],
    [7, 2.1],
    [7, 2.9],
  ];
  const labels = [0, 0, 1, 1];
  const fitted = await fit(toData(rows, labels, 2));
  const alone = await fit(
    toData(
      rows.map(([, b]) => [b]),
      labels,
      2,
    ),
  );
  assert.equal(
    await predict(fitted, Float32Array.of(-1e30, 1.2)),
    await predict(alone, Float32Array.of(1.2)),
  );
});

test('sums to 1 far from all rows, where every density is 0', async () => {
  const fitted = await fit(toData(input.X, input.y, 3));
  const probabilities = await predict(fitted, Float32Array.of(1e30, -1e30, 1e30, 1, 0));
  assertClose(
    probabilities.reduce((sum, p) => sum + p, 0),
    1,
    1e-6,
  );
});

test('says what is damaged', async () => {
  const fitted = await fit(toData(input.X, input.y, 3));
  const { findProblem } = naiveBayes;
  assert.is(findProblem(fitted), null);
  const change = (name: string, values: number[], shape = [3, 5]): FittedModel => ({
    ...fitted,
    tensors: {
      ...fitted.tensors,
      [name]: { dtype: 'F64', shape, data: Float64Array.from(values) },
    },
  });
  const ones = new Array<number>(15).fill(1);
  assert.is(findProblem(change('priors', [1, 0], [2])), 'no priors of 3 classes');
  assert.is(findProblem(change('priors', [0, 0, 0], [3])), 'priors that are no shares');
  assert.is(findProblem(change('kinds', [1, 1, 1, 2, 2], [5])), 'no kinds of 5 columns');
  assert.is(findProblem(change('theta', ones, [5, 3])), 'no theta of shape (3,5)');
  assert.is(findProblem(change('theta', ones.with(3, NaN))), 'theta or sigma2 out of its range');
  assert.is(findProblem(change('sigma2', ones.with(3, 0))), 'theta or sigma2 out of its range');
});

test.run();
