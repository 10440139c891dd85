import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import { parseFrequency } from '../../../../lib/forecasting/frequency.ts';
import { linear } from '../../../../lib/forecasting/models/linear.ts';
import { ridge } from '../../../../lib/forecasting/models/ridge.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import type { Panel } from '../../../../lib/forecasting/panel.ts';
import { assertClose } from '../../../support/close.ts';
import { createForecastContext, MONTHLY } from '../../../support/forecasting.ts';

const test = suite('models on features');

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/forecast-ridge/expected.json', import.meta.url), 'utf8'),
);

test('ridge forecasts as scikit-learn does on the same features', async () => {
  const context = createForecastContext({
    ...{ h: golden.h, seasonLength: golden.season_length, lags: golden.lags },
  });
  const fitted = await ridge.fit(panelOf(parseFrequency('1'), golden.series), context);
  const expected = Object.values<number[]>(golden.forecast).flat();
  assertClose(await fitted.predict(golden.h), expected, 1e-9);
});

/** y(t) = 0.5 y(t - 1) + 3 x(t), x known ahead. */
function createDriven(): { panel: Panel; x: number[]; y: number[] } {
  const x = Array.from({ length: 44 }, (_, t) => (t * 7) % 5);
  const y = [1];
  for (let t = 1; t < 44; t++) y.push(0.5 * y[t - 1] + 3 * x[t]);
  const known = panelOf(MONTHLY, { a: y.slice(0, 40) });
  const values = Float64Array.from(x.slice(0, 40));
  return { panel: { ...known, exogenous: [{ name: 'x', kind: 'future', values }] }, x, y };
}

test('linear recovers what a column known ahead does', async () => {
  const { panel, x, y } = createDriven();
  const fitted = await linear.fit(panel, createForecastContext({ lags: [1] }));
  const future = { h: 4, columns: [{ name: 'x', values: Float64Array.from(x.slice(40)) }] };
  assertClose(await fitted.predict(4, future), y.slice(40), 1e-8);
});

test('models on features name the column that is not known ahead', async () => {
  const { panel } = createDriven();
  const fitted = await linear.fit(panel, createForecastContext({ lags: [1] }));
  const hole = { h: 4, columns: [{ name: 'x', values: Float64Array.of(1, NaN, 2, 3) }] };
  for (const [future, pattern] of [
    [undefined, /4 steps to come; got none of x/],
    [hole, /the feature x must be known .* got NaN for a/],
  ] as const) {
    const error = await fitted.predict(4, future).catch((thrown: unknown) => thrown);
    assert.instance(error, StageError);
    assert.match((error as StageError).message, pattern);
  }
});

test('models on features take a past column h steps late', async () => {
  const x = Array.from({ length: 40 }, (_, t) => (t * 7) % 11);
  const y = x.map((_, t) => (t < 3 ? 0 : 2 * x[t - 3] + 1));
  const values = Float64Array.from(x);
  const panel: Panel = {
    ...panelOf(MONTHLY, { a: y }),
    exogenous: [{ name: 'x', kind: 'past', values }],
  };
  const fitted = await linear.fit(panel, createForecastContext({ h: 3, lags: [1] }));
  assertClose(
    await fitted.predict(3),
    [37, 38, 39].map((t) => 2 * x[t] + 1),
    1e-8,
  );
});

test('models on features forecast thousands of series each by its own history', async () => {
  // one shape at levels of their own: scaled alike, so forecast alike above their level
  const shape = (t: number): number => ((t * t) % 7) + t / 3;
  const n = 5000;
  const series = Array.from({ length: n }, (_, i): [string, number[]] => [
    `s${i}`,
    Array.from({ length: 8 }, (_, t) => i + shape(t)),
  ]);
  const context = createForecastContext({ h: 2, lags: [1, 2] });
  const fitted = await ridge.fit(panelOf(MONTHLY, Object.fromEntries(series)), context);
  const forecast = await fitted.predict(2);
  const expected = forecast.map((_, at) => forecast[at % 2] + Math.floor(at / 2));
  assertClose(forecast, expected, 1e-9);
});

test.run();
