import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { adjustedRandIndex, normalizedMutualInformation } from '../../../lib/metrics/clustering.ts';
import { contingencyTable, type ContingencyTable } from '../../../lib/metrics/contingency.ts';

const test = suite('lib/metrics/clustering');

function tableOf(rows: readonly number[], columns: readonly number[]): ContingencyTable {
  return contingencyTable(Int32Array.from(rows), Int32Array.from(columns), {
    nRows: Math.max(0, ...rows) + 1,
    nColumns: Math.max(0, ...columns) + 1,
  });
}

test('computes the adjusted Rand index of a hand example', () => {
  // classes 0 0 0 1 1 1 against clusters 0 0 1 1 2 2: of 15 pairs 2 are together in both, 4 only by class,
  // 1 only by cluster, 8 in neither; 2(2*8 - 4*1) / ((2+4)(4+8) + (2+1)(1+8)) = 24/99
  const table = tableOf([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]);
  assert.equal(adjustedRandIndex(table), 24 / 99);
});

test('computes the normalized mutual information of a hand example', () => {
  // the same labels: I = 2/3 ln 2, H(class) = ln 2, H(cluster) = ln 3
  const table = tableOf([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]);
  const expected = ((2 / 3) * Math.LN2) / ((Math.LN2 + Math.log(3)) / 2);
  assert.ok(Math.abs(normalizedMutualInformation(table) - expected) < 1e-15);
});

test('follows the stated policies for single parts and for no rows', () => {
  const single = tableOf([0, 0, 0], [0, 0, 0]);
  const lone = tableOf([0, 1, 2], [0, 0, 0]);
  const empty = tableOf([], []);
  assert.equal([single, lone, empty].map(adjustedRandIndex), [1, 0, 1]);
  assert.equal([single, lone, empty].map(normalizedMutualInformation), [1, 0, 1]);
});

test('gives the lowest adjusted Rand index, -0.5, to two crossed pairs', () => {
  assert.equal(adjustedRandIndex(tableOf([0, 0, 1, 1], [0, 1, 0, 1])), -0.5);
});

test('computes the adjusted Rand index of a million independent rows, where products pass 2^53', () => {
  const counts = Float64Array.from([250_000, 250_000, 250_000, 250_000]);
  const index = adjustedRandIndex({ nRows: 2, nColumns: 2, counts });
  // tp = 2.5e11 - 1e6, fn = fp = 2.5e11, tn = 5e11 - 2.5e11: numerator -2 * 1e6 * 2.5e11
  const [tp, fn, tn] = [249_999_000_000, 250_000_000_000, 250_000_000_000];
  assert.equal(index, (-2 * 1e6 * 2.5e11) / (2 * (tp + fn) * (fn + tn)));
});

test('property: equal partitions agree fully, whatever their parts are called', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }), (labels) => {
      const table = tableOf(
        labels,
        labels.map((label) => 5 - label),
      );
      assert.equal(adjustedRandIndex(table), 1);
      assert.ok(normalizedMutualInformation(table) > 1 - 1e-12);
    }),
    { seed: 1 },
  );
});

test.run();
