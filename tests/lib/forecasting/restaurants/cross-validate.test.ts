import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import {
  crossValidateMultiModel,
  rangeCoverage,
  splitTimeSeries,
} from '../../../../lib/forecasting/restaurants/cross-validate.ts';
import type { Fold } from '../../../../lib/forecasting/restaurants/cross-validate.ts';
import { hourlyFeatures, WEEK } from '../../../../lib/forecasting/restaurants/hourly-features.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';

const N = 80;
const draw = createRng(1, 'tests', 'folds');
const x = {
  ...{ columns: ['a', 'lag_1W'], start: 0 },
  values: Float64Array.from({ length: 2 * N }, () => draw()),
};
const y = Float64Array.from({ length: N }, (_, i) => 5 + x.values[2 * i] + draw());
const params = { nFold: 4, nEstimators: 2, nModels: 2 };

const context = (onFold: (fold: Fold, k: number) => void = () => {}) => ({
  rng: (purpose: string) => createRng(1, 'cross-validate', purpose),
  signal: new AbortController().signal,
  progress: () => ({ update() {}, end() {} }),
  onFold,
});

const test = suite('cross-validation in time');

test('splits as TimeSeriesSplit of scikit-learn does', () => {
  const pairs = (n: number, nSplits: number): number[][] =>
    splitTimeSeries(n, nSplits).map(({ trainEnd, testEnd }) => [trainEnd, testEnd]);
  // [(len(train), test[-1] + 1) for train, test in TimeSeriesSplit(nSplits).split(range(n))], 1.9.1
  assert.equal(pairs(10, 3), [[4, 6], [6, 8], [8, 10]]); // prettier-ignore
  assert.equal(pairs(6, 5), [[1, 2], [2, 3], [3, 4], [4, 5], [5, 6]]); // prettier-ignore
  assert.equal(pairs(11, 2), [[5, 8], [8, 11]]); // prettier-ignore
});

test('tells each fold as it is done, its metrics those of its forecasts', async () => {
  const told: [Fold, number][] = [];
  const folds = await crossValidateMultiModel(
    { x, y },
    params,
    context((...fold) => told.push(fold)),
  );
  assert.equal(told, folds.map((fold, k) => [fold, k])); // prettier-ignore
  for (const { trainEnd, testEnd, prediction, metrics } of folds) {
    const actual = y.subarray(trainEnd, testEnd);
    assert.equal(Object.keys(metrics), ['MAE_MIN', 'MAE_MAX', 'MAE0', 'MAE1', 'MAE2']);
    const { all, minimum, maximum } = prediction;
    [minimum, maximum, ...all].forEach((values, k) => {
      const expected = actual.reduce((sum, value, i) => sum + Math.abs(value - values[i]) / 16, 0);
      assertClose([Object.values(metrics)[k]], [expected], 1e-12);
    });
  }
});

test('lets turnover into no forecast less than a week later, but for the folds that learn from it', async () => {
  const start = 0;
  const cashIn = Float64Array.from({ length: 9 * WEEK }, () => 100 * draw());
  // three folds of two weeks, hours as rows of x; the changed hour lies in the second one
  const threeFolds = { ...params, nFold: 3 };
  const changed = 4 * WEEK + 30;
  const forecast = (values: Float64Array): Promise<Fold[]> => {
    const set = hourlyFeatures({ start, cashIn: values }, { degree: 1, lagInWeek: 1 });
    return crossValidateMultiModel(set, threeFolds, context());
  };
  const folds = await forecast(cashIn);
  const others = await forecast(cashIn.with(WEEK + changed, 1e6));
  assert.equal(others[0].prediction, folds[0].prediction);
  const { trainEnd, testEnd, prediction } = folds[1];
  assert.ok(trainEnd <= changed && changed + WEEK < testEnd);
  prediction.all.forEach((values, k) => {
    const seen = others[1].prediction.all[k];
    const differing = [...values.keys()].filter((i) => values[i] !== seen[i]);
    assert.ok(
      differing.every((i) => trainEnd + i === changed + WEEK),
      `forest ${k}: ${differing}`,
    );
  });
  assert.not.equal(others[1].prediction, prediction);
  assert.not.equal(others[2].prediction, folds[2].prediction);
});

test('refuses fewer hours than it needs, and stops when it is interrupted', async () => {
  const short = { x: { ...x, values: x.values.subarray(0, 8) }, y: y.subarray(0, 4) };
  const error = await crossValidateMultiModel(short, params, context()).catch((e: unknown) => e);
  assert.instance(error, StageError);
  assert.is(
    (error as StageError).message,
    'the training set must have more hours than folds, 4; got 4',
  );
  const abort = new AbortController();
  let nFolds = 0;
  const stopping = {
    ...context(() => {
      nFolds++;
      abort.abort();
    }),
    signal: abort.signal,
  };
  const thrown = await crossValidateMultiModel({ x, y }, params, stopping).catch((e: Error) => e);
  assert.is((thrown as Error).name, 'AbortError');
  assert.is(nFolds, 1);
});

test('measures the share within the range, its ends included', () => {
  const actual = Float64Array.of(1, 2, 3, 4);
  const range = { minimum: Float64Array.of(1, 3, 0, 4), maximum: Float64Array.of(2, 4, 2, 4) };
  assert.is(rangeCoverage(actual, range), 0.5);
});

test.run();
