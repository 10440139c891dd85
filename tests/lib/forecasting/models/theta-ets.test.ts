import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ForecastModel } from '../../../../lib/forecasting/model.ts';
import { fitEts } from '../../../../lib/forecasting/models/ets-fit.ts';
import { ets } from '../../../../lib/forecasting/models/ets.ts';
import { forecastSmoothed } from '../../../../lib/forecasting/models/exponential-smoothing.ts';
import type { EtsForm } from '../../../../lib/forecasting/models/exponential-smoothing.ts';
import { naive2 } from '../../../../lib/forecasting/models/naive2.ts';
import { scaleOf } from '../../../../lib/forecasting/models/scale.ts';
import { theta } from '../../../../lib/forecasting/models/theta.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import { createForecastContext, MONTHLY } from '../../../support/forecasting.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('naive2, theta, ets');

interface Case {
  readonly season_length: number;
  readonly y: readonly number[];
  readonly naive2: readonly number[];
  readonly theta: readonly number[];
  readonly auto_ets: {
    readonly form: readonly [string, string, string, string];
    readonly aicc: number;
    readonly forecast: readonly number[];
  };
  readonly form: {
    readonly error: string;
    readonly trend: string | null;
    readonly damped: boolean;
    readonly season: string | null;
    readonly negative_log_likelihood: number;
    readonly forecast: readonly number[];
  };
}

const golden = new URL('../../../golden/forecast-theta-ets/expected.json', import.meta.url);
const CASES = JSON.parse(readFileSync(golden, 'utf8')) as readonly Case[];
const H = 6;

async function forecast(
  model: ForecastModel,
  y: ArrayLike<number>,
  seasonLength: number,
): Promise<Float64Array> {
  const context = createForecastContext({ h: H, seasonLength });
  return await (await model.fit(panelOf(MONTHLY, { y }), context)).predict(H);
}

const toForm = (error: string, trend: string, season: string): EtsForm => ({
  error: error === 'M' ? 'multiplicative' : 'additive',
  trend: { N: 'none', A: 'additive', D: 'damped' }[trend] as EtsForm['trend'],
  season: { N: 'none', A: 'additive', M: 'multiplicative' }[season] as EtsForm['season'],
});

const fitForm = (y: Float64Array, form: EtsForm, seasonLength: number) =>
  fitEts(y, form, form.season === 'none' ? 1 : seasonLength);

const distance = (a: ArrayLike<number>, b: readonly number[], y: Float64Array): number =>
  Math.max(...b.map((value, k) => Math.abs(value - a[k]))) / scaleOf(y).spread;

test('naive2 forecasts 50 series as statsmodels adjusts them', async () => {
  for (const { y, season_length, naive2: expected } of CASES) {
    assertClose(await forecast(naive2, y, season_length), expected, 1e-9);
  }
});

test('theta forecasts 50 series as the parts that statsmodels has', async () => {
  for (const { y, season_length, theta: expected } of CASES) {
    const { spread } = scaleOf(Float64Array.from(y));
    assertClose(await forecast(theta, y, season_length), expected, 1e-4, spread);
  }
});

test('ets fits a form as well as statsmodels, and forecasts as it does where both end alike', async () => {
  let nAlike = 0;
  for (const { y: values, season_length, form: expected } of CASES) {
    const y = Float64Array.from(values);
    const trend = expected.trend === null ? 'N' : expected.damped ? 'D' : 'A';
    const season = { add: 'A', mul: 'M' }[expected.season ?? ''] ?? 'N';
    const form = toForm(expected.error === 'mul' ? 'M' : 'A', trend, season);
    const fitted = await fitForm(y, form, season_length);
    const difference = fitted.negativeLogLikelihood - expected.negative_log_likelihood;
    assert.ok(difference < 0.2, `${difference} above statsmodels, ${JSON.stringify(form)}`);
    if (Math.abs(difference) > 0.01) continue;
    nAlike++;
    const ahead = forecastSmoothed(form, fitted.values, fitted.states, H);
    assert.ok(distance(ahead, expected.forecast, y) < 1e-3);
  }
  assert.ok(nAlike >= 38, `${nAlike} alike`);
});

test('ets chooses forms as good as those of statsforecast, and forecasts as it does where both end alike', async () => {
  let nAlike = 0;
  for (const { y: values, season_length, auto_ets: expected } of CASES) {
    const y = Float64Array.from(values);
    const [error, trend, season, damped] = expected.form;
    const form = toForm(error, damped === 'D' ? 'D' : trend, season);
    const fitted = await fitForm(y, form, season_length);
    assert.ok(fitted.aicc < expected.aicc + 1, `${fitted.aicc} above ${expected.aicc}`);
    const difference = distance(await forecast(ets, y, season_length), expected.forecast, y);
    if (difference < 0.01) nAlike++;
    else assert.ok(fitted.aicc < expected.aicc - 0.2, `${difference} apart at the same AICc`);
  }
  assert.ok(nAlike > CASES.length / 2, `${nAlike} alike`);
});

const WAVE = [4, -1, -6, 3];

test('ets goes on with a line, and with a line and a season', async () => {
  const line = Array.from({ length: 30 }, (_, t) => 20 + 2 * t);
  assertClose(await forecast(ets, line, 1), [80, 82, 84, 86, 88, 90], 1e-5);
  const seasonal = line.map((value, t) => value + WAVE[t % 4]);
  const expected = [80, 82, 84, 86, 88, 90].map((value, k) => value + WAVE[(30 + k) % 4]);
  assertClose(await forecast(ets, seasonal, 4), expected, 1e-3);
});

test('theta goes on with half the slope of a line, from its end', async () => {
  // the bent line is the line itself; smoothing ends at its last value, 78
  const line = Array.from({ length: 30 }, (_, t) => 20 + 2 * t);
  assertClose(await forecast(theta, line, 1), [79, 80, 81, 82, 83, 84], 1e-4);
});

test('ets and theta forecast twice the series by twice the forecast', async () => {
  for (const model of [ets, theta]) {
    for (const { y, season_length } of CASES.slice(0, 6)) {
      const twice = y.map((value) => 2 * value);
      const expected = (await forecast(model, y, season_length)).map((value) => 2 * value);
      assertClose(await forecast(model, twice, season_length), expected, 1e-6);
    }
  }
});

test('ets takes a season of more than 24 steps out, and puts it back', async () => {
  const waveAt = (t: number): number => 10 * Math.sin((2 * Math.PI * t) / 26);
  const y = Array.from({ length: 104 }, (_, t) => 100 + waveAt(t));
  const expected = Array.from({ length: H }, (_, k) => 100 + waveAt(104 + k));
  assertClose(await forecast(ets, y, 26), expected, 0.01);
});

test.run();
