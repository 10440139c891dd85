import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMedallion } from '../../../lib/ingestion/medallion.ts';
import type { Medallion } from '../../../lib/ingestion/medallion.ts';
import { computeMonthlySales } from '../../../lib/ingestion/monthly-sales.ts';
import { tagOutliers } from '../../../lib/ingestion/outliers.ts';
import type { SalesRow } from '../../../lib/ingestion/rows.ts';
import { formatDate, monthShares } from '../../../lib/ingestion/weeks.ts';
import { OPTIONS, distinctRows, keyOf, posting } from '../../support/sales.ts';

const test = suite('medallion');

const post = (medallion: Medallion, rows: readonly SalesRow[]): void =>
  medallion.plan([rows]).apply();

const fill = (rows: readonly SalesRow[], options = OPTIONS): Medallion => {
  const medallion = createMedallion(options);
  post(medallion, rows);
  return medallion;
};

/** All that can be read, as text: equal texts are equal bits. */
const dump = (medallion: Medallion): string =>
  JSON.stringify([
    medallion.bronze(),
    medallion.silver(),
    medallion.gold(),
    medallion.taggedGold(),
    medallion.names(),
  ]);

const silverOf = (medallion: Medallion): [string, string, number][] =>
  medallion.silver().map((row) => [formatDate(row.firstDay), row.vegetable, row.sales]);

test('rows that become the same week and vegetable are added up', () => {
  const medallion = fill([
    { year_week: 202052, vegetable: 'Tomate', sales: 1 },
    { year_week: 202100, vegetable: 'tomatoes', sales: 20 },
    { date: '2020-12-28', vegetable: 'TOMATO', kilo_sold: 300 },
    { year_week: 202052, vegetable: 'Poire', sales: 5 },
  ]);
  assert.equal(silverOf(medallion), [
    ['2020-12-28', 'pear', 5],
    ['2020-12-28', 'tomato', 321],
  ]);
});

test('two dates in one week are two rows of seven days each', () => {
  const medallion = fill([
    { date: '2020-01-29', vegetable: 'tomato', kilo_sold: 70 },
    { date: '2020-01-27', vegetable: 'tomato', kilo_sold: 7 },
  ]);
  assert.equal(silverOf(medallion), [
    ['2020-01-27', 'tomato', 7],
    ['2020-01-29', 'tomato', 70],
  ]);
  assert.equal(medallion.gold(), [
    { year_month: 202001, vegetable: 'tomato', sales: (5 * 7 + 3 * 70) / 7 },
    { year_month: 202002, vegetable: 'tomato', sales: (2 * 7 + 4 * 70) / 7 },
  ]);
});

test('bronze is ordered by first day, then by what was sent', () => {
  const rows: SalesRow[] = [
    { date: '2020-12-28', vegetable: 'b', kilo_sold: 1 },
    { year_week: 202052, vegetable: 'a', sales: 2 },
    { year_week: 202052, vegetable: 'b', sales: 3 },
    { year_week: 202100, vegetable: 'a', sales: 4 },
    { date: '2020-12-29', vegetable: 'a', kilo_sold: 5 },
  ];
  assert.equal(fill(rows.toReversed()).bronze(), rows);
});

test('a name that cannot be told stays in bronze, and is listed', () => {
  const medallion = fill([
    { year_week: 202001, vegetable: 'Xylophone', sales: 8 },
    { year_week: 202002, vegetable: 'Xylophone', sales: 8 },
    { year_week: 202002, vegetable: 'Tomatto', sales: 9 },
  ]);
  assert.is(medallion.bronze().length, 3);
  assert.equal(medallion.gold(), [{ year_month: 202001, vegetable: 'tomato', sales: 9 }]);
  assert.equal(medallion.names(), [
    { written: 'Tomatto', vegetable: 'tomato', match: 'spelling', nRows: 1 },
    { written: 'Xylophone', vegetable: null, match: 'none', nRows: 2 },
  ]);
});

test('a plan holds the rows that change, and nothing changes before it is applied', () => {
  const medallion = fill([
    { year_week: 202001, vegetable: 'tomato', sales: 1 },
    { year_week: 202004, vegetable: 'tomato', sales: 70 },
    { year_week: 202010, vegetable: 'pear', sales: 1 },
  ]);
  const before = dump(medallion);
  const { changes, apply } = medallion.plan([
    [{ year_week: 202004, vegetable: 'Tomate', sales: 7 }],
    [{ year_week: 202010, vegetable: 'pear', sales: 1 }],
  ]);
  assert.is(dump(medallion), before);
  assert.equal(changes.bronze, [{ year_week: 202004, vegetable: 'Tomate', sales: 7 }]);
  assert.equal(
    changes.silver.map(({ sales }) => sales),
    [77],
  );
  assert.equal(changes.gold, [
    { year_month: 202001, vegetable: 'tomato', sales: 56 },
    { year_month: 202002, vegetable: 'tomato', sales: 22 },
  ]);
  apply();
  assert.is(medallion.gold()[0].sales, 56);
});

