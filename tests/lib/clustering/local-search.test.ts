import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawCandidates, drawUniformly } from '../../../lib/clustering/k-means-init.ts';
import { swapCenters } from '../../../lib/clustering/local-search.ts';
import { toSampleRows } from '../../../lib/clustering/to-sample-rows.ts';
import { createRng } from '../../../lib/rng.ts';

const test = suite('swaps of first centers');

const swap = (X: Float32Array, nFeatures: number, drawn: readonly number[], seed = 1): number[] =>
  swapCenters(toSampleRows(X, nFeatures, drawn.length), drawn, createRng(seed, 'cluster', 'init'));

/** Of rows to centers, which are rows of `all`. */
function inertiaOf(
  X: Float32Array,
  nFeatures: number,
  centers: readonly number[],
  all = X,
): number {
  let inertia = 0;
  for (let row = 0; row < X.length; row += nFeatures) {
    const distances = centers.map((center) => {
      let sum = 0;
      for (let d = 0; d < nFeatures; d++) sum += (X[row + d] - all[center * nFeatures + d]) ** 2;
      return sum;
    });
    inertia += Math.min(...distances);
  }
  return inertia;
}

test('gives the group without a center the one of the group that has two', () => {
  // groups at 0, 10 and 20; centers 0 and 1 are in the first
  const X = Float32Array.of(0, 0.5, 10, 10.5, 20, 20.5);
  const centers = swap(X, 1, [0, 1, 2]);
  assert.equal(new Set(centers.map((row) => Math.floor(row / 2))).size, 3);
});

test('leaves centers alone that no swap betters, and those without inertia', () => {
  // 10 for 0 would cost 0 + 10^2, 5 for 0 saves 1^2 and costs 5^2
  assert.equal(swap(Float32Array.of(0, 1, 10), 1, [0, 2]), [0, 2]);
  assert.equal(swap(Float32Array.of(3, 4, 3), 1, [1, 0]), [1, 0]);
});

test('moves a single center to where rows are', () => {
  assert.equal(swap(Float32Array.of(100, 1, 1, 1, 1), 1, [0]).length, 1);
  assert.not.equal(swap(Float32Array.of(100, 1, 1, 1, 1), 1, [0]), [0]);
});

test('property: as many distinct rows, and never more inertia', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer(),
      (nSamples, nFeatures, nCenters, seed) => {
        fc.pre(nCenters <= nSamples);
        const rng = createRng(seed, 'test', 'rows');
        // a quarter of the values is 0, which sparse columns are made of
        const X = Float32Array.from({ length: nSamples * nFeatures }, () =>
          rng() < 0.25 ? 0 : 10 * rng(),
        );
        const drawn = drawUniformly(nSamples, nCenters, rng);
        const copy = [...drawn];
        const centers = swap(X, nFeatures, drawn, seed);
        assert.equal(drawn, copy);
        assert.is(new Set(centers).size, nCenters);
        const before = inertiaOf(X, nFeatures, drawn);
        assert.ok(inertiaOf(X, nFeatures, centers) <= before * (1 + 1e-12));
      },
    ),
    { seed: 20261130, numRuns: Number(process.env.SOAK ?? 200) },
  );
});

test('property: the swaps are those that looking at every swap anew gives', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer(),
      (nSamples, nCenters, seed) => {
        fc.pre(nCenters <= nSamples);
        const rng = createRng(seed, 'test', 'rows');
        // whole numbers, so that no sum is rounded
        const X = Float32Array.from({ length: 2 * nSamples }, () => Math.floor(20 * rng()));
        const drawn = drawUniformly(nSamples, nCenters, rng);
        assert.equal(swap(X, 2, drawn, seed), swapAnew(X, drawn, seed));
      },
    ),
    { seed: 20261130, numRuns: Number(process.env.SOAK ?? 200) },
  );
});

function swapAnew(X: Float32Array, drawn: readonly number[], seed: number): number[] {
  const rng = createRng(seed, 'cluster', 'init');
  let centers = [...drawn];
  for (let trial = 0; trial < 4 * drawn.length; trial++) {
    const own = Float64Array.from({ length: X.length / 2 }, (_, row) =>
      inertiaOf(X.subarray(2 * row, 2 * row + 2), 2, centers, X),
    );
    const inertia = inertiaOf(X, 2, centers);
    if (inertia === 0) break;
    const [row] = drawCandidates(own, Float64Array.of(inertia), own.length, 1, rng);
    const swapped = centers.map((_, c) => centers.with(c, row));
    const inertias = swapped.map((rows) => inertiaOf(X, 2, rows));
    const least = Math.min(...inertias);
    if (least < inertia) centers = swapped[inertias.indexOf(least)];
  }
  return centers;
}

test('property: groups far apart get one center each, from centers in one of them', () => {
  for (let seed = 0; seed < 20; seed++) {
    const rng = createRng(seed, 'test', 'rows');
    const X = Float32Array.from({ length: 200 }, (_, i) => 100 * (i % 8) + rng());
    const first = Array.from({ length: 8 }, (_, c) => 8 * c);
    const centers = swap(X, 1, first, seed);
    assert.is(new Set(centers.map((row) => row % 8)).size, 8);
  }
});

test.run();
