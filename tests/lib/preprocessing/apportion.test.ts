import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apportion, countParts, partSize } from '../../../lib/preprocessing/apportion.ts';

const SEED = 20261129;
const sizes = (trainSize: number | null, validSize: number | null, testSize: number | null) => ({
  trainSize,
  validSize,
  testSize,
});

const test = suite('apportion');

test('rounds shares of all rows by largest remainder', () => {
  // 581012 × (.2, .16, .64) = 116202.4, 92961.92, 371847.68: the two rows left go to valid and train
  const counts = countParts(581012, sizes(0.64, 0.16, 0.2), 'covertype.csv');
  assert.equal(counts, { test: 116202, valid: 92962, train: 371848 });
});

test('takes counts as they are, and gives the rest to the size that is null', () => {
  const counts = { test: 2, valid: 1, train: 7 };
  assert.equal(countParts(10, sizes(7, 1, 2), 'a.csv'), counts);
  assert.equal(countParts(10, sizes(null, 1, 2), 'a.csv'), counts);
  assert.equal(countParts(10, sizes(0.7, null, 0.2), 'a.csv'), counts);
  assert.equal(countParts(10, sizes(null, 0, 0.3), 'a.csv'), { test: 3, valid: 0, train: 7 });
});

test('refuses counts that are more or fewer than the rows, or that leave none for train', () => {
  const message = (total: number, rows: number): string =>
    `a.csv must have the rows that split.train_size, valid_size and test_size add up to, at least one of them for train; got ${rows} rows for ${total}`;
  for (const [nRows, size, total] of [
    [9, sizes(7, 1, 2), 10],
    [11, sizes(7, 1, 2), 10],
    [3, sizes(null, 1, 2), 3],
    [2, sizes(null, 1, 2), 3],
  ] as const) {
    assert.throws(
      () => countParts(nRows, size, 'a.csv'),
      (error: Error) => {
        assert.is(error.message, message(total, nRows));
        return true;
      },
    );
  }
});

test('rounds each class by largest remainder when the parts come out right by that', () => {
  // 10 and 20 rows at .2, .2, .6: whole numbers; 5 rows more in train make the fractions
  assert.equal(apportion([10, 20], { test: 6, valid: 6, train: 18 }), [
    [2, 2, 6],
    [4, 4, 12],
  ]);
  // quotas of 3 rows: .6, .6, 1.8; of 7: 1.4, 1.4, 4.2. Each by itself: 1 0 2 and 2 1 4 (test before
  // valid), so test has a row too many and valid one too few; it costs nothing to move that of class 1
  assert.equal(apportion([3, 7], { test: 2, valid: 2, train: 6 }), [
    [0, 1, 2],
    [2, 1, 4],
  ]);
});

test('property: every entry is the share of the class rounded up or down, and all sums are exact', () => {
  const table = fc
    .array(fc.nat(60), { minLength: 1, maxLength: 12 })
    .filter((counts) => counts.some((count) => count > 0))
    .chain((counts) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return fc.record({ counts: fc.constant(counts), a: fc.nat(total), b: fc.nat(total) });
    });
  fc.assert(
    fc.property(table, ({ counts, a, b }) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const parts = [low, high - low, total - high];
      const result = apportion(counts, { test: parts[0], valid: parts[1], train: parts[2] });
      result.forEach((row, c) => {
        assert.is(row[0] + row[1] + row[2], counts[c]);
        row.forEach((entry, part) => {
          const quota = (counts[c] * parts[part]) / total;
          assert.ok(Math.abs(entry - quota) < 1, `${entry} for a share of ${quota}`);
        });
      });
      parts.forEach((size, part) => {
        assert.is(
          result.reduce((sum, row) => sum + row[part], 0),
          size,
        );
      });
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('property: of all such roundings it takes one that rounds up the largest fractions', () => {
  const table = fc.record({
    counts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
    a: fc.integer({ min: 0, max: 1000 }),
    b: fc.integer({ min: 0, max: 1000 }),
  });
  fc.assert(
    fc.property(table, ({ counts, a, b }) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) =>
        Math.round((x / 1000) * total),
      );
      const parts = [low, high - low, total - high];
      const quotas = counts.map((count) => parts.map((size) => (count * size) / total));
      const gain = (rows: readonly (readonly number[])[]): number =>
        rows.reduce(
          (sum, row, c) =>
            sum +
            row.reduce((s, entry, p) => (entry > quotas[c][p] ? s + (quotas[c][p] % 1) : s), 0),
          0,
        );
      // every matrix of quotas rounded up or down whose rows add up, then those whose columns do too
      const choices = quotas.map((quota, c) =>
        [0, 1, 2, 3, 4, 5, 6, 7]
          .map((bits) => quota.map((q, p) => ((bits >> p) & 1 ? Math.ceil(q) : Math.floor(q))))
          .filter((row) => row[0] + row[1] + row[2] === counts[c]),
      );
      const all = choices.reduce<number[][][]>(
        (matrices, rows) => matrices.flatMap((matrix) => rows.map((row) => [...matrix, row])),
        [[]],
      );
      const best = all
        .filter((rows) => parts.every((size, p) => rows.reduce((s, r) => s + r[p], 0) === size))
        .reduce((most, rows) => Math.max(most, gain(rows)), -Infinity);
      const result = apportion(counts, { test: parts[0], valid: parts[1], train: parts[2] });
      assert.ok(Math.abs(gain(result) - best) < 1e-9, `${gain(result)} where ${best} can be`);
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('accepts shares, counts, 0 and null as the size of a part, and nothing else', () => {
  const { format } = partSize({ default: 0.2, doc: 'Rows of test.' });
  for (const size of [0, 0.2, 0.999, 1, 116203, null]) assert.not.throws(() => format(size));
  for (const size of [-1, -0.1, 1.5, '0.2', true, NaN, Infinity, [1], undefined]) {
    assert.throws(
      () => format(size),
      /a share in \(0, 1\), a count, 0 for no such part, or null for what the others leave/,
    );
  }
});

test.run();
