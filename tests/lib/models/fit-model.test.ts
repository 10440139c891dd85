import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { fitModel, openModel, scoreRows, takeColumns } from '../../../lib/models/fit-model.ts';
import type { FittedModel, TrainingData } from '../../../lib/models/model.ts';
import { makeRows, toLabelled } from '../../support/in-memory-batches.ts';
import type { Rows } from '../../support/in-memory-batches.ts';
import { OPTIONS, createContext, machine, train } from '../../support/small-model.ts';

const columns = ['slope', 'soil1', 'soil2', 'aspect'];
const [rows, valid] = [makeRows(64, 4, 1), makeRows(30, 4, 2)];
const options = { maxEpochs: 3 };

/** The rows as a table of `wanted` alone has them. */
const reduce = ({ X, y }: Rows, wanted: readonly string[]): Rows => ({
  X: takeColumns(X, y.length, columns, wanted),
  y,
});

/** A perceptron without a hidden layer that gives all rows these probabilities. */
async function createConstant(probabilities: readonly number[]): Promise<FittedModel> {
  const { fitted } = await train(rows, { columns, options: { hiddenSizes: [], maxEpochs: 1 } });
  return {
    ...fitted,
    tensors: {
      'layer0/kernel': { dtype: 'F32', shape: [4, 3], data: new Float32Array(12) },
      'layer0/bias': { dtype: 'F32', shape: [3], data: Float32Array.from(probabilities, Math.log) },
    },
  };
}

async function complaintOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.unreachable('no error'),
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError, (error as Error).stack);
  const { code, message, hint } = error as StageError;
  return `${code} ${message}; ${hint}`;
}

const test = suite('fitModel');

test('takes columns by name, in the order that is wanted, and copies nothing where these are all', () => {
  const features = Float32Array.of(1, 2, 3, 4, 5, 6);
  const take = (...wanted: string[]) => takeColumns(features, 2, ['a', 'b', 'c'], wanted);
  assert.equal(take('c', 'a'), Float32Array.of(3, 1, 6, 4));
  assert.equal(take('b'), Float32Array.of(2, 5));
  assert.equal(take('c', 'b', 'a'), Float32Array.of(3, 2, 1, 6, 5, 4));
  assert.equal(take('a', 'b'), Float32Array.of(1, 2, 4, 5));
  assert.equal(take(), new Float32Array());
  assert.is(take('a', 'b', 'c'), features);
  assert.equal(features, Float32Array.of(1, 2, 3, 4, 5, 6));
});

test('fits the model of a name, and says its columns, classes and the model of each step', async () => {
  const data: TrainingData = {
    ...{ columns, nClasses: 3, classWeight: null },
    ...{ train: toLabelled(rows), valid: toLabelled(valid) },
  };
  const params = { mlp: { ...OPTIONS, ...options }, threshold: null };
  const { fitted, history, metrics } = await fitModel('mlp', data, params, createContext());
  const { name, nClasses } = fitted;
  assert.equal([name, fitted.columns, nClasses], ['mlp', columns, 3]);
  assert.equal(
    history.map(({ model, step }) => `${model} ${step}`),
    ['mlp 1', 'mlp 2', 'mlp 3'],
  );
  assert.is(metrics.n_epochs, 3);
});

test('on some of the columns gives what it gives on a table of these alone', async () => {
  const wanted = ['slope', 'aspect'];
  const some = await train(rows, {
    ...{ columns, valid },
    options: { ...options, columns: ['*', '!soil*'] },
  });
  assert.equal(some.fitted.columns, wanted);
  const alone = await train(reduce(rows, wanted), {
    ...{ columns: wanted, valid: reduce(valid, wanted), options },
  });
  assert.equal(some, alone);
  const scored = await scoreRows(some.fitted, toLabelled(valid), columns, machine);
  assert.equal(
    scored,
    await scoreRows(alone.fitted, toLabelled(reduce(valid, wanted)), wanted, machine),
  );
  const whole = await train(rows, { columns, valid, options });
  assert.not.equal(
    whole.history,
    some.history,
    'the columns that were left out had told it something',
  );
});

test('leaves the data as they are', async () => {
  const copy = structuredClone(rows);
  await train(rows, { columns, options: { ...options, columns: ['soil*'] } });
  assert.equal(rows, copy);
});

test('refuses patterns that match no feature, all at once, and patterns that leave none', async () => {
  const refusal = async (...patterns: string[]): Promise<string> =>
    await complaintOf(train(rows, { columns, options: { columns: patterns } }));
  const must = 'E_PARAMS train.mlp.columns must select features; got';
  const hint = 'the features are slope, soil1, soil2, aspect';
  assert.is(
    await refusal('soil*', 'hill', '!tree*'),
    `${must} hill, !tree*, which no feature has; ${hint}`,
  );
  assert.is(
    await refusal('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'),
    `${must} a1, a2, a3, a4, a5 and 2 more, which no feature has; ${hint}`,
  );
  assert.is(await refusal('soil*', '!*'), `${must} soil*, !*, which leave none; ${hint}`);
});

test('scores rows by accuracy and log loss, by the columns that the model takes', async () => {
  // always class 0 with 1/2; labels 0, 0, 1, 2
  const constant = await createConstant([0.5, 0.25, 0.25]);
  const labelled = toLabelled({ X: new Float32Array(16), y: Int32Array.of(0, 0, 1, 2) });
  const { accuracy, logLoss } = await scoreRows(constant, labelled, columns, machine);
  assert.is(accuracy, 0.5);
  // (2 ln 2 + 2 ln 4) / 4, of float32 probabilities
  assert.ok(Math.abs(logLoss - 1.5 * Math.LN2) < 1e-6, `${logLoss}`);

  const { fitted } = await train(rows, { columns, options });
  const turned = ['extra', ...columns.toReversed()];
  const X = Float32Array.from({ length: 5 * 30 }, (_, k) => {
    const [row, j] = [Math.floor(k / 5), k % 5];
    return j === 0 ? 1e6 : valid.X[4 * row + 4 - j];
  });
  assert.equal(
    await scoreRows(fitted, toLabelled({ X, y: valid.y }), turned, machine),
    await scoreRows(fitted, toLabelled(valid), columns, machine),
  );
});

test('opens to give each row what it has alone, and rows that sum to 1', async () => {
  const { fitted } = await train(rows, { columns, options });
  const predictor = await openModel(fitted, machine);
  const all = await predictor.predictProba(valid.X);
  assert.is(all.length, 90);
  for (let row = 0; row < 30; row++) {
    const alone = await predictor.predictProba(valid.X.subarray(4 * row, 4 * row + 4));
    assert.equal(alone, all.slice(3 * row, 3 * row + 3));
    assert.ok(Math.abs(alone.reduce((sum, p) => sum + p) - 1) < 1e-6);
  }
  predictor.dispose();
});

test.run();
