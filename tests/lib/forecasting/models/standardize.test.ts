import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { standardize } from '../../../../lib/forecasting/models/standardize.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('standardize');

/** Columns of the standardized rows, the first `nTrain` of which train. */
function columnsOf(rows: readonly (readonly number[])[], nTrain: number): number[][] {
  const nInputs = rows[0].length;
  const inputs = Float32Array.from(rows.flat());
  standardize(inputs, nInputs, nTrain);
  return Array.from({ length: nInputs }, (_, j) => rows.map((_row, i) => inputs[i * nInputs + j]));
}

const spread = (value: number): number => 2 * Math.sinh(value);

test('gives what trains mean 0 and standard deviation 1, of what is known alone', () => {
  const [column] = columnsOf([[spread(1)], [NaN], [spread(3)], [spread(4)]], 3);
  assertClose(column, [-1, 0, 1, 2], 1e-6, 1);
});

test('takes statistics from the rows that train alone', () => {
  const [column] = columnsOf([[spread(1)], [spread(3)], [spread(2)]], 2);
  assertClose(column, [-1, 1, 0], 1e-6, 1);
});

test('cuts what is far', () => {
  const [column] = columnsOf([[spread(-1)], [spread(1)], [spread(20)], [-spread(20)]], 2);
  assertClose(column, [-1, 1, 5, -5], 1e-6, 1);
});

test('makes 0 of a column that is constant or unknown in all rows that train', () => {
  const [constant, unknown] = columnsOf(
    [
      [3, NaN],
      [3, NaN],
      [7, 2],
    ],
    2,
  );
  assert.equal(
    [constant, unknown],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  );
});

test.run();
