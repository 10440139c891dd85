import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { planForecast } from '../../../lib/forecasting/forecast-plan.ts';
import type { ForecastPlan, PlanOptions } from '../../../lib/forecasting/forecast-plan.ts';
import { parseFrequency } from '../../../lib/forecasting/frequency.ts';
import { panelOf } from '../../../lib/forecasting/panel.ts';

const test = suite('plan of a forecast');

const NOTHING: PlanOptions = {
  h: null,
  seasonLength: null,
  lags: null,
  nWindows: null,
  stepSize: null,
};
const plan = (
  freq: string,
  lengths: readonly number[],
  asked: Partial<PlanOptions> = {},
): ForecastPlan => {
  const series = lengths.map((n, i) => [`s${i}`, new Float64Array(n)] as const);
  return planForecast(panelOf(parseFrequency(freq), Object.fromEntries(series)), {
    ...NOTHING,
    ...asked,
  });
};

test('takes horizon and season of the frequency, and lags as far as the history allows', () => {
  const long = plan('W', new Array(45).fill(143), { h: 13 });
  assert.equal(long, {
    h: 13,
    seasonLength: 52,
    lags: [1, 2, 3, 4, 8, 13, 26, 52],
    nWindows: 3,
    stepSize: 13,
  });
  assert.equal(plan('W', [60], { h: 13 }).lags, [1, 2, 3, 4, 8, 13]);
  assert.is(plan('MS', [120]).h, 18);
  assert.is(plan('h', [500]).seasonLength, 24);
  assert.equal(plan('1', [50], { h: 2, seasonLength: 5 }).lags, [1, 2, 3, 5]);
});

test('takes windows side by side of many series, and overlapping ones of few', () => {
  // 120 rows less 12 ahead and 60 to learn from leave 48: 20 steps between 21 windows
  const { nWindows, stepSize } = plan('MS', [120], { h: 12 });
  assert.equal([nWindows, stepSize], [21, 2]);
  // 130 less 13 and two seasons leave 13
  const weekly = plan('W', new Array(45).fill(130), { h: 13 });
  assert.equal([weekly.nWindows, weekly.stepSize], [2, 13]);
});

test('leaves the series at least one window', () => {
  assert.is(plan('MS', [20], { h: 18 }).nWindows, 1);
});

test('takes what is asked for', () => {
  const asked = { h: 3, seasonLength: 6, lags: [2], nWindows: 4, stepSize: 1 };
  assert.equal(plan('MS', [40, 50], asked), asked);
});

test('goes by the median length, not by the shortest', () => {
  assert.equal(plan('W', [143, 143, 30], { h: 13 }).lags.at(-1), 52);
});

test('names the series that are too short for h, a series of one point among them', () => {
  try {
    plan('MS', [40, 1, 13], { h: 12 });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, StageError);
    const { code, message, hint } = error as StageError;
    assert.is(code, 'E_DATA');
    assert.is(
      message,
      'a forecast of 12 steps must have at least 14 rows of each series; got s1: 1, s2: 13',
    );
    assert.is(hint, 'leave these series out, or lower h');
  }
});

test.run();
