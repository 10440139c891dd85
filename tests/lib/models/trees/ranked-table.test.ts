import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rankTable } from '../../../../lib/models/trees/ranked-table.ts';

const test = suite('ranked table');

test('puts classes together in their order, and ranks the values of each column', () => {
  const features = Float32Array.from([5, 0, -1, -0, 5, 1, 2, 1]);
  const table = rankTable(features, Int32Array.from([1, 0, 1, 0]), 3, false);
  assert.equal([...table.classStart], [0, 2, 4, 4]);
  // rows 1 and 3, then 0 and 2; column 0 has -1, 2, 5, column 1 has 0 (also as -0) and 1
  assert.equal([...table.ranks], [0, 0, 1, 1, 2, 0, 2, 1]);
  assert.equal([...table.valueStart], [0, 3, 5]);
  assert.equal([...table.upper], [-1, 2, 5, 0, 1]);
  assert.equal([...table.lower], [...table.upper]);
});

test('lets neighbours share a rank where there are more values than ranks', () => {
  const features = Float32Array.from([7, 1, 2, 3, 4, 5, 6, 8, 8, 8]);
  const { ranks, upper, lower } = rankTable(features, new Int32Array(10), 1, false, 4);
  // shares of 2.5 rows: 1 2 3 | 4 5 | 6 7 8, since equal values stay together
  assert.equal([...lower], [1, 4, 6]);
  assert.equal([...upper], [3, 5, 8]);
  assert.equal([...ranks], [2, 0, 0, 0, 1, 1, 2, 2, 2, 2]);
});

test('takes even steps where they keep values apart', () => {
  const features = Float32Array.from([10, 3, 12, 30, 12]);
  const { ranks, upper, lower, scale } = rankTable(features, new Int32Array(5), 1, true, 11);
  // range 27, 10 / 27 ranks a unit: 3 is rank 0, 10 rank 2, 12 rank 3, 30 rank 10
  assert.equal([...scale], [10 / 27]);
  assert.equal([...ranks], [2, 0, 3, 10, 3]);
  assert.equal([...upper], [3, 3, 10, 12, 12, 12, 12, 12, 12, 12, 30]);
  assert.equal([...lower], [3, 10, 10, 12, 30, 30, 30, 30, 30, 30, 30]);
});

test('counts values where even steps would join two of them, or crowd many', () => {
  const joined = Float32Array.from([0, 1, 100]);
  assert.equal([...rankTable(joined, new Int32Array(3), 1, true, 11).scale], [0]);
  assert.equal([...rankTable(joined, new Int32Array(3), 1, true, 101).scale], [1]);
  // 40 values on 4 ranks: up to 80 may share an even one, as long as they are spread
  const spread = Float32Array.from({ length: 40 }, (_, i) => i);
  assert.ok(rankTable(spread, new Int32Array(40), 1, true, 4).scale[0] > 0);
  const crowded = Float32Array.from({ length: 400 }, (_, i) => (i < 399 ? i : 1e6));
  assert.is(rankTable(crowded, new Int32Array(400), 1, true, 40).scale[0], 0);
});

test('ranks two values 0 and 1, even where steps were asked for', () => {
  const { ranks, scale } = rankTable(Float32Array.from([5, -5, 5]), new Int32Array(3), 1, true);
  assert.equal([...ranks], [1, 0, 1]);
  assert.equal([...scale], [0]);
});

test.run();
