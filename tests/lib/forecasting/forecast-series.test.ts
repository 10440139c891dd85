import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { forecastSeries } from '../../../lib/forecasting/forecast-series.ts';
import type {
  SeriesForecast,
  SeriesForecastOptions,
} from '../../../lib/forecasting/forecast-series.ts';
import type { ForecastPlan } from '../../../lib/forecasting/forecast-plan.ts';
import type { ForecastModel } from '../../../lib/forecasting/model.ts';
import { forecastModelOf } from '../../../lib/forecasting/models/registry.ts';
import { panelOf } from '../../../lib/forecasting/panel.ts';
import type { Future, Panel } from '../../../lib/forecasting/panel.ts';
import { assertClose } from '../../support/close.ts';
import {
  createForecastContext,
  createPanel,
  drawNormal,
  MONTHLY,
} from '../../support/forecasting.ts';
import { createRng } from '../../../lib/rng.ts';

const test = suite('forecast of any series');

const PLAN: ForecastPlan = { h: 3, seasonLength: 4, lags: [1, 4], nWindows: 4, stepSize: 3 };
const modelsOf = (...names: string[]) => names.map(forecastModelOf);
const OPTIONS: SeriesForecastOptions = {
  candidates: modelsOf('naive', 'seasonal-naive', 'drift', 'mean'),
  nModels: 1,
  reference: forecastModelOf('seasonal-naive'),
  metric: 'mase',
  level: [50],
};
const NOTHING: Future = { h: 3, columns: [] };

const forecast = async (
  panel: Panel,
  options: Partial<SeriesForecastOptions> = {},
  plan: ForecastPlan = PLAN,
  future = NOTHING,
): Promise<SeriesForecast> =>
  await forecastSeries(
    panel,
    future,
    plan,
    { ...OPTIONS, ...options },
    createForecastContext(plan),
  );

const season = [5, 9, 2, 7];
const repeat = (n: number): number[] => Array.from({ length: n }, (_, t) => season[t % 4]);
const line = (n: number): number[] => Array.from({ length: n }, (_, t) => 3 * t);

test('gives each series the model that it follows, and forecasts by it', async () => {
  const { models, forecast: ahead } = await forecast(
    panelOf(MONTHLY, { repeats: repeat(32), rises: line(32) }),
  );
  assert.equal(models, [['seasonal-naive'], ['drift']]);
  assertClose(ahead, [5, 9, 2, 96, 99, 102], 1e-12);
});

test('forecasts by the mean of the best models where several are asked for', async () => {
  const rises = panelOf(MONTHLY, { rises: line(32) });
  const { models, forecast: ahead } = await forecast(rises, { nModels: 2 });
  assert.equal(models, [['drift', 'naive']]);
  // the last value is 93
  assertClose(ahead, [(96 + 93) / 2, (99 + 93) / 2, (102 + 93) / 2], 1e-12);
});

test('fits a model on features on all series, also on those that it is not chosen for', async () => {
  const panel = createPanel([40, 40]);
  const names = ['ridge', 'mean'];
  const { models, forecast: ahead } = await forecast(panel, { candidates: modelsOf(...names) });
  assert.equal(models, [['ridge'], ['ridge']]);
  const context = createForecastContext(PLAN);
  const fitted = await forecastModelOf('ridge').fit(panel, context);
  assertClose(ahead, await fitted.predict(3), 1e-12);
});

test('scores every candidate and the reference, and the choice on windows that it had not seen', async () => {
  const panel = createPanel([44, 44, 44]);
  const { scores } = await forecast(panel, { candidates: modelsOf('naive', 'mean') });
  assert.equal(
    scores.models.map(({ name, nSeries }) => [name, nSeries]),
    [
      ['naive', 3],
      ['mean', 3],
      ['seasonal-naive', 3],
    ],
  );
  assert.is(scores.models[2].nChosen, 0);
  assert.is(scores.nWindows, 3);
  assert.ok(scores.choice!.mase! > 0);
  assert.ok(scores.chosenErrors.every((error) => error > 0));
  assert.ok(scores.referenceErrors.every((error) => error > 0));
});

