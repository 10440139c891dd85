import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toCalendarDay, toStep } from '../../../../lib/forecasting/frequency.ts';
import { DAY, HOURLY, WEEK } from '../../../../lib/forecasting/restaurants/hourly-features.ts';
import { meantCalendar } from '../../../../lib/forecasting/restaurants/meant-calendar.ts';
import { meantDay } from '../../../../lib/forecasting/restaurants/meant-dates.ts';
import { sameHourMeans } from '../../../../lib/forecasting/restaurants/same-hour-means.ts';
import { startOfWeek, weekStartOf } from '../../../../lib/forecasting/restaurants/weeks.ts';
import type { Feature } from '../../../../lib/forecasting/features/feature.ts';
import { createRng } from '../../../../lib/rng.ts';

const stepOf = (time: string): number => toStep(HOURLY, time)!;

function fill(feature: Feature, start: number, y: Float64Array): Float64Array[] {
  const columns = feature.names.map(() => new Float64Array(y.length));
  const series = { freq: HOURLY, start, y, exogenous: new Map<string, Float64Array>() };
  feature.fill(series, 0, columns, 0);
  return columns;
}

const test = suite('features that know the swapped dates');

test('weeks begin on Mondays; 200 does on October 29, 2018', () => {
  assert.is(startOfWeek(200), stepOf('2018-10-29'));
  assert.is(weekStartOf(stepOf('2018-11-04 23:00')), startOfWeek(200));
  assert.is(weekStartOf(stepOf('2018-11-05 00:00')), startOfWeek(201));
});

test('days 1 to 12 are meant with day and month swapped, the others as they are written', () => {
  const swapped = meantDay(stepOf('2019-02-08 19:00'));
  assert.equal(swapped, { year: 2019, month: 8, day: 2, weekday: 5, hour: 19 });
  const step = stepOf('2019-02-13 19:00');
  assert.equal(meantDay(step), toCalendarDay(HOURLY, step));
});

test('property: what is meant of what is meant is what is written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 400_000, max: 500_000 }), (step) => {
      const { year, month, day, hour } = meantDay(step);
      const meant = Date.UTC(year, month - 1, day, hour) / 3_600_000;
      assert.equal(meantDay(meant), toCalendarDay(HOURLY, step));
    }),
    { seed: 7, numRuns: 500 },
  );
});

test('the calendar tells hour, weekday, holidays and the days before them, as they were meant', () => {
  const at = (time: string): number[] =>
    fill(meantCalendar, stepOf(time), new Float64Array(1)).map(([value]) => value);
  assert.equal(meantCalendar.names, ['hour', 'weekday', 'holiday']);
  assert.equal(at('2018-12-25 18:00'), [18, 2, 2], 'Christmas');
  assert.equal(at('2018-12-24 18:00'), [18, 1, 1], 'the day before');
  assert.equal(at('2019-04-19 18:00'), [18, 5, 2], 'Good Friday');
  assert.equal(at('2019-06-05 18:00'), [18, 1, 2], 'May 6');
  assert.equal(at('2018-12-31 18:00'), [18, 1, 1], 'before a holiday of the year to come');
  assert.equal(at('2019-03-02 18:00'), [18, 7, 0], 'February 3');
});

test('means are over the days of the weekday that was meant before the week, those without orders passed over', () => {
  // from Monday, 2019-03-18: no day of the first two weeks is swapped
  const start = stepOf('2019-03-18');
  const y = new Float64Array(3 * WEEK).fill(1);
  y[18] = 10; // Monday, March 18, 18:00
  y[WEEK + 18] = 20; // March 25
  y.fill(0, WEEK + DAY, WEEK + 2 * DAY); // Tuesday, March 26
  y[DAY + 18] = 40; // Tuesday, March 19
  const [one, two] = fill(sameHourMeans([1, 2]), start, y);
  assert.ok(Number.isNaN(one[18]), 'nothing before the first week');
  assert.equal([one[WEEK + 18], two[WEEK + 18]], [10, 10]);
  // April 1 to 7 are meant as January 4 … July 4: Friday, Monday, Monday, Thursday, Saturday, Tuesday, Thursday
  const april = (day: number): number => 2 * WEEK + (day - 1) * DAY + 18;
  assert.equal([2, 3].map((day) => [one[april(day)], two[april(day)]]), [[20, 15], [20, 15]]); // prettier-ignore
  assert.equal([one[april(6)], two[april(6)]], [40, 40], 'March 26 has no orders');
});

test('property: the week itself, and all after it, change nothing', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: WEEK - 1 }), (seed, later) => {
      const draw = createRng(seed, 'test', 'turnover');
      const start = startOfWeek(218);
      const y = Float64Array.from({ length: 4 * WEEK }, () => (draw() < 0.2 ? draw() : 0));
      const changed = y.map((value, t) =>
        t >= 3 * WEEK + later ? NaN : t >= 3 * WEEK ? 5 : value,
      );
      const feature = sameHourMeans([1, 4]);
      const [before, after] = [y, changed].map((known) => fill(feature, start, known).join());
      assert.is(after, before);
    }),
    { seed: 7, numRuns: 50 },
  );
});

test.run();
