import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { backtest, forecastWeek } from '../../../../lib/forecasting/restaurants/backtest.ts';
import type {
  BacktestContext,
  BacktestWeek,
} from '../../../../lib/forecasting/restaurants/backtest.ts';
import { DAY, WEEK } from '../../../../lib/forecasting/restaurants/hourly-features.ts';
import type { HourlyTurnover } from '../../../../lib/forecasting/restaurants/hourly-features.ts';
import { startOfWeek } from '../../../../lib/forecasting/restaurants/weeks.ts';
import { createRng } from '../../../../lib/rng.ts';
import { createForecastContext } from '../../../support/forecasting.ts';

const FIRST = 216;
const LAST = 221;
const PARAMS = {
  ...{ firstWeek: 220, lastWeek: 221, nWeeks: 3, nWeeksLightgbm: 4 },
  ...{ nEstimators: 2, nModels: 2, degree: 1, lagInWeek: 1 },
};

/** Evenings alone bring something in. */
function makeTurnover(seed: number): HourlyTurnover {
  const draw = createRng(seed, 'test', 'turnover');
  const start = startOfWeek(FIRST);
  const cashIn = Float64Array.from({ length: (LAST + 1 - FIRST) * WEEK }, (_, t) =>
    (start + t) % DAY >= 17 ? Math.round(100 * draw()) : 0,
  );
  return { start, cashIn };
}

const createContext = (onWeek: (week: BacktestWeek) => void = () => {}): BacktestContext => ({
  ...createForecastContext(),
  onWeek,
});

const test = suite('backtest of the restaurants');

test('property: what comes after the first midnight of a week changes nothing of its forecasts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom(0, 1, DAY, WEEK), async (seed, later) => {
      const turnover = makeTurnover(seed);
      const changed = { ...turnover, cashIn: turnover.cashIn.slice() };
      changed.cashIn.fill(777, startOfWeek(220) - turnover.start + later);
      const forecasts = await Promise.all(
        [turnover, changed].map((known) => forecastWeek(known, 220, PARAMS, createContext())),
      );
      assert.equal(forecasts[1], forecasts[0]);
    }),
    { seed: 7, numRuns: 5 },
  );
});

test('what came before it changes all of them', async () => {
  const turnover = makeTurnover(1);
  const changed = { ...turnover, cashIn: turnover.cashIn.slice() };
  changed.cashIn.fill(777, 0, startOfWeek(220) - turnover.start);
  const [before, after] = await Promise.all(
    [turnover, changed].map((known) => forecastWeek(known, 220, PARAMS, createContext())),
  );
  for (const model of ['forest', 'lightgbm', 'last_week'] as const) {
    assert.not.equal(after[model].prediction, before[model].prediction, model);
  }
});

test('gives each week with its errors, the range around the prediction, and the same bits twice', async () => {
  const told: number[] = [];
  const turnover = makeTurnover(2);
  const weeks = await backtest(
    turnover,
    PARAMS,
    createContext(({ week }) => told.push(week)),
  );
  assert.equal(told, [220, 221]);
  assert.equal(await backtest(turnover, PARAMS, createContext()), weeks);
  for (const { week, actual, forecasts, scores } of weeks) {
    const at = startOfWeek(week) - turnover.start;
    assert.equal(actual, turnover.cashIn.slice(at, at + WEEK));
    assert.equal(forecasts.last_week.prediction, turnover.cashIn.slice(at - WEEK, at));
    for (const model of ['forest', 'lightgbm', 'last_week'] as const) {
      const { prediction, minimum, maximum } = forecasts[model];
      const errors = prediction.map((value, i) => Math.abs(value - actual[i]));
      const mean = errors.reduce((sum, error) => sum + error, 0) / WEEK;
      assert.ok(Math.abs(scores[model].mae - mean) < 1e-9);
      assert.ok(prediction.every((value, i) => value >= minimum[i] && value <= maximum[i]));
      assert.ok(minimum.every((value) => value >= 0));
    }
    assert.is(scores.last_week.coverage, null);
    // of uniform evenings, about 80 % where there is much to learn from
    const { minimum, maximum } = forecasts.lightgbm;
    const evenings = Array.from(actual.keys()).filter((i) => i % DAY >= 17);
    const nHeld = evenings.filter((i) => actual[i] >= minimum[i] && actual[i] <= maximum[i]).length;
    assert.ok(nHeld > 0.5 * evenings.length, `${nHeld} of ${evenings.length}`);
  }
});

test('leaves days without an order out of the error of known days', async () => {
  const { start, cashIn } = makeTurnover(3);
  const at = startOfWeek(220) - start;
  const [monday, tuesday] = [at, at + DAY];
  cashIn.fill(0, monday, tuesday);
  const params = { ...PARAMS, lastWeek: 220 };
  const [{ scores, forecasts, actual }] = await backtest({ start, cashIn }, params, createContext()); // prettier-ignore
  const errors = forecasts.forest.prediction.map((value, i) => Math.abs(value - actual[i]));
  const mean = errors.slice(DAY).reduce((sum, error) => sum + error, 0) / (WEEK - DAY);
  assert.ok(Math.abs(scores.forest.maeOfKnownDays - mean) < 1e-9);
});

test.run();
