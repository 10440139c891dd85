import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { computeMonthlySales } from '../../../lib/ingestion/monthly-sales.ts';
import type { WeeklySales } from '../../../lib/ingestion/monthly-sales.ts';
import { firstDayOfWeek, parseDate } from '../../../lib/ingestion/weeks.ts';

const golden = new URL('../../golden/monthly-sales/', import.meta.url);
const readGolden = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(file, golden), 'utf8'));

const test = suite('monthly sales');

const week = (yearWeek: number, sales: number, vegetable = 'tomato'): WeeklySales => ({
  firstDay: firstDayOfWeek(yearWeek, 'strptime')!,
  ...{ vegetable, sales },
});
const toCells = (weekly: readonly WeeklySales[]): [number, string, number][] =>
  computeMonthlySales(weekly).map((row) => [row.year_month, row.vegetable, row.sales]);

test('a week in the middle of a month is all of that month', () => {
  assert.equal(toCells([week(202001, 489)]), [[202001, 'tomato', 489]]);
});

test('a week over the end of a month is shared by its days', () => {
  assert.equal(toCells([week(202004, 70)]), [
    [202001, 'tomato', 50],
    [202002, 'tomato', 20],
  ]);
});

test('a week over the end of a year is shared by its days', () => {
  assert.equal(toCells([week(202052, 70)]), [
    [202012, 'tomato', 40],
    [202101, 'tomato', 30],
  ]);
});

test('a week over the end of February has one day more in a leap year', () => {
  assert.equal(toCells([week(202008, 7)]), [
    [202002, 'tomato', 6],
    [202003, 'tomato', 1],
  ]);
  assert.equal(toCells([week(202108, 7)]), [[202102, 'tomato', 7]]);
});

test('the sevenths of two weeks are divided once', () => {
  // 3 days of 10 and 5 days of 5 are 55/7
  const [, february] = toCells([week(202004, 5), week(202008, 10), week(202006, 0.1)]);
  assert.is(february[2], 0.1 + (2 * 5 + 6 * 10) / 7);
});

test('whole weeks keep their sales to the bit', () => {
  assert.equal(toCells([week(202001, 14.3), week(202002, 0.1)]), [[202001, 'tomato', 14.4]]);
});

test('rows are ordered by month, then vegetable', () => {
  const cells = toCells([
    week(202006, 1, 'tomato'),
    week(202001, 2, 'tomato'),
    week(202006, 3, 'leek'),
    week(202001, 4, 'pear'),
  ]);
  assert.equal(
    cells.map(([month, name]) => `${month} ${name}`),
    ['202001 pear', '202001 tomato', '202002 leek', '202002 tomato'],
  );
});

test('no weeks make no months', () => {
  assert.equal(computeMonthlySales([]), []);
});

test('pandas, which gives a seventh to each day, comes to the same', () => {
  const rows = readGolden('input.json') as [string, string, number][];
  const { monthly } = readGolden('expected.json') as { monthly: [number, string, number][] };
  const weekly = rows.map(([date, vegetable, sales]) => ({
    firstDay: parseDate(date)!,
    ...{ vegetable, sales },
  }));
  const cells = toCells(weekly);
  assert.is(cells.length, monthly.length);
  cells.forEach(([month, vegetable, sales], i) => {
    const [expectedMonth, name, value] = monthly[i];
    assert.equal([month, vegetable], [expectedMonth, name]);
    assert.ok(Math.abs(sales - value) <= 1e-12 * value, `${sales} and ${value}`);
  });
});

test('months hold what the weeks hold, in whatever order they come', () => {
  const weekly = fc.uniqueArray(
    fc.record({
      firstDay: fc.integer({ min: 18_000, max: 18_800 }),
      vegetable: fc.constantFrom('leek', 'pear'),
      sales: fc.double({ min: 0, max: 1e6, noNaN: true }),
    }),
    { selector: ({ firstDay, vegetable }) => `${firstDay} ${vegetable}`, maxLength: 60 },
  );
  fc.assert(
    fc.property(weekly, (rows) => {
      const monthly = computeMonthlySales(rows);
      assert.equal(computeMonthlySales(rows.toReversed()), monthly);
      const total = rows.reduce((sum, { sales }) => sum + sales, 0);
      const monthlyTotal = monthly.reduce((sum, { sales }) => sum + sales, 0);
      assert.ok(Math.abs(total - monthlyTotal) <= 1e-9 * Math.max(1, total));
    }),
    { seed: 6, numRuns: 200 },
  );
});

test.run();
