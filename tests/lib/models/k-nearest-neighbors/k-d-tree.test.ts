import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  buildKdTree,
  createSearch,
  depthOf,
} from '../../../../lib/models/k-nearest-neighbors/k-d-tree.ts';
import { createRng } from '../../../../lib/rng.ts';
import { expected, flat, input } from '../../../support/baselines.ts';

const test = suite('k-d tree');

/** All distances, sorted by distance and number of the row. */
function bruteForce(X: Float32Array, d: number, query: Float32Array, k: number) {
  const all = Array.from({ length: X.length / d }, (_, row) => {
    let squared = 0;
    for (let j = 0; j < d; j++) squared += (query[j] - X[row * d + j]) ** 2;
    return { row, squared };
  });
  all.sort((a, b) => a.squared - b.squared || a.row - b.row);
  return { rows: all.slice(0, k).map(({ row }) => row), all };
}

const cases = fc.record({
  nSamples: fc.integer({ min: 1, max: 70 }),
  d: fc.integer({ min: 1, max: 19 }),
  leafSize: fc.integer({ min: 1, max: 9 }),
  k: fc.integer({ min: 1, max: 8 }),
  // few values: many rows at the same distance, many copies
  nValues: fc.constantFrom(1, 2, 4, 1e6),
  seed: fc.nat(100_000),
});

test('property: finds the rows that a search through all of them finds, in their order', () => {
  fc.assert(
    fc.property(cases, ({ nSamples, d, leafSize, k, nValues, seed }) => {
      const rng = createRng(seed, 'test', 'k-d tree');
      const draw = (n: number) =>
        Float32Array.from({ length: n * d }, () => Math.floor(rng() * nValues) / 3);
      const X = draw(nSamples);
      const queries = draw(5);
      const nNeighbors = Math.min(k, nSamples);
      const search = createSearch(buildKdTree(X, d, leafSize), nNeighbors);
      for (let q = 0; q < 5; q++) {
        const { rows, squaredDistances } = search(queries, q * d);
        const wanted = bruteForce(X, d, queries.subarray(q * d, (q + 1) * d), nNeighbors);
        assert.equal([...rows], wanted.rows);
        assert.equal(
          [...squaredDistances],
          wanted.all.slice(0, nNeighbors).map(({ squared }) => squared),
        );
      }
    }),
    { numRuns: 1500, seed: 20261130 },
  );
});

test('finds the rows on a grid that NumPy finds, the lower number first at the same distance', () => {
  const search = createSearch(buildKdTree(flat(input.grid), 3, 4), 6);
  input.queries.forEach((query, q) => {
    const { rows, squaredDistances } = search(Float32Array.from(query), 0);
    assert.equal([...rows], expected.grid.rows[q]);
    assert.equal([...squaredDistances], expected.grid.squares[q]);
  });
});

test('holds every row once, in leaves of one depth', () => {
  const X = Float32Array.from({ length: 100 * 2 }, (_, at) => (at * 37) % 101);
  const { points, rows, splitColumns, splitValues } = buildKdTree(X, 2, 7);
  assert.is(depthOf(100, 7), 4, '16 leaves of 6 or 7 rows');
  assert.is(splitColumns.length, 15);
  assert.is(splitValues.length, 30);
  assert.equal(
    [...rows].sort((a, b) => a - b),
    [...Array(100).keys()],
  );
  rows.forEach((row, i) =>
    assert.equal(points.slice(2 * i, 2 * i + 2), X.slice(2 * row, 2 * row + 2)),
  );
});

test('counts levels: none for rows that fit into one leaf', () => {
  assert.equal(
    [1, 7, 8, 14, 15, 28, 29].map((n) => depthOf(n, 7)),
    [0, 0, 1, 1, 2, 2, 3],
  );
  assert.is(depthOf(5, 1), 3);
});

test.run();