test('has no score of the choice, and no coverage, of one window', async () => {
  const plan = { ...PLAN, nWindows: 1 };
  const { scores, intervals } = await forecast(createPanel([40, 40]), {}, plan);
  assert.is(scores.choice, null);
  assert.is(scores.nWindows, 1);
  assert.is(intervals[0].coverage, null);
});

test('gives intervals of 80 and 95 where there are errors enough, and of what is asked for', async () => {
  // 4 windows of n series are 4 n errors: 4 reach 80, 20 reach 95
  const levelsOf = async (nSeries: number): Promise<number[]> => {
    const panel = createPanel(new Array(nSeries).fill(40));
    const { intervals } = await forecast(panel, { level: null });
    return intervals.map(({ level }) => level);
  };
  assert.equal(await levelsOf(1), [80]);
  assert.equal(await levelsOf(5), [80, 95]);
  const thrown = await forecast(createPanel([40]), { level: [95] }).catch((error) => error);
  assert.instance(thrown, StageError);
  assert.is(thrown.message, 'level must be at most 80 with 4 errors a step; got 95');
});

test('holds as many of the values to come as the level says, of noise', async () => {
  const rng = createRng(1, 'test', 'coverage');
  const all = Array.from({ length: 200 }, () => Array.from({ length: 43 }, () => drawNormal(rng)));
  const panel = panelOf(MONTHLY, Object.fromEntries(all.map((y, i) => [`s${i}`, y.slice(0, 40)])));
  const { intervals } = await forecast(panel, { level: [80] });
  const [{ lo, hi, coverage }] = intervals;
  const actual = all.flatMap((y) => y.slice(40));
  const held = actual.filter((y, at) => y >= lo[at] && y <= hi[at]).length / actual.length;
  // 600 draws of share .8 stray by .016
  assert.ok(Math.abs(held - 0.8) < 0.05, `${held}`);
  assert.ok(Math.abs(coverage! - 0.8) < 0.05, `${coverage}`);
});

test('forecasts series that are too short for some models by the others', async () => {
  const panel = panelOf(MONTHLY, { long: repeat(32), short: [4, 6, 8, 10, 12] });
  const { models, scores, lastWindow } = await forecast(panel);
  assert.equal(models[0], ['seasonal-naive']);
  assert.equal(models[1], ['drift']);
  assert.is(scores.models.find(({ name }) => name === 'seasonal-naive')!.nSeries, 1);
  assert.ok(Number.isNaN(scores.referenceErrors[1]));
  assert.equal(lastWindow.history.ids, ['long', 'short']);
});

test('names series that are too short for every candidate', async () => {
  const panel = panelOf(MONTHLY, { long: repeat(32), short: [4, 6, 8, 10, 12] });
  const candidates = modelsOf('seasonal-naive');
  const thrown = await forecast(panel, { candidates }).catch((error) => error);
  assert.instance(thrown, StageError);
  assert.is(thrown.code, 'E_DATA');
  assert.is(
    thrown.message,
    'a series must have at least 7 rows for one of seasonal-naive; got short: 5',
  );
});

test('counts what columns of the past need into the rows that a series must have', async () => {
  const panel = panelOf(MONTHLY, { short: [4, 6, 8, 10, 12, 14] });
  const exogenous = [{ name: 'rain', kind: 'past', values: panel.y } as const];
  const plan = { ...PLAN, lags: [1], nWindows: 1, seasonLength: 1 };
  const options = { candidates: modelsOf('ridge') };
  const thrown = await forecast({ ...panel, exogenous }, options, plan).catch((error) => error);
  assert.is(thrown.message, 'a series must have at least 7 rows for one of ridge; got short: 6');
});

