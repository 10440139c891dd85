import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  logCountRatioScales,
  logCountRatios,
} from '../../../../lib/models/linear-model/log-count-ratios.ts';
import { fromTriplets, takeRows } from '../../../../lib/sparse/csr.ts';
import type { CsrMatrix } from '../../../../lib/sparse/csr.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('log-count ratios');

const SEED = { seed: 20261130, numRuns: 200 };

/** A matrix whose rows hold the columns that are listed, by values other than 1. */
function matrixOf(rows: readonly (readonly number[])[], nColumns: number): CsrMatrix {
  const columns = rows.flat();
  return fromTriplets({
    ...{ nRows: rows.length, nColumns, columns },
    rows: rows.flatMap((held, i) => held.map(() => i)),
    values: columns.map((column) => column - 0.5),
  });
}

// of two rows of each class: column 0 is in both of the second, 1 in one of either, 2 in one of the first
const X = matrixOf([[1], [2], [0, 1], [0]], 3);
const LABELS = Int32Array.of(0, 0, 1, 1);

test('of two classes compare the shares of rows that hold a feature, with a row more of either kind', () => {
  // (1 + 2) / (2 + 2) against 1 / 4; 2 / 4 against 2 / 4; 1 / 4 against 2 / 4
  const wanted = [Math.log(3), 0, Math.log(2)];
  assertClose(logCountRatios(X, LABELS, 2), wanted, 1e-15);
});

test('of more classes are the root mean square of each against the rest', () => {
  // column 0, of three rows: (2 / 3) / (1 / 4), (1 / 3) / (2 / 4) and the same again
  const three = matrixOf([[0], [], []], 1);
  const squares = [8 / 3, 2 / 3, 2 / 3].map((ratio) => Math.log(ratio) ** 2);
  const wanted = Math.sqrt((squares[0] + squares[1] + squares[2]) / 3);
  assertClose(logCountRatios(three, Int32Array.of(2, 0, 1), 3), [wanted], 1e-15);
});

test('count a value of 0 that is stored as none, and leave classes without rows out', () => {
  const zero = { ...X, values: X.values.map((value, at) => (at === 0 ? 0 : value)) };
  const without = matrixOf([[], [2], [0, 1], [0]], 3);
  const wanted = logCountRatios(without, LABELS, 2);
  assert.equal(logCountRatios(zero, LABELS, 2), wanted);
  assert.equal(logCountRatios(without, Int32Array.of(1, 1, 3, 3), 5), wanted);
  assert.equal(logCountRatios(X, new Int32Array(4), 2), new Float64Array(3));
});

test('scale features by a share of them over their root mean square', () => {
  const q = Math.sqrt((Math.log(3) ** 2 + Math.log(2) ** 2) / 3);
  const whole = [Math.log(3) / q, 0, Math.log(2) / q];
  assertClose(logCountRatioScales(X, LABELS, 2, 1), whole, 1e-15);
  const mixed = whole.map((scale) => 0.75 + 0.25 * scale);
  assertClose(logCountRatioScales(X, LABELS, 2, 0.25), mixed, 1e-15);
  assert.equal(logCountRatioScales(X, LABELS, 2, 0), Float64Array.of(1, 1, 1));
  assert.equal(logCountRatioScales(X, new Int32Array(4), 2, 1), Float64Array.of(1, 1, 1));
});

test('property: are the same whatever the order of rows, and whatever classes are called', () => {
  const row = fc.record({
    held: fc.uniqueArray(fc.nat(5), { maxLength: 6 }),
    label: fc.nat(2),
    key: fc.integer(),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
      const matrix = matrixOf(
        rows.map(({ held }) => held),
        6,
      );
      const ratios = logCountRatios(
        matrix,
        Int32Array.from(rows, ({ label }) => label),
        3,
      );
      const order = [...rows.keys()].sort((a, b) => rows[a].key - rows[b].key);
      const moved = Int32Array.from(order, (i) => rows[i].label);
      assert.equal(logCountRatios(takeRows(matrix, order), moved, 3), ratios);
      const renamed = Int32Array.from(rows, ({ label }) => 2 - label);
      assertClose(logCountRatios(matrix, renamed, 3), [...ratios], 1e-12);
    }),
    SEED,
  );
});

test.run();
