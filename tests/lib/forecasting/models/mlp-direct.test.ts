import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mlpDirect } from '../../../../lib/forecasting/models/mlp-direct.ts';
import { seasonalNaive } from '../../../../lib/forecasting/models/seasonal-naive.ts';
import type { ForecastModel } from '../../../../lib/forecasting/model.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import { createRng } from '../../../../lib/rng.ts';
import { createForecastContext, drawNormal, MONTHLY } from '../../../support/forecasting.ts';

const test = suite('mlp-direct');

test('learns from all series that a season comes again, better than the last season alone', async () => {
  const rng = createRng(2, 'test', 'direct');
  const seasonLength = 8;
  const [known, coming]: Record<string, number[]>[] = [{}, {}];
  for (let i = 0; i < 20; i++) {
    const wave = Array.from({ length: seasonLength }, () => 10 * drawNormal(rng));
    const y = Array.from({ length: 80 }, (_, t) => 100 + wave[t % 8] + 4 * drawNormal(rng));
    known[`series_${i}`] = y.slice(0, 72);
    coming[`series_${i}`] = y.slice(72);
  }
  const actual = Object.values(coming).flat();
  const context = createForecastContext({ h: 8, seasonLength, lags: [1] });
  const panel = panelOf(MONTHLY, known);
  const errorOf = async (model: ForecastModel): Promise<number> => {
    const forecast = await (await model.fit(panel, context)).predict(8);
    return forecast.reduce((sum, value, k) => sum + Math.abs(value - actual[k]), 0);
  };
  const ratio = (await errorOf(mlpDirect)) / (await errorOf(seasonalNaive));
  assert.ok(ratio < 0.95, `${ratio} of its error`);
});

test('stops where it is asked to', async () => {
  const stopped = createForecastContext({ signal: AbortSignal.abort() });
  const panel = panelOf(MONTHLY, { a: new Array(40).fill(3) });
  const error = await mlpDirect.fit(panel, stopped).catch((thrown) => thrown);
  assert.is(error.name, 'AbortError');
});

test('forecasts finite numbers of series that jump by many orders of magnitude', async () => {
  const jumpy = Array.from({ length: 40 }, (_, t) => (t % 2 === 0 ? 1e-150 : 1e150));
  const context = createForecastContext({ seasonLength: 1 });
  const panel = panelOf(MONTHLY, { a: jumpy, b: jumpy.map(Math.log) });
  const ahead = await (await mlpDirect.fit(panel, context)).predict(context.h);
  assert.ok(ahead.every(Number.isFinite));
});

test.run();