test('a value that changes and changes back within one plan is no change', () => {
  const row = { year_week: 202001, vegetable: 'tomato', sales: 1 };
  const { changes, counts } = fill([row]).plan([[{ ...row, sales: 2 }], [row]]);
  assert.equal(changes, { bronze: [], silver: [], gold: [] });
  assert.equal(
    counts.map(({ nChanged }) => nChanged),
    [1, 1],
  );
});

test('a month is an outlier when one of its weeks is, and no longer when the week is mended', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    year_week: 202001 + i,
    ...{ vegetable: 'tomato', sales: 100 + (i % 5) },
  }));
  const giant = { year_week: 202004, vegetable: 'tomato', sales: 5000 };
  const medallion = fill([...rows, giant]);
  const outlying = (): number[] =>
    medallion
      .taggedGold()
      .filter(({ is_outlier }) => is_outlier)
      .map(({ year_month }) => year_month);
  assert.equal(outlying(), [202001, 202002]);
  post(medallion, [{ ...giant, sales: 103 }]);
  assert.equal(outlying(), []);
});

test('any order, any batches and any repetition give the same tables, to the bit', () => {
  fc.assert(
    fc.property(posting, ({ rows, posts }) => {
      const medallion = createMedallion(OPTIONS);
      posts.forEach((some, i) => {
        post(medallion, some);
        // what is read between must not change what comes
        if (i % 3 === 0) dump(medallion);
      });
      assert.is(dump(medallion), dump(fill(rows)));
    }),
    { seed: 9, numRuns: 150 },
  );
});

test('later values replace earlier ones, as if these had never been', () => {
  fc.assert(
    fc.property(distinctRows, distinctRows, (first, second) => {
      const medallion = fill(first);
      post(medallion, second);
      const keys = new Set(second.map(keyOf));
      const kept = first.filter((row) => !keys.has(keyOf(row)));
      assert.is(dump(medallion), dump(fill([...kept, ...second])));
    }),
    { seed: 10, numRuns: 100 },
  );
});

test('a name that was received is looked up once, whatever is asked and posted afterwards', () => {
  let nLookups = 0;
  const resolveName = (written: string) => {
    nLookups++;
    return OPTIONS.resolveName(written);
  };
  const row = { year_week: 202001, vegetable: 'Xylophone', sales: 1 };
  const medallion = fill([row, { ...row, vegetable: 'Poire' }], { ...OPTIONS, resolveName });
  post(medallion, [{ ...row, year_week: 202002 }, { ...row, sales: 2 }]); // prettier-ignore
  assert.equal(medallion.names(), [
    { written: 'Poire', vegetable: 'pear', match: 'dictionary', nRows: 1 },
    { written: 'Xylophone', vegetable: null, match: 'none', nRows: 2 },
  ]);
  assert.is(nLookups, 2);
});

test('gold is what computeMonthlySales and tagOutliers make of silver, and has its total', () => {
  const outliers = { method: 'robust', threshold: 2 } as const;
  fc.assert(
    fc.property(posting, ({ posts }) => {
      const medallion = createMedallion({ ...OPTIONS, outliers });
      for (const some of posts) post(medallion, some);
      const silver = medallion.silver();
      assert.equal(medallion.gold(), computeMonthlySales(silver));
      const sum = (rows: readonly { sales: number }[]): number =>
        rows.reduce((total, { sales }) => total + sales, 0);
      assert.ok(Math.abs(sum(silver) - sum(medallion.gold())) <= 1e-9 * Math.max(1, sum(silver)));
      const tagged = new Set<string>();
      for (const [vegetable, weeks] of Map.groupBy(silver, (week) => week.vegetable)) {
        const tags = tagOutliers(weeks.map(({ sales }) => sales), outliers); // prettier-ignore
        weeks.forEach(({ firstDay }, i) => {
          if (!tags[i]) return;
          for (const { yearMonth } of monthShares(firstDay))
            tagged.add(`${yearMonth} ${vegetable}`);
        });
      }
      for (const row of medallion.taggedGold()) {
        assert.is(row.is_outlier, tagged.has(`${row.year_month} ${row.vegetable}`));
      }
    }),
    { seed: 11, numRuns: 100 },
  );
});

test.run();
