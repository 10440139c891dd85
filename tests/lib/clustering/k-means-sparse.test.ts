import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitKMeans } from '../../../lib/clustering/k-means.ts';
import { fitPreparation, prepareRows } from '../../../lib/clustering/prepare-rows.ts';
import type { ClusterParams } from '../../../lib/clustering/cluster-params.ts';
import { createRng } from '../../../lib/rng.ts';
import { fromTriplets, toDense } from '../../../lib/sparse/csr.ts';
import type { CsrMatrix } from '../../../lib/sparse/csr.ts';
import { silhouetteSamples } from '../../../lib/metrics/silhouette.ts';
import { StageError } from '../../../lib/errors.ts';
import { assertClose } from '../../support/close.ts';

const folder = new URL('../../golden/k-means-sparse/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const given = read('input.json') as {
  n_rows: number;
  n_columns: number;
  indptr: number[];
  indices: number[];
  values: number[];
  starts: number[];
  factors: number[];
};
const expected = read('expected.json') as Record<
  string,
  { labels: number[]; inertia: number; n_iter: number; centers: number[] }
>;
const COUNTS: CsrMatrix = {
  nRows: given.n_rows,
  nColumns: given.n_columns,
  indptr: Uint32Array.from(given.indptr),
  indices: Uint32Array.from(given.indices),
  values: Float32Array.from(given.values),
};
const stream = (): ReturnType<typeof createRng> => createRng(1, 'cluster', 'svd');

const golden = suite('golden: k-means of sparse rows');

const CASES: Record<string, Pick<ClusterParams, 'svdComponents' | 'normalize'> & { tol: number }> =
  {
    'as they are': { svdComponents: null, normalize: 'none', tol: 0 },
    'as they are, tol 1e-2': { svdComponents: null, normalize: 'none', tol: 1e-2 },
    normalised: { svdComponents: null, normalize: 'l2', tol: 0 },
    svd: { svdComponents: 3, normalize: 'none', tol: 0 },
    'svd, normalised': { svdComponents: 3, normalize: 'l2', tol: 0 },
  };
for (const [name, { tol, ...params }] of Object.entries(CASES)) {
  golden(`${name}: labels, iterations, centers and inertia are those of scikit-learn`, async () => {
    const preparation = fitPreparation(COUNTS, params, stream());
    const { X, nFeatures } = prepareRows(COUNTS, COUNTS.nColumns, preparation);
    const rows = X instanceof Float32Array ? Float64Array.from(X) : toDense(X);
    const init = Float64Array.from(
      given.starts.flatMap((row, k) => {
        const start = rows.subarray(row * nFeatures, (row + 1) * nFeatures);
        return [...start].map((value) => value * given.factors[k]);
      }),
    );
    const fitted = await fitKMeans(X, nFeatures, {
      nClusters: 4,
      init,
      nInit: 1,
      maxIter: 300,
      tol,
      rng: stream(),
    });
    const { labels, inertia, n_iter, centers } = expected[name];
    const tolerance = params.svdComponents === null ? 1e-6 : 1e-4;
    assert.equal([...fitted.labels], labels);
    assert.is(fitted.nIter, n_iter);
    assertClose(fitted.inertia, inertia, tolerance);
    assertClose(fitted.centers, centers, tolerance);
  });
}
golden.run();

const sparse = suite('k-means of sparse rows');

sparse('property: gives the labels and centers of the same rows written out', async () => {
  const shape = fc.record({
    nRows: fc.integer({ min: 4, max: 40 }),
    nColumns: fc.integer({ min: 1, max: 8 }),
    nClusters: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ nRows, nColumns, nClusters, seed }) => {
      const rng = createRng(seed, 'test', 'rows');
      const full = Float32Array.from({ length: nRows * nColumns }, () =>
        rng() < 0.6 ? 0 : Math.fround(rng()),
      );
      const distinct = new Set(
        Array.from({ length: nRows }, (_, i) =>
          full.subarray(i * nColumns, (i + 1) * nColumns).join(),
        ),
      );
      fc.pre(distinct.size >= nClusters);
      const stored = [...full.keys()].filter((at) => full[at] !== 0);
      const matrix = fromTriplets({
        nRows,
        nColumns,
        rows: stored.map((at) => Math.floor(at / nColumns)),
        columns: stored.map((at) => at % nColumns),
        values: stored.map((at) => full[at]),
      });
      const options = { nClusters, init: 'k-means++' as const, nInit: 1, maxIter: 50, tol: 0 };
      const ours = await fitKMeans(matrix, nColumns, { ...options, rng: stream() });
      const dense = await fitKMeans(full, nColumns, { ...options, rng: stream() });
      assert.equal(ours.labels, dense.labels);
      assertClose(ours.centers, dense.centers, 1e-9, 1);
      assertClose(ours.inertia, dense.inertia, 1e-9, 1);
      if (nClusters === 1) return;
      assertClose(
        silhouetteSamples(matrix, nColumns, [ours])[0],
        silhouetteSamples(full, nColumns, [dense])[0],
        1e-6,
        1,
      );
    }),
    { seed: 20261130, numRuns: Number(process.env.SOAK ?? 200) },
  );
});

sparse('leaves a row of zeros as it is when rows are normalised, and its input alone', () => {
  const matrix = fromTriplets({
    nRows: 3,
    nColumns: 2,
    rows: [0, 0, 2],
    columns: [0, 1, 1],
    values: [3, 4, 5],
  });
  const plain = { svd: null, normalize: 'l2' as const };
  const { X } = prepareRows(matrix, 2, plain);
  assertClose(toDense(X as CsrMatrix), [0.6, 0.8, 0, 0, 0, 1], 1e-7);
  assert.equal([...matrix.values], [3, 4, 5]);
  const dense = prepareRows(Float32Array.of(3, 4, 0, 0, 0, 5), 2, plain);
  assertClose(dense.X as Float32Array, [0.6, 0.8, 0, 0, 0, 1], 1e-7);
});

sparse('refuses more clusters than distinct rows, a row of zeros being one', async () => {
  const matrix = fromTriplets({ nRows: 4, nColumns: 3, rows: [0, 2], columns: [1, 1] });
  const fit = (nClusters: number) =>
    fitKMeans(matrix, 3, {
      nClusters,
      init: 'k-means++',
      nInit: 1,
      maxIter: 9,
      tol: 0,
      rng: stream(),
    });
  assert.equal([...(await fit(2)).sizes], [2, 2]);
  try {
    await fit(3);
  } catch (error) {
    assert.instance(error, StageError);
    assert.match((error as StageError).message, '3 clusters must have at least 3 distinct rows');
    return;
  }
  assert.unreachable('three clusters of two distinct rows');
});

sparse('refuses a decomposition of rows that are not sparse', () => {
  const ask = () =>
    fitPreparation(new Float32Array(4), { svdComponents: 2, normalize: 'none' }, stream());
  assert.throws(ask, 'cluster.svd_components must be null for a table; got 2');
});

sparse.run();
