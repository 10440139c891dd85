import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { denseMatrix } from '../../../../lib/models/linear-model/design-matrix.ts';
import { sparseMatrix } from '../../../../lib/models/linear-model/sparse-matrix.ts';
import {
  fitLogistic,
  predictLogistic,
} from '../../../../lib/models/linear-model/logistic-regression.ts';
import type { LogisticOptions } from '../../../../lib/models/linear-model/logistic-regression.ts';
import { createRng } from '../../../../lib/rng.ts';
import { expected, flat, input } from '../../../support/baselines.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('logistic regression');

const OPTIONS: LogisticOptions = {
  C: 1,
  fitIntercept: true,
  maxIter: 200,
  tol: 1e-10,
  classWeight: null,
  onStep: async () => true,
};
const column = (values: Float64Array, k: number, m: number) =>
  values.filter((_, at) => at % m === k);

const CASES: Record<string, { options: Partial<LogisticOptions>; keep: number[] }> = {
  multinomial: { options: {}, keep: [0, 1, 2] },
  'strong penalty, weights': {
    options: { C: 0.05, classWeight: input.weights },
    keep: [0, 1, 2],
  },
  'no intercept': { options: { C: 10, fitIntercept: false }, keep: [0, 1, 2] },
  'two classes': { options: {}, keep: [0, 2] },
};
for (const [name, { options, keep }] of Object.entries(CASES)) {
  test(`learns and predicts what scikit-learn does: ${name}`, async () => {
    const rows = input.y.flatMap((label, i) => (keep.includes(label) ? [i] : []));
    const X = denseMatrix(flat(rows.map((i) => input.scaled[i])), 5);
    const labels = Int32Array.from(rows, (i) => input.y[i]);
    const { model, isConverged } = await fitLogistic(X, labels, 3, { ...OPTIONS, ...options });
    assert.ok(isConverged);
    const { coef, intercept, proba } = expected.logistic[name];
    const learnt = coef[0].length === 1 ? [2] : keep;
    learnt.forEach((label, k) => {
      assertClose(
        column(model.coefficients, label, 3),
        coef.map((row: number[]) => row[k]),
        1e-6,
      );
      assertClose(model.intercepts[label], intercept[k], 1e-6, 1);
    });
    const wanted = proba.flatMap((row: number[]) =>
      [0, 1, 2].map((label) => (keep.includes(label) ? row[keep.indexOf(label)] : 0)),
    );
    const probabilities = predictLogistic(model, denseMatrix(flat(input.scaled_test), 5));
    assertClose(probabilities, wanted, 1e-6);
  });
}

/** Rows whose classes follow a softmax of the features; the last column has a 1 in one row of 5,000. */
function makeRows(nSamples: number, nFeatures: number) {
  const rng = createRng(5, 'test', 'logistic');
  const X = Float32Array.from({ length: nSamples * nFeatures }, (_, at) =>
    at % nFeatures < nFeatures - 1 ? 4 * rng() - 2 : Number(rng() < 1 / 5000),
  );
  const labels = Int32Array.from({ length: nSamples }, (_, i) => {
    const [a, b] = X.subarray(i * nFeatures);
    const scores = [a, b - 1, -a - b - 3].map((score) => score - Math.log(-Math.log(rng())));
    return scores.indexOf(Math.max(...scores));
  });
  return { X, labels };
}

/** The rows of the numbers given, of 5 columns. */
function rowsOf(X: Float32Array, labels: Int32Array, rows: readonly number[]) {
  const taken = rows.flatMap((i) => [...X.subarray(i * 5, i * 5 + 5)]);
  const matrix = denseMatrix(Float32Array.from(taken), 5);
  return [matrix, Int32Array.from(rows, (i) => labels[i])] as const;
}

test('starts from a sample where there are many rows, and ends where it would have ended', async () => {
  const { X, labels } = makeRows(45_000, 5);
  const steps: number[] = [];
  const losses: number[] = [];
  const onStep = async (step: number, loss: number) => {
    steps.push(step);
    losses.push(loss);
    return true;
  };
  const matrix = denseMatrix(X, 5);
  const options = { ...OPTIONS, onStep, tol: 1e-9 };
  const { model, nIter } = await fitLogistic(matrix, labels, 3, options);
  assert.ok(nIter < 45, `${nIter} steps`);
  assert.is(steps.length, nIter, 'steps on the sample are not counted');
  // at the minimum, the sums of the residuals are those that the penalty balances: 0 without it
  const probabilities = predictLogistic(model, matrix);
  for (let k = 0; k < 3; k++) {
    const share = probabilities.reduce((sum, p, at) => sum + (at % 3 === k ? p : 0), 0);
    assertClose(share / 45_000, labels.filter((label) => label === k).length / 45_000, 1e-6, 1);
  }
  const logLoss =
    labels.reduce((sum, k, i) => sum - Math.log(probabilities[i * 3 + k]), 0) / 45_000;
  assertClose(losses.at(-1)!, logLoss, 1e-6);
  const again = await fitLogistic(matrix, labels, 3, options);
  assert.equal(again.model, model, 'the same bits');
});

