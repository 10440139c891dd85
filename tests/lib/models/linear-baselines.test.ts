/** The models majority, logistic, ridge and linear, as definitions. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linear } from '../../../lib/models/linear.ts';
import { drawRows } from '../../../lib/models/linear-model/draw-rows.ts';
import { predictShares } from '../../../lib/models/linear-model/linear-classifier.ts';
import { logistic } from '../../../lib/models/logistic.ts';
import { majority } from '../../../lib/models/majority.ts';
import type { FittedModel } from '../../../lib/models/model.ts';
import { ridge } from '../../../lib/models/ridge.ts';
import { createRng } from '../../../lib/rng.ts';
import { expected, fitAlone, flat, input, predictAlone, toData } from '../../support/baselines.ts';
import { assertClose } from '../../support/close.ts';
import { complaintOf } from '../../support/complaint.ts';

const test = suite('linear baselines');

const DATA = toData(input.scaled, input.y, 3);
const TEST = flat(input.scaled_test);

test('majority gives every row the priors that scikit-learn gives', async () => {
  for (const [name, classWeight] of [
    ['plain', null],
    ['weighted', input.weights],
  ] as const) {
    const fitted = await fitAlone(majority, toData(input.X, input.y, 3, classWeight), {});
    assertClose(fitted.tensors.priors.data as Float64Array, expected.majority[name], 1e-12);
    const probabilities = await predictAlone(
      majority,
      fitted,
      Float32Array.of(1, 2, 3, 4, 5, NaN, 0, 0, 0, 0),
    );
    const { priors } = fitted.tensors;
    assert.equal(
      [...probabilities],
      [...priors.data, ...priors.data].map((p) => Math.fround(Number(p))),
    );
  }
});

test('majority says when its shares are none', async () => {
  const fitted = await fitAlone(majority, DATA, {});
  const change = (data: Float64Array): FittedModel => ({
    ...fitted,
    tensors: { priors: { dtype: 'F64', shape: [data.length], data } },
  });
  assert.is(majority.findProblem(change(Float64Array.of(0.5, 0.5))), 'no priors of 3 classes');
  assert.is(
    majority.findProblem(change(Float64Array.of(0.5, 0.5, 0.5))),
    'priors that do not sum to 1',
  );
  assert.is(majority.findProblem(change(Float64Array.of(2, -1, 0))), 'priors that do not sum to 1');
});

const LOGISTIC = { C: 1, fitIntercept: true, maxIter: 100, tol: 1e-10, logCountRatio: 0 };

test('logistic scales no dense rows by log-count ratios', async () => {
  const fit = () => fitAlone(logistic, DATA, { ...LOGISTIC, logCountRatio: 0.5 });
  assert.is(
    await complaintOf(fit),
    'E_PARAMS: logistic.log_count_ratio must be 0 to learn from dense rows; got 0.5',
  );
});

test('logistic stops with a warning after max_iter steps, and writes each of them down', async () => {
  const params = { ...LOGISTIC, maxIter: 3 };
  const warnings: string[] = [];
  const fitted = await fitAlone(logistic, DATA, params, { warn: (line) => warnings.push(line) });
  assert.equal(fitted.metrics, { n_iter: 3, n_parameters: 5 * 3 + 3 });
  assert.equal(warnings, [
    'logistic did not converge in 3 steps; raise max_iter or tol, or scale the features',
  ]);
  assert.equal(
    fitted.history.map(({ step }) => step),
    [1, 2, 3],
  );
  const enough = await fitAlone(logistic, DATA, LOGISTIC, { warn: assert.unreachable });
  assert.ok(Number(enough.metrics.n_iter) < 60);
});

test('ridge and linear without a penalty give the same shares', async () => {
  const exact = await fitAlone(ridge, DATA, { alpha: 0, fitIntercept: true });
  const relative = await fitAlone(linear, DATA, { fitIntercept: true, maxSamples: null });
  const shares = await predictAlone(ridge, exact, TEST);
  assertClose(await predictAlone(linear, relative, TEST), shares, 1e-6);
  assert.ok(
    shares.some((share) => share === 0),
    'some score lies below 0',
  );
});

test('linear fits the rows that it draws, the same for the same seed', async () => {
  const params = { fitIntercept: true, maxSamples: 40 };
  const fitted = await fitAlone(linear, DATA, params);
  assert.is(fitted.metrics.n_samples, 40);
  assert.equal(await fitAlone(linear, DATA, params), fitted);
  const all = await fitAlone(linear, DATA, { ...params, maxSamples: null });
  assert.not.equal(all.tensors, fitted.tensors);
});

test('draws different rows in their order, every one as likely as the others', () => {
  const rows = {
    nSamples: 5,
    features: Float32Array.of(0, 0, 1, 10, 2, 20, 3, 30, 4, 40),
    labels: Int32Array.of(0, 1, 2, 3, 4),
  };
  const rng = createRng(1, 'test', 'draw');
  const counts = new Array<number>(5).fill(0);
  for (let run = 0; run < 5000; run++) {
    const { nSamples, features, labels } = drawRows(rows, 2, rng);
    assert.is(nSamples, 2);
    assert.ok(labels[0] < labels[1]);
    labels.forEach((label, i) => {
      counts[label]++;
      assert.equal([...features.subarray(2 * i, 2 * i + 2)], [label, 10 * label]);
    });
  }
  // 2000 expected, standard deviation 35
  counts.forEach((count) => assert.ok(Math.abs(count - 2000) < 140, `${count}`));
  assert.is(drawRows(rows, 5, rng), rows);
});

test('shares leave out scores below 0, and are equal where none is above', () => {
  const scores = { coefficients: Float64Array.of(1, 3, -1), intercepts: Float64Array.of(0, 0, 0) };
  const shares = predictShares(scores, Float32Array.of(2, 0, -4));
  assertClose(shares, [0.25, 0.75, 0, 1 / 3, 1 / 3, 1 / 3, 0, 0, 1], 1e-7);
});

test('damaged coefficients are refused', async () => {
  const fitted = await fitAlone(ridge, DATA, { alpha: 1, fitIntercept: true });
  const { findProblem } = ridge;
  assert.is(findProblem(fitted), null);
  const change = (name: string, data: Float64Array, shape: number[]): FittedModel => ({
    ...fitted,
    tensors: { ...fitted.tensors, [name]: { dtype: 'F64', shape, data } },
  });
  const ones = new Float64Array(15).fill(1);
  assert.is(findProblem(change('coefficients', ones, [3, 5])), 'no coefficients of shape (5, 3)');
  assert.is(findProblem(change('intercepts', ones, [15])), 'no intercepts of 3 classes');
  const cases = [ones.with(2, NaN), ones.with(0, Infinity)];
  for (const data of cases) {
    assert.is(
      findProblem(change('coefficients', data, [5, 3])),
      'coefficients that are not finite',
    );
  }
  const none = new Float64Array(3).fill(-Infinity);
  assert.is(findProblem(change('intercepts', none, [3])), 'coefficients that are not finite');
  assert.is(findProblem(change('intercepts', none.with(1, 0), [3])), null);
});

test.run();