test('leaves out windows that the reference alone reaches', async () => {
  // theta needs 5 rows, the seasonal naive 4 here: it reaches one window more
  const panel = panelOf(MONTHLY, { short: [4, 6, 8, 11, 12, 13, 17] });
  const plan = { ...PLAN, h: 2, nWindows: 2, stepSize: 1 };
  const options = { candidates: modelsOf('theta'), level: null };
  const { models, scores } = await forecast(panel, options, plan, { h: 2, columns: [] });
  assert.equal(models, [['theta']]);
  assert.is(scores.nWindows, 1);
  assert.is(scores.choice, null);
});

/** Its forecast of the last series is `value` where that has `length` rows, else 0 as all others. */
const failing = (value: number, length: number): ForecastModel => ({
  name: 'failing',
  summary: '',
  isGlobal: false,
  minLength: () => 2,
  async fit({ ids, offsets }) {
    const n = ids.length;
    const isHit = offsets[n] - offsets[n - 1] === length;
    return {
      async predict(h) {
        return new Float64Array(n * h).fill(isHit ? value : 0, (n - 1) * h);
      },
    };
  },
});

for (const value of [NaN, Infinity]) {
  test(`takes a forecast of ${value} for a bug, and names model and series`, async () => {
    const panel = panelOf(MONTHLY, { good: line(32), bad: line(32) });
    // 29 rows are those of the last window, 32 the whole history
    for (const length of [29, 32]) {
      const candidates = [failing(value, length)];
      const thrown = await forecast(panel, { candidates }).catch((error) => error);
      assert.not.instance(thrown, StageError);
      assert.is(thrown.message, `the forecast of bad by failing must be finite; got ${value}`);
    }
  });
}

test('forecasts by columns that are known ahead, of each series its own', async () => {
  const rng = createRng(2, 'test', 'promotions');
  const flags = Array.from({ length: 86 }, () => (rng() < 0.5 ? 1 : 0));
  const series = [flags.slice(0, 43), flags.slice(43)];
  const y = series.map((of) => of.slice(0, 40).map((flag) => 10 + 5 * flag + 0.1 * rng()));
  const panel = {
    ...panelOf(MONTHLY, { a: y[0], b: y[1] }),
    exogenous: [
      {
        name: 'flag',
        kind: 'future',
        values: Float64Array.from(series.flatMap((of) => of.slice(0, 40))),
      } as const,
    ],
  };
  const ahead = Float64Array.from(series.flatMap((of) => of.slice(40)));
  const future = { h: 3, columns: [{ name: 'flag', values: ahead }] };
  const { models, forecast: forecasts } = await forecast(
    panel,
    { candidates: modelsOf('naive', 'ridge') },
    PLAN,
    future,
  );
  assert.equal(models, [['ridge'], ['ridge']]);
  forecasts.forEach((value, at) => assert.ok(Math.abs(value - 10 - 5 * ahead[at]) < 0.5));
});

test('looks for columns of the past as far back as h, and tries no model on features before that', async () => {
  const panel = panelOf(MONTHLY, { long: repeat(40), short: [4, 6, 8, 10, 12, 14] });
  const values = Float64Array.from(panel.y, (y, t) => y + (t % 3));
  const exogenous = [{ name: 'rain', kind: 'past', values } as const];
  const plan = { ...PLAN, lags: [1], nWindows: 1 };
  const options = { candidates: modelsOf('naive', 'ridge') };
  const { scores } = await forecast({ ...panel, exogenous }, options, plan);
  assert.equal(
    scores.models.slice(0, 2).map(({ nSeries }) => nSeries),
    [2, 1],
  );
});

test('forecasts constant series and all zeros, where MASE has nothing to divide by', async () => {
  const panel = panelOf(MONTHLY, { sevens: new Array(30).fill(7), zeros: new Array(30).fill(0) });
  const { forecast: ahead, scores } = await forecast(panel);
  assert.equal([...ahead], [7, 7, 7, 0, 0, 0]);
  assert.equal([...scores.chosenErrors], [0, 0]);
});

test('gives the same bytes twice', async () => {
  const panel = createPanel([40, 36]);
  const options = { candidates: modelsOf('ridge', 'lightgbm', 'drift'), nModels: 2 };
  assert.equal(await forecast(panel, options), await forecast(panel, options));
});

test.run();
