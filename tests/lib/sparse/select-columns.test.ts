import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fromTriplets, toDense } from '../../../lib/sparse/csr.ts';
import { selectColumns } from '../../../lib/sparse/select-columns.ts';

const test = suite('selectColumns');

// 1 0 2
// 0 0 0
// 0 3 4
const matrix = fromTriplets({
  nRows: 3,
  nColumns: 3,
  rows: [0, 0, 2, 2],
  columns: [0, 2, 1, 2],
  values: [1, 2, 3, 4],
});

test('keeps the values of some columns, row by row, and counts columns anew', () => {
  const selected = selectColumns(matrix, [0, 2]);
  assert.equal([...toDense(selected)], [1, 2, 0, 0, 0, 4]);
  assert.equal([...selected.indptr], [0, 2, 2, 3]);
  assert.is(selected.nColumns, 2);
});

test('gives rows without values for a column that has none, and leaves its input alone', () => {
  const copy = structuredClone(matrix);
  const { indptr, values } = selectColumns(selectColumns(matrix, [1]), []);
  assert.equal([...indptr], [0, 0, 0, 0]);
  assert.is(values.length, 0);
  assert.equal(matrix, copy);
});

test.run();
