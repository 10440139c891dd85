import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { overallWeightedAverage, scoreForecast } from '../../../lib/forecasting/metrics.ts';
import { panelOf } from '../../../lib/forecasting/panel.ts';
import { assertClose } from '../../support/close.ts';
import { MONTHLY } from '../../support/forecasting.ts';

const test = suite('metrics of forecasts');

const golden = JSON.parse(
  readFileSync(new URL('../../golden/forecast-metrics/expected.json', import.meta.url), 'utf8'),
);
const history = panelOf(MONTHLY, {
  a: golden.history[0],
  b: golden.history[1],
  c: golden.history[2],
});
const actual = Float64Array.from(golden.actual.flat() as number[]);
const forecast = Float64Array.from(golden.forecast.flat() as number[]);

test('equal those of scikit-learn and of the M4 competition, in all and by step', () => {
  const { all, byStep } = scoreForecast(actual, forecast, history, golden.season_length);
  assert.is(byStep.length, 4);
  [all, ...byStep].forEach((found, k) => {
    const expected = [golden.all, ...golden.by_step][k];
    for (const name of ['mae', 'rmse', 'mase', 'smape', 'r2'] as const) {
      assertClose(found[name]!, expected[name], 1e-12);
    }
  });
});

test('of a perfect forecast are the best there are', () => {
  const { all } = scoreForecast(actual, actual, history, 3);
  assert.equal(all, { mae: 0, rmse: 0, mase: 0, smape: 0, r2: 1 });
});

test('by hand: leave a constant history out of MASE, and count 0 against 0 as no error', () => {
  // b is constant; a changes by 1 a step, its error is 2: MASE 2 / 1. sMAPE: (200 × 2 / 8 + 0) / 2
  const known = panelOf(MONTHLY, { a: [1, 2, 3], b: [0, 0, 0] });
  const { all } = scoreForecast(Float64Array.of(5, 0), Float64Array.of(3, 0), known, 1);
  assert.equal(all, { mae: 1, rmse: Math.SQRT2, mase: 2, smape: 25, r2: 1 - 4 / 12.5 });
  const constant = panelOf(MONTHLY, { b: [0, 0, 0] });
  const alone = scoreForecast(Float64Array.of(1, 1), Float64Array.of(0, 0), constant, 1).all;
  assert.is(alone.mase, null);
  assert.is(alone.r2, null);
});

test('OWA is the mean of two ratios, null where naive2 is perfect', () => {
  assert.is(overallWeightedAverage({ mase: 1, smape: 6 }, { mase: 2, smape: 8 }), 0.625);
  assert.is(overallWeightedAverage({ mase: 1, smape: 6 }, { mase: 0, smape: 0 }), null);
  assert.is(overallWeightedAverage({ mase: null, smape: 6 }, { mase: 2, smape: 8 }), null);
});

test('refuse forecasts of another shape', () => {
  assert.throws(() => scoreForecast(actual, forecast.subarray(1), history, 3), /11 forecasts/);
});

test.run();
