import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OUTLIER_METHODS, tagOutliers } from '../../../lib/ingestion/outliers.ts';
import type { OutlierMethod } from '../../../lib/ingestion/outliers.ts';

const golden = new URL('../../golden/monthly-sales/', import.meta.url);
const readGolden = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(file, golden), 'utf8'));
const weekly = readGolden('input.json') as [string, string, number][];
const expected = (
  readGolden('expected.json') as { outliers: Record<string, Record<string, number[]>> }
).outliers;

const test = suite('outliers');

const find = (values: readonly number[], method: OutlierMethod, threshold = 5): number[] =>
  tagOutliers(values, { method, threshold }).flatMap((tag, i) => (tag ? [i] : []));

test('each method tags what pandas and statsmodels say', () => {
  for (const [rule, vegetables] of Object.entries(expected)) {
    const [method, threshold] = rule.split(' ');
    for (const [vegetable, indices] of Object.entries(vegetables)) {
      const values = weekly.filter(([, name]) => name === vegetable).map(([, , sales]) => sales);
      const found = find(values, method as OutlierMethod, Number(threshold));
      assert.equal(found, indices, `${rule}, ${vegetable}`);
    }
  }
});

/** `n` values around 100, of which the first is 10,000. */
const withGiant = (n: number): number[] => [
  10_000,
  ...Array.from({ length: n - 1 }, (_, i) => 99 + (i % 3)),
];

test('mean and deviation of all values tag nothing among fewer than 27, however large it is', () => {
  assert.equal(find(withGiant(26), 'standard'), []);
  assert.equal(find(withGiant(27), 'standard'), [0]);
});

test('the standard deviation is that of a sample', () => {
  const values = [1, ...Array.from({ length: 26 }, () => 0)];
  assert.equal(
    find(values, 'standard', 5),
    [0],
    'it lies 26/√27 = 5.004 deviations above the mean',
  );
  assert.equal(find(values, 'standard', 5.05), [], 'of all values it would lie √26 = 5.099 above');
});

test('the other methods tag a giant among a few', () => {
  for (const method of ['leave_one_out', 'robust'] as const) {
    assert.equal(find(withGiant(5), method), [0], method);
  }
});

test('two equal giants hide each other from all methods but the robust one', () => {
  const values = [...withGiant(20), 10_000];
  assert.equal(find(values, 'standard'), []);
  assert.equal(find(values, 'leave_one_out'), []);
  assert.equal(find(values, 'robust'), [0, 20]);
});

test('what is too little is no outlier', () => {
  for (const method of OUTLIER_METHODS) {
    assert.equal(find([0, ...withGiant(60).slice(1)], method), [], method);
  }
});

test('values that are all the same hold no outlier, and one larger value is one but to the standard method', () => {
  const same = Array.from({ length: 40 }, () => 0.1);
  for (const method of OUTLIER_METHODS) assert.equal(find(same, method), [], method);
  assert.equal(find([...same, 0.2], 'standard'), [40], '40/√41 deviations above the mean');
  assert.equal(find([...same, 0.2], 'leave_one_out'), [40]);
  assert.equal(find([...same, 0.2], 'robust'), [40]);
});

test('fewer than three values hold no outlier', () => {
  for (const method of OUTLIER_METHODS) {
    for (const values of [[], [7], [1, 1000]]) assert.equal(find(values, method, 0.1), []);
  }
});

const series = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 60 });
const method = fc.constantFrom(...OUTLIER_METHODS);

test('neither another order nor a larger unit changes what is tagged', () => {
  fc.assert(
    fc.property(series, method, fc.integer({ min: 1, max: 8 }), (values, name, threshold) => {
      const tags = tagOutliers(values, { method: name, threshold });
      const reversed = tagOutliers(values.toReversed(), { method: name, threshold });
      assert.equal(reversed.reverse(), tags);
      const doubled = values.map((value) => value * 2);
      assert.equal(tagOutliers(doubled, { method: name, threshold }), tags);
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('a tagged value stays tagged under a lower threshold, and so does every larger one', () => {
  fc.assert(
    fc.property(series, method, fc.integer({ min: 1, max: 6 }), (values, name, threshold) => {
      const tags = tagOutliers(values, { method: name, threshold });
      const lower = tagOutliers(values, { method: name, threshold: threshold / 2 });
      tags.forEach((tag, i) => {
        if (!tag) return;
        assert.ok(lower[i]);
        values.forEach((value, j) => assert.ok(value < values[i] || tags[j]));
      });
    }),
    { seed: 5, numRuns: 200 },
  );
});

test.run();
