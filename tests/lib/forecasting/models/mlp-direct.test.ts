import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { consultSeries, inputsAt } from '../../../../lib/forecasting/models/direct-inputs.ts';
import { mlpDirect } from '../../../../lib/forecasting/models/mlp-direct.ts';
import { seasonalNaive } from '../../../../lib/forecasting/models/seasonal-naive.ts';
import type { ForecastModel } from '../../../../lib/forecasting/model.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';
import { createForecastContext, drawNormal, MONTHLY } from '../../../support/forecasting.ts';

const test = suite('mlp-direct');

const at = (y: readonly number[], t: number, h: number, seasonLength: number): number[] => {
  const options = { h, seasonLength, lags: [1] };
  return inputsAt(consultSeries(Float64Array.from(y), options), t, options);
};

test('sees the last season and the seasons before in units of the mean step', () => {
  // steps of 2 and 4 by turns: their mean is 3 at every second value
  const y = Array.from({ length: 41 }, (_, t) => 3 * t - (t % 2) - 20);
  const inputs = at(y, 40, 2, 4);
  const distance = (i: number): number => (y[i] - y[40]) / 3;
  const around = [1, 2, 3, 4].flatMap((k) =>
    [-1, 0, 1, 2, 3].map((step) => distance(40 - 4 * k + step)),
  );
  assertClose(inputs.slice(0, 24), [39, 38, 37, 36].map(distance).concat(around), 1e-12);
});

test('looks at values that are known alone, whatever the season', () => {
  const rng = createRng(1, 'test', 'inputs');
  const y = Array.from({ length: 80 }, () => drawNormal(rng));
  for (const [h, seasonLength] of [
    [1, 1],
    [6, 4],
    [13, 52],
    [5, 7],
    [30, 24],
  ]) {
    const known = at(y.slice(0, 61), 60, h, seasonLength);
    assert.equal(at(y, 60, h, seasonLength), known);
    assert.is(at(y, 2, h, seasonLength).length, known.length);
  }
});

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
  assert.ok(ratio < 0.9, `${ratio} of its error`);
});

test.run();
