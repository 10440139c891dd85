import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rankTable } from '../../../../lib/models/trees/ranked-table.ts';

const test = suite('ranked table');

test('puts classes together in their order, and ranks the values of each column', () => {
  const features = Float32Array.from([5, 0, -1, -0, 5, 1, 2, 1]);
  const table = rankTable(features, Int32Array.from([1, 0, 1, 0]), 3);
  assert.equal([...table.classStart], [0, 2, 4, 4]);
  // rows 1 and 3, then 0 and 2; column 0 has -1, 2, 5, column 1 has 0 (also as -0) and 1
  assert.equal([...table.ranks], [0, 0, 1, 1, 2, 0, 2, 1]);
  assert.equal([...table.valueStart], [0, 3, 5]);
  assert.equal([...table.upper], [-1, 2, 5, 0, 1]);
  assert.equal([...table.lower], [...table.upper]);
});

test('lets neighbours share a rank where there are more values than ranks', () => {
  const features = Float32Array.from([7, 1, 2, 3, 4, 5, 6, 8, 8, 8]);
  const { ranks, upper, lower } = rankTable(features, new Int32Array(10), 1, 4);
  // shares of 2.5 rows: 1 2 3 | 4 5 | 6 7 8, since equal values stay together
  assert.equal([...lower], [1, 4, 6]);
  assert.equal([...upper], [3, 5, 8]);
  assert.equal([...ranks], [2, 0, 0, 0, 1, 1, 2, 2, 2, 2]);
});

test.run();