test('learns the same from sparse rows, and where the columns are too many for blocks', async () => {
  const { X, labels } = makeRows(400, 5);
  const wide = new Float32Array(400 * 600);
  for (let i = 0; i < 400; i++) wide.set(X.subarray(i * 5, i * 5 + 5), i * 600 + 200);
  const indptr = Uint32Array.from({ length: 401 }, (_, i) => 5 * i);
  const indices = Uint32Array.from({ length: 2000 }, (_, e) => 200 + (e % 5));
  const options = { ...OPTIONS, tol: 1e-8 };
  const fits = await Promise.all(
    [
      denseMatrix(wide, 600),
      sparseMatrix({ nRows: 400, nColumns: 600, indptr, indices, values: X }),
      denseMatrix(X, 5),
    ].map((matrix) => fitLogistic(matrix, labels, 3, options)),
  );
  const narrow = fits[2].model.coefficients;
  for (const { model, isConverged } of fits.slice(0, 2)) {
    assert.ok(isConverged);
    assertClose(model.coefficients.subarray(600, 615), narrow, 1e-6);
    assert.ok(model.coefficients.subarray(0, 600).every((value) => value === 0));
  }
});

test('takes few steps where rows are sparse and columns never below 0, with intercept and without', async () => {
  const draw = createRng(7, 'test', 'sparse');
  const [nRows, nColumns, nStored] = [500, 600, 20];
  // of a text, its words: few of them stand in most texts
  const rows = Array.from({ length: nRows }, () =>
    [...new Set(Array.from({ length: nStored }, () => Math.floor(nColumns * draw() ** 3)))].sort(
      (a, b) => a - b,
    ),
  );
  const labels = Int32Array.from(rows, (row) => (row.length + Number(draw() < 0.3)) % 3);
  const indptr = Uint32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]);
  const indices = Uint32Array.from(rows.flat());
  const values = Float32Array.from(indices, () => draw() / 3);
  const X = sparseMatrix({ nRows, nColumns, indptr, indices, values });
  for (const [fitIntercept, most] of [
    [true, 4],
    [false, 8],
  ] as const) {
    const { isConverged, nIter } = await fitLogistic(X, labels, 3, {
      ...{ ...OPTIONS, fitIntercept },
      tol: 1e-4,
    });
    assert.ok(isConverged && nIter <= most, `${nIter} steps`);
  }
});

for (const nClasses of [3, 2]) {
  test(`counts a row of weight 2 as two rows: ${nClasses} classes`, async () => {
    const { X, labels: drawn } = makeRows(300, 5);
    const labels = drawn.map((label) => label % nClasses);
    const twice = Array.from(labels).flatMap((label, i) => (label === 1 ? [i, i] : [i]));
    const weighted = await fitLogistic(denseMatrix(X, 5), labels, nClasses, {
      ...OPTIONS,
      classWeight: [1, 2, 1].slice(0, nClasses),
    });
    const repeated = await fitLogistic(...rowsOf(X, labels, twice), nClasses, OPTIONS);
    assertClose(weighted.model.coefficients, repeated.model.coefficients, 1e-7);
    assertClose(weighted.value, repeated.value, 1e-9);
  });
}

for (const nClasses of [3, 4]) {
  test(`leaves out a class of weight 0: one of ${nClasses}`, async () => {
    const { X, labels: drawn } = makeRows(300, 5);
    const labels = drawn.map((label, i) => (label === 0 && i % 2 === 0 ? nClasses - 1 : label));
    const classWeight = [1, 0, 1, 1].slice(0, nClasses);
    const options = { ...OPTIONS, classWeight };
    const without = await fitLogistic(denseMatrix(X, 5), labels, nClasses, options);
    const kept = Array.from(labels).flatMap((label, i) => (label === 1 ? [] : [i]));
    const others = await fitLogistic(...rowsOf(X, labels, kept), nClasses, OPTIONS);
    assertClose(without.model.coefficients, others.model.coefficients, 1e-7);
    const probabilities = predictLogistic(without.model, denseMatrix(X, 5));
    assert.ok(probabilities.every((p, at) => at % nClasses !== 1 || p === 0));
  });
}

test('ends with what it has when it is told to', async () => {
  const X = denseMatrix(flat(input.scaled), 5);
  const onStep = async (step: number) => step < 2;
  const { nIter, isConverged } = await fitLogistic(X, Int32Array.from(input.y), 3, {
    ...OPTIONS,
    onStep,
  });
  assert.is(nIter, 2);
  assert.not(isConverged);
});

test('gives the only class of train the probability 1', async () => {
  const X = denseMatrix(Float32Array.of(1, 2, 3, 4), 2);
  const { model } = await fitLogistic(X, Int32Array.of(1, 1), 3, OPTIONS);
  assert.equal([...predictLogistic(model, X)], [0, 1, 0, 0, 1, 0]);
});

test('predicts without overflow where scores are huge', () => {
  const model = {
    nClasses: 2,
    coefficients: Float64Array.of(0, 1e6),
    intercepts: Float64Array.of(0, 0),
  };
  const probabilities = predictLogistic(model, denseMatrix(Float32Array.of(-1e3, 1e3), 1));
  assert.equal([...probabilities], [1, 0, 0, 1]);
});

test.run();
