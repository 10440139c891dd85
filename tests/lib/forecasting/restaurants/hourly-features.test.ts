import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toStep } from '../../../../lib/forecasting/frequency.ts';
import {
  DAY,
  HOURLY,
  WEEK,
  hourlyFeatures,
  hourlyFeaturesOnline,
  listHourlyFeatures,
  turnoverFrom,
} from '../../../../lib/forecasting/restaurants/hourly-features.ts';
import type { HourlyTable } from '../../../../lib/forecasting/restaurants/hourly-features.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';

const MONDAY = toStep(HOURLY, '2018-10-29')!;
const PARAMS = { degree: 1, lagInWeek: 1 };
const count = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i + 1);
const rowOf = ({ columns, values }: HourlyTable, i: number): Record<string, number> =>
  Object.fromEntries(columns.map((name, j) => [name, values[i * columns.length + j]]));
/** Hours of turnover that begin at any hour, and parameters. */
const turnovers = fc.record({
  start: fc.integer({ min: MONDAY, max: MONDAY + 2 * WEEK }),
  cashIn: fc.tuple(fc.integer({ min: 1, max: 4 * WEEK }), fc.nat()).map(([n, seed]) => {
    const draw = createRng(seed, 'tests', 'turnover');
    return Float64Array.from({ length: n }, () => 500 * draw());
  }),
});
const options = fc.record({
  degree: fc.integer({ min: 0, max: 3 }),
  lagInWeek: fc.integer({ min: 1, max: 3 }),
});

const test = suite('features of hourly turnover');

test('are the weekday without Monday, the hour on a circle, and the same hour of the week before', () => {
  const { x, y } = hourlyFeatures({ start: MONDAY, cashIn: count(WEEK + 31) }, PARAMS);
  assert.is(x.start, MONDAY + WEEK);
  assert.equal(
    [...y],
    Array.from({ length: 31 }, (_, i) => WEEK + i + 1),
  );
  const days = Object.fromEntries([2, 3, 4, 5, 6, 7].map((day) => [`weekday_${day}`, 0]));
  assert.equal(rowOf(x, 0), { ...days, hour_cos_1: 1, hour_sin_1: 0, lag_1W: 1 });
  // Tuesday, 6 in the morning: a quarter of the circle
  const { hour_cos_1: cos, hour_sin_1: sin, ...rest } = rowOf(x, 30);
  assertClose([cos, sin], [0, 1], 1e-15);
  assert.equal(rest, { ...days, weekday_2: 1, lag_1W: 31 });
});

test('leave out the hours without all their lags, and give none where there are no others', () => {
  const two = { degree: 0, lagInWeek: 2 };
  const { x, y } = hourlyFeatures({ start: MONDAY, cashIn: count(2 * WEEK + 1) }, two);
  assert.is(y.length, 1);
  assert.equal([rowOf(x, 0).lag_1W, rowOf(x, 0).lag_2W], [WEEK + 1, 1]);
  const none = hourlyFeatures({ start: MONDAY, cashIn: count(2 * WEEK) }, two);
  assert.equal([none.y.length, none.x.values.length], [0, 0]);
});

test('of the week to come begin where they are told to, unknown lags 0', () => {
  const turnover = { start: MONDAY + 5, cashIn: count(7 * DAY - 10) };
  const x = hourlyFeaturesOnline(turnover, MONDAY + WEEK, { degree: 0, lagInWeek: 2 });
  assert.is(x.start, MONDAY + WEEK);
  assert.is(x.values.length / x.columns.length, WEEK);
  const lags = (name: string): number[] =>
    Array.from({ length: WEEK }, (_, i) => rowOf(x, i)[name]);
  const known = Array.from({ length: WEEK - 10 }, (_, i) => i + 1);
  assert.equal(lags('lag_1W'), [...[0, 0, 0, 0, 0], ...known, ...[0, 0, 0, 0, 0]]);
  assert.ok(lags('lag_2W').every((value) => value === 0));
});

test('of the week to come are those of its own hours when the last days before it have no orders', () => {
  const turnover = { start: MONDAY, cashIn: count(4 * DAY) };
  const x = hourlyFeaturesOnline(turnover, MONDAY + WEEK, { degree: 0, lagInWeek: 1 });
  assert.is(x.start, MONDAY + WEEK);
  const lags = Array.from({ length: WEEK }, (_, i) => rowOf(x, i).lag_1W);
  assert.equal(lags, [...count(4 * DAY), ...new Array<number>(3 * DAY).fill(0)]);
  assert.is(rowOf(x, DAY).weekday_2, 1);
});

test('of the week to come are those that training gives once the week is known', () => {
  fc.assert(
    fc.property(turnovers, options, ({ start, cashIn }, params) => {
      const midnight = Math.ceil((start + cashIn.length) / DAY) * DAY;
      const whole = turnoverFrom({ start, cashIn }, start, midnight - start + WEEK);
      const online = hourlyFeaturesOnline({ start, cashIn }, midnight, params);
      const { x } = hourlyFeatures({ start, cashIn: whole }, params);
      fc.pre(x.start <= midnight);
      const from = (midnight - x.start) * x.columns.length;
      assert.equal(online.values, x.values.slice(from));
      assert.equal(online.columns, x.columns);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('of the week to come look at the last weeks alone, and those of an hour at nothing from it on', () => {
  fc.assert(
    fc.property(turnovers, options, fc.nat(), ({ start, cashIn }, params, place) => {
      const at = place % cashIn.length;
      const other = cashIn.map((value, i) => (i === at ? value + 1 : value));
      const { x } = hourlyFeatures({ start, cashIn }, params);
      const { x: changed } = hourlyFeatures({ start, cashIn: other }, params);
      const nBefore = Math.max(0, start + at + 1 - x.start) * x.columns.length;
      assert.equal(changed.values.subarray(0, nBefore), x.values.subarray(0, nBefore));
      const next = start + cashIn.length;
      if (start + at >= next - params.lagInWeek * WEEK) return;
      const online = hourlyFeaturesOnline({ start, cashIn }, next, params);
      assert.equal(hourlyFeaturesOnline({ start, cashIn: other }, next, params), online);
    }),
    { seed: 2, numRuns: 100 },
  );
});

test('have as many names as values, finite', () => {
  fc.assert(
    fc.property(turnovers, options, (turnover, params) => {
      const { x, y } = hourlyFeatures(turnover, params);
      assert.equal(x.columns, listHourlyFeatures(params));
      assert.is(x.values.length, y.length * x.columns.length);
      assert.ok(x.values.every(Number.isFinite));
    }),
    { seed: 3, numRuns: 50 },
  );
});

test.run();
