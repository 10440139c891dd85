import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assignRows } from '../../../lib/clustering/assign-rows.ts';
import { fitKMeans } from '../../../lib/clustering/k-means.ts';
import type { KMeans } from '../../../lib/clustering/k-means.ts';
import { fitMiniBatch } from '../../../lib/clustering/mini-batch.ts';
import type { MiniBatchOptions } from '../../../lib/clustering/mini-batch.ts';
import type { Rows } from '../../../lib/clustering/to-sample-rows.ts';
import { StageError } from '../../../lib/errors.ts';
import { createRng } from '../../../lib/rng.ts';
import { fromTriplets } from '../../../lib/sparse/csr.ts';
import { assertClose } from '../../support/close.ts';

const test = suite('mini-batch k-means');

const OPTIONS: MiniBatchOptions = {
  nClusters: 5,
  batchSize: 64,
  init: 'k-means++',
  nInit: 3,
  maxIter: 20,
  tol: 0,
  rng: createRng(1, 'cluster', 'init'),
};
const fit = (X: Rows, options: Partial<MiniBatchOptions> = {}): Promise<KMeans> =>
  fitMiniBatch(X, 2, { ...OPTIONS, rng: createRng(1, 'cluster', 'init'), ...options });

/** `n` rows around five points, 10 apart, none nearer to another than 9. */
function drawRows(n: number, seed = 1): Float32Array {
  const rng = createRng(seed, 'test', 'rows');
  return Float32Array.from({ length: 2 * n }, (_, at) =>
    at % 2 === 0 ? 10 * (Math.floor(at / 2) % 5) + rng() - 0.5 : rng() - 0.5,
  );
}

test('finds groups that lie apart, at nearly the inertia of Lloyd', async () => {
  const X = drawRows(5000);
  const found = await fit(X);
  const lloyd = await fitKMeans(X, 2, { ...OPTIONS, rng: createRng(1, 'cluster', 'init') });
  assert.equal([...found.sizes], [1000, 1000, 1000, 1000, 1000]);
  assert.ok(found.inertia >= lloyd.inertia);
  assert.ok(found.inertia < 1.01 * lloyd.inertia, `${found.inertia} ${lloyd.inertia}`);
  assert.is(found.isConverged, true);
});

test('labels every row by its nearest center, and sums the squares of these', async () => {
  const X = drawRows(3000);
  const { centers, labels, inertia, sizes } = await fit(X, { nClusters: 8 });
  assert.equal(assignRows(X, 2, centers), labels);
  let sum = 0;
  labels.forEach((label, i) => {
    for (let d = 0; d < 2; d++) sum += (X[2 * i + d] - centers[2 * label + d]) ** 2;
  });
  assertClose(inertia, sum, 1e-12);
  assert.is(
    sizes.reduce((a, b) => a + b),
    3000,
  );
});

test('moves centers by hand as the mean of all rows that they were given', async () => {
  // one batch of the only row there is, four times: the mean of its copies
  const X = Float32Array.of(3, 4);
  const { centers, inertia } = await fit(X, {
    nClusters: 1,
    init: Float64Array.of(0, 0),
    maxIter: 4,
  });
  assert.equal([...centers], [3, 4]);
  assert.is(inertia, 0);
});

test('puts a center that gets no rows elsewhere', async () => {
  const init = Float64Array.of(0, 0, 10, 0, 20, 0, 30, 0, 1e4, 1e4);
  const { sizes } = await fit(drawRows(2000), { init });
  assert.ok(
    sizes.every((size) => size > 0),
    sizes.join(),
  );
});

test('draws the same clusters from the same stream, others from another, and leaves its input alone', async () => {
  const X = drawRows(2000);
  const copy = X.slice();
  const options = { nClusters: 9 };
  assert.equal(await fit(X, options), await fit(X, options));
  const other = await fit(X, { ...options, rng: createRng(2, 'cluster', 'init') });
  assert.not.equal((await fit(X, options)).centers, other.centers);
  assert.equal(X, copy);
});

test('takes sparse rows, batches larger than the rows, and more centers than a batch has rows', async () => {
  const X = drawRows(100);
  const matrix = fromTriplets({
    nRows: 100,
    nColumns: 2,
    rows: X.map((_, at) => Math.floor(at / 2)),
    columns: X.map((_, at) => at % 2),
    values: X,
  });
  assert.equal([...(await fit(matrix, { batchSize: 4096 })).sizes], [20, 20, 20, 20, 20]);
  const many = await fit(X, { nClusters: 30, batchSize: 4, init: 'random' });
  assert.is(many.sizes.length, 30);
});

test('stops after max_iter times as many draws as there are rows', async () => {
  const ends: number[] = [];
  const { nIter, isConverged } = await fit(drawRows(20_000), {
    maxIter: 1,
    nClusters: 40,
    onIteration: (_, n) => void ends.push(n),
  });
  assert.is(nIter, 1);
  assert.is(isConverged, false);
  assert.ok(ends.length > 0 && ends.every((n) => n === 1));
});

test('refuses more clusters than rows, and than distinct rows', async () => {
  for (const X of [Float32Array.of(1, 2), Float32Array.from({ length: 20 }, () => 1)]) {
    try {
      await fit(X);
      assert.unreachable('five clusters of one row');
    } catch (error) {
      assert.instance(error, StageError);
      assert.match((error as Error).message, '5 clusters must have at least 5 distinct rows');
    }
  }
});

test.run();
