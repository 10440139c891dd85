import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { areaUnderCurve, binTable } from '../../../lib/exploration/association.ts';
import { summarize } from '../../../lib/exploration/numeric-summary.ts';
import {
  binStarts,
  countValues,
  quantilesOf,
  toMarginal,
} from '../../../lib/exploration/value-counts.ts';
import type { ValueCounts } from '../../../lib/exploration/value-counts.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('lib/exploration/value-counts');
const database = await openTestDatabase();
test.after(() => database.close());

/** A reader of rows that are there already: labels, then values. */
const countOf = async (rows: readonly (readonly [number, number])[]): Promise<ValueCounts> => {
  const columns = [0, 1].map((i) => Float64Array.from(rows, (row) => row[i]));
  const reader = { readDoubles: async () => columns };
  return (await countValues(reader, { sql: '', columns: [], source: '' }, ['x'], 'label'))[0];
};

test('counts values by label, ascending, without NULL, NaN and infinity', async () => {
  const relation = await createRelation(
    database,
    'counted',
    `SELECT * FROM (VALUES (3, 1), (1, 0), (3, 0), (3, 1), (NULL, 1), ('nan'::DOUBLE, 0), ('infinity'::DOUBLE, 0), (1, NULL)) t(x, k)`,
  );
  const [{ values, labels, counts }] = await countValues(database, relation, ['x::DOUBLE'], 'k');
  assert.equal([...values], [1, 1, 3, 3]);
  assert.equal([...labels], [-1, 0, 0, 1]);
  assert.equal([...counts], [1, 1, 1, 2]);
  const [unlabelled] = await countValues(database, relation, ['x::DOUBLE'], null);
  assert.equal([...unlabelled.counts], [2, 3]);
});

test('takes quantiles by hand, of all rows and of one label', async () => {
  const counts = await countOf([
    [0, 1],
    [0, 2],
    [0, 2],
    [1, 10],
  ]);
  assert.equal(quantilesOf(toMarginal(counts), [0, 0.25, 0.5, 0.875, 1]), [1, 1.75, 2, 7, 10]);
  assert.equal(quantilesOf(toMarginal(counts, 0), [0.5, 1]), [2, 2]);
  assert.equal(quantilesOf(toMarginal(counts, 5), [0.5]), [NaN]);
});

test('property: quantiles are those of the sorted rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 }),
      async (xs) => {
        const marginal = toMarginal(await countOf(xs.map((x, i) => [(i % 3) - 1, x])));
        const sorted = xs.toSorted((a, b) => a - b);
        const shares = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
        const wanted = shares.map((share) => {
          const place = share * (sorted.length - 1);
          const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
          return low + (place - Math.floor(place)) * (high - low);
        });
        assert.equal(quantilesOf(marginal, shares), wanted);
      },
    ),
    { numRuns: 100, seed: 7 },
  );
});

test('never parts equal values into two bins', async () => {
  const marginal = toMarginal(await countOf([1, 1, 1, 1, 2, 3, 4, 5].map((x) => [0, x])));
  assert.equal(binStarts(marginal, 4), [1, 2, 4]);
  assert.equal(binStarts(marginal, 100), [1, 2, 3, 4, 5]);
  assert.equal(binStarts(marginal, 1), [1]);
});

test('puts rows without a number into a bin of their own', async () => {
  const counts = await countOf([
    [0, 1],
    [1, 2],
    [-1, 2],
    [1, NaN],
  ]);
  const { nRows, nColumns, counts: cells } = binTable(counts, [1, 2]);
  assert.equal([nRows, nColumns], [2, 2]);
  assert.equal([...cells], [1, 1, 0, 1]);
});

test('measures the area under the curve by hand, ties counting half, either way round', async () => {
  const area = async (...rows: [number, number][]) => areaUnderCurve(await countOf(rows));
  assert.is(await area([0, 1], [1, 2]), 1);
  assert.is(await area([1, 1], [0, 2]), 1);
  assert.is(await area([0, 1], [1, 1], [0, 2], [1, 2]), 0.5);
  assert.is(await area([0, 1], [0, 2], [1, 2], [1, 3]), 0.875);
  assert.is(await area([0, 1], [0, 2]), null);
});

test('summarises one value, equal values, and numbers whose half is equal', async () => {
  const of = async (xs: readonly number[]) =>
    summarize(toMarginal(await countOf(xs.map((x) => [0, x]))));
  assert.is(await of([]), null);
  const one = (await of([7]))!;
  assert.equal([one.mean, one.std, one.skewness, one.outlier_count], [7, null, null, 0]);
  assert.equal(one.histogram, { low: 6.5, high: 7.5, counts: [1] });
  const equal = (await of([0.1, 0.1, 0.1]))!;
  assert.equal([equal.mean, equal.std, equal.skewness], [0.1, 0, null]);
  assert.equal(equal.histogram, { low: 0.1, high: 0.1, counts: [3] });
  const half = (await of([0, 0, 0, 0, 9]))!;
  assert.is(half.outlier_count, 0);
  assert.equal([half.mode, half.mode_count], [0, 4]);
});

test('leaves rows far out of the histogram, and counts them', async () => {
  // quartiles 2 and 4: the fences are -4 and 10
  const counts = await countOf([1, 2, 3, 4, 10.5].map((x) => [0, x]));
  const { outlier_count, histogram } = summarize(toMarginal(counts))!;
  assert.is(outlier_count, 1);
  assert.equal([histogram.low, histogram.high], [1, 10]);
  assert.is(
    histogram.counts.reduce((sum, n) => sum + n, 0),
    4,
  );
});

test.run();
