import { readFileSync } from 'node:fs';
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
import type { Rng } from '../../../lib/rng.ts';
import { fromTriplets } from '../../../lib/sparse/csr.ts';
import type { CsrMatrix } from '../../../lib/sparse/csr.ts';
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

/** Every value stored, those that are 0 as well. */
const toSparse = (X: Float32Array, nColumns: number): CsrMatrix =>
  fromTriplets({
    nRows: X.length / nColumns,
    nColumns,
    rows: X.map((_, at) => Math.floor(at / nColumns)),
    columns: X.map((_, at) => at % nColumns),
    values: X,
  });

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
  assert.equal([...(await fit(toSparse(X, 2), { batchSize: 4096 })).sizes], [20, 20, 20, 20, 20]);
  const many = await fit(X, { nClusters: 30, batchSize: 4, init: 'random' });
  assert.is(many.sizes.length, 30);
});

test('finds all of fifty groups in thirty features, which k-means++ alone does not', async () => {
  const [nGroups, nFeatures] = [50, 30];
  const rng = createRng(3, 'test', 'rows');
  const points = Float32Array.from({ length: nGroups * nFeatures }, () => 10 * rng());
  const X = Float32Array.from({ length: 5000 * nFeatures }, (_, at) => {
    const group = Math.floor(at / nFeatures) % nGroups;
    return points[group * nFeatures + (at % nFeatures)] + 8 * (rng() - 0.5);
  });
  const { inertia } = await fitMiniBatch(X, nFeatures, {
    ...OPTIONS,
    ...{ nClusters: nGroups, batchSize: 1024, nInit: 1 },
    rng: createRng(1, 'cluster', 'init'),
  });
  // 8^2 / 12 a value around its point; a group that has no center adds several percent
  assert.ok(inertia < 1.01 * ((X.length * 64) / 12), String(inertia));
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

test('leaves no cluster without rows, where a few rows give a center none', async () => {
  // six rows of which four are distinct: two without visits, two alike
  const X = Float32Array.of(0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 2, 2);
  for (let seed = 1; seed <= 20; seed++) {
    const rng = createRng(seed, 'cluster', 'init');
    for (const rows of [X, toSparse(X, 2)]) {
      const { sizes, centers, labels } = await fit(rows, { nClusters: 4, init: 'random', rng });
      assert.equal([...sizes.toSorted()], [1, 1, 2, 2]);
      assert.equal(assignRows(rows, 2, centers), labels);
    }
  }
});

test('refuses more clusters than rows, and than distinct rows', async () => {
  for (const X of [Float32Array.of(1, 2), Float32Array.from({ length: 20 }, () => 1)]) {
    for (const init of ['k-means++', 'random'] as const) {
      try {
        await fit(X, { init });
        assert.unreachable('five clusters of one row');
      } catch (error) {
        assert.instance(error, StageError);
        assert.match((error as Error).message, '5 clusters must have at least 5 distinct rows');
      }
    }
  }
});

test.run();

const golden = suite('golden: mini-batch k-means');
const folder = new URL('../../golden/mini-batch/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
type Given = Record<'n_features' | 'seed' | 'batch_size' | 'max_iter', number> &
  Record<'X' | 'init', number[]>;
const given = read('input.json') as Record<string, Given>;
const expected = read('expected.json') as Record<
  string,
  { centers: number[]; labels: number[]; inertia: number; n_iter: number }
>;

/** The stream of the golden cases. */
function createStream(seed: number): Rng {
  let x = seed;
  const draw = (): number => (x = (16807 * x) % 2147483647) / 2147483647;
  return Object.assign(draw, { int32: () => Math.floor(draw() * 2 ** 32) });
}

for (const [name, { n_features, seed, batch_size, max_iter, ...problem }] of Object.entries(
  given,
)) {
  golden(`${name}: centers, labels, iterations and inertia are those of scikit-learn`, async () => {
    const X = Float32Array.from(problem.X);
    const rows = name.startsWith('sparse') ? toSparse(X, n_features) : X;
    const found = await fitMiniBatch(rows, n_features, {
      nClusters: problem.init.length / n_features,
      init: Float64Array.from(problem.init),
      nInit: 1,
      batchSize: batch_size,
      maxIter: max_iter,
      tol: 0,
      rng: createStream(seed),
    });
    const { centers, labels, inertia, n_iter } = expected[name];
    assertClose(found.centers, centers, 1e-9);
    assert.equal([...found.labels], labels);
    assertClose(found.inertia, inertia, 1e-9);
    assert.is(found.nIter, n_iter);
  });
}
golden.run();
