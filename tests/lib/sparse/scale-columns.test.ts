import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fromTriplets, toDense } from '../../../lib/sparse/csr.ts';
import { scaleColumns } from '../../../lib/sparse/scale-columns.ts';

const test = suite('scale columns');

test('multiplies what is stored of each column, and leaves the matrix as it was', () => {
  const matrix = fromTriplets({
    ...{ nRows: 3, nColumns: 3 },
    ...{ rows: [0, 0, 2, 2], columns: [0, 2, 1, 2], values: [1, 2, -3, 4] },
  });
  const before = structuredClone(matrix);
  const scaled = scaleColumns(matrix, Float64Array.of(2, 10, 0.5));
  assert.equal([...toDense(scaled)], [2, 0, 1, 0, 0, 0, 0, -30, 2]);
  assert.equal(matrix, before);
});

test.run();
