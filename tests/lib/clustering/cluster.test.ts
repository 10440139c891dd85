import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CHOICES,
  choicesOf,
  chooseNClusters,
  compareNClusters,
} from '../../../lib/clustering/choose-n-clusters.ts';
import type { CandidateNClusters } from '../../../lib/clustering/choose-n-clusters.ts';
import { cluster } from '../../../lib/clustering/cluster.ts';
import type { Clustering } from '../../../lib/clustering/cluster.ts';
import type { ClusterParams } from '../../../lib/clustering/cluster-params.ts';
import { gapStatistics } from '../../../lib/clustering/gap-statistic.ts';
import { measureStability } from '../../../lib/clustering/stability.ts';
import { summarizeClusters } from '../../../lib/clustering/cluster-summary.ts';
import type { Rows } from '../../../lib/clustering/to-sample-rows.ts';
import { fromTriplets } from '../../../lib/sparse/csr.ts';
import type { KMeans } from '../../../lib/clustering/k-means.ts';
import type { Scaler } from '../../../lib/preprocessing/scaler.ts';
import { StageError } from '../../../lib/errors.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';

const PARAMS: ClusterParams = {
  columns: ['*'],
  nClusters: null,
  kMax: 6,
  choose: 'silhouette',
  gapReferences: 5,
  normalize: 'none',
  svdComponents: null,
  algorithm: 'lloyd',
  batchSize: 100,
  nBootstrap: 0,
  init: 'k-means++',
  nInit: 3,
  maxIter: 300,
  tol: 1e-4,
  silhouetteSample: 200,
  pictureSample: 50,
};
const streams = (purpose: string): ReturnType<typeof createRng> => createRng(1, 'cluster', purpose);

/** `sizes.length` groups on a line, 10 apart, each within 0.5 of its center. */
function drawLine(sizes: readonly number[]): Float32Array {
  const rng = createRng(2, 'test', 'rows');
  return Float32Array.from(
    sizes.flatMap((n, group) => Array.from({ length: n }, () => 10 * group + rng() - 0.5)),
  );
}

const choice = suite('number of clusters');

const compare = (X: Rows, nFeatures: number): Promise<CandidateNClusters[]> =>
  compareNClusters(X, nFeatures, {
    ...PARAMS,
    maxClusters: 6,
    nReferences: 5,
    rng: streams('choose'),
    gapRng: streams('gap'),
  });

choice('is that of the groups that lie apart, whatever chooses', async () => {
  const rng = createRng(2, 'test', 'rows');
  const corners = [0, 0, 10, 0, 0, 10];
  const X = Float32Array.from({ length: 180 }, (_, at) => corners[at % 6] + rng() - 0.5);
  const candidates = await compare(X, 2);
  assert.equal(
    candidates.map(({ nClusters }) => nClusters),
    [1, 2, 3, 4, 5, 6],
  );
  for (const way of CHOICES) assert.is(chooseNClusters(candidates, way), 3, way);
});

choice('is one by the gap where rows lie evenly', async () => {
  const rng = createRng(7, 'test', 'rows');
  const X = Float32Array.from({ length: 400 }, () => rng());
  assert.is(chooseNClusters(await compare(X, 2), 'gap'), 1);
});

choice(
  'is at most that of the distinct rows, 0 and -0 being one value, and 1 when all are alike',
  async () => {
    const candidates = await compare(Float32Array.of(0, -0, 1, 1, 5), 1);
    assert.equal(
      candidates.map(({ nClusters }) => nClusters),
      [1, 2, 3],
    );
    // three clusters leave no inertia, and hence no gap
    assert.is(candidates[2].inertia, 0);
    assert.is(candidates[2].gap, null);
    const alike = await compare(Float32Array.of(0, -0), 1);
    for (const way of CHOICES) assert.is(chooseNClusters(alike, way), 1, way);
  },
);

choice('is the same for sparse rows, which have no gap', async () => {
  const X = drawLine([20, 40, 30]);
  const matrix = fromTriplets({
    nRows: X.length,
    nColumns: 1,
    rows: X.map((_, i) => i),
    columns: new Uint32Array(X.length),
    values: X,
  });
  const candidates = await compare(matrix, 1);
  const dense = await compare(X, 1);
  assertClose(
    candidates.map(({ inertia }) => inertia),
    dense.map(({ inertia }) => inertia),
    1e-9,
  );
  assert.ok(candidates.every(({ gap }) => gap === null));
  assert.is(chooseNClusters(candidates, 'silhouette'), 3);
  assert.equal(choicesOf(candidates), ['silhouette', 'elbow']);
});

/** By hand: gaps within and beyond one standard error, the farthest point below the chord, equal silhouettes. */
const BY_HAND: CandidateNClusters[] = [
  { nClusters: 1, inertia: 100, silhouette: null, gap: 0.1, gapError: 0.01 },
  { nClusters: 2, inertia: 40, silhouette: 0.5, gap: 0.5, gapError: 0.01 },
  { nClusters: 3, inertia: 10, silhouette: 0.5, gap: 0.52, gapError: 0.01 },
  { nClusters: 4, inertia: 5, silhouette: 0.1, gap: 0.525, gapError: 0.01 },
  { nClusters: 5, inertia: 0, silhouette: 0.1, gap: null, gapError: null },
];

choice('is the smaller of equally good ones by silhouette', () => {
  assert.is(chooseNClusters(BY_HAND, 'silhouette'), 2);
});

choice('is the first by gap that is within one standard error of the next', () => {
  // 0.1 < 0.5 - 0.01; 0.5 < 0.52 - 0.01; 0.52 >= 0.525 - 0.01
  assert.is(chooseNClusters(BY_HAND, 'gap'), 3);
  // where each is better than the one before, the largest
  assert.is(chooseNClusters(BY_HAND.slice(0, 2), 'gap'), 2);
});

choice('is by elbow the point farthest below the chord', () => {
  // below: 0.6 - 0.25 = 0.35, 0.9 - 0.5 = 0.4, 0.95 - 0.75 = 0.2
  assert.is(chooseNClusters(BY_HAND, 'elbow'), 3);
});

choice('has gaps that an interval of evenly spaced rows and its references explain', async () => {
  // evenly spaced in [0, 1], inertia n / 12 for one cluster: as the references on average
  const n = 2000;
  const X = Float32Array.from({ length: n }, (_, i) => (i + 0.5) / n);
  const options = { ...PARAMS, nClusters: 1, nReferences: 20, rng: streams('gap') };
  const inertias = [n / 12, n / 48];
  const gaps = await gapStatistics(X, 1, inertias, options);
  for (const { gap, error } of gaps) {
    assert.ok(Math.abs(gap) < 0.02, String(gap));
    assert.ok(error > 0 && error < 0.05, String(error));
  }
});

choice.run();

const stability = suite('stability');

stability('is 1 for groups that lie apart, and less for a cut where there is no gap', async () => {
  const apart = { ...PARAMS, nClusters: 3, nBootstrap: 6 };
  const found = await cluster(
    drawLine([40, 40, 40]),
    1,
    apart,
    { rng: streams, nThreads: 1 },
    () => {},
  );
  assert.is(found.stability!.adjustedRandIndex, 1);
  assert.equal(found.stability!.jaccard, [1, 1, 1]);
  const rng = createRng(3, 'test', 'rows');
  const even = Float32Array.from({ length: 300 }, () => rng());
  const cut = await cluster(
    even,
    2,
    { ...apart, nClusters: 4 },
    { rng: streams, nThreads: 1 },
    () => {},
  );
  assert.ok(cut.stability!.adjustedRandIndex! < 0.9);
  assert.ok(cut.stability!.jaccard.every((value) => value > 0 && value < 1));
});

stability('takes by hand the rows that two clusters share over the rows of either', async () => {
  // 300 rows at 0 and 300 at 9, of which 100 are called the first's: 300 of 400 and 200 of 300 are found again, about
  const X = Float32Array.from({ length: 600 }, (_, i) => (i < 300 ? 0 : 9));
  const labels = Int32Array.from(X, (_, i) => (i < 300 || i >= 500 ? 0 : 1));
  const options = { ...PARAMS, nClusters: 2, nBootstrap: 20, rng: streams('bootstrap') };
  const { jaccard, adjustedRandIndex } = await measureStability(X, 1, labels, options);
  assertClose(jaccard, [300 / 400, 200 / 300], 0.03, 1);
  assert.is(adjustedRandIndex, 1);
});

stability('is not measured for a single cluster, and has no pairs with one resample', async () => {
  const X = drawLine([20, 20]);
  const one = { ...PARAMS, nClusters: 1, nBootstrap: 2 };
  assert.is((await cluster(X, 1, one, { rng: streams, nThreads: 1 }, () => {})).stability, null);
  const single = await cluster(
    X,
    1,
    { ...one, nClusters: 2, nBootstrap: 1 },
    { rng: streams, nThreads: 1 },
    () => {},
  );
  assert.is(single.stability!.adjustedRandIndex, null);
  assert.equal(single.stability!.jaccard, [1, 1]);
});

stability.run();

const clusters = suite('cluster');

clusters('numbers clusters from the largest on, labels and centers alike', async () => {
  const X = drawLine([20, 300, 10, 90]);
  for (const seed of [1, 2, 3, 4]) {
    const rng = (purpose: string) => createRng(seed, 'cluster', purpose);
    const { kMeans, candidates, silhouette } = await cluster(
      X,
      1,
      PARAMS,
      { rng, nThreads: 1 },
      () => {},
    );
    assert.equal([...kMeans.sizes], [300, 90, 20, 10]);
    assertClose(kMeans.centers, [10, 30, 0, 20], 0.02);
    X.forEach((value, i) => assert.ok(Math.abs(value - kMeans.centers[kMeans.labels[i]]) < 1));
    assert.is(candidates.length, 6);
    assert.is(silhouette!.nSamples, 200);
    assert.ok(silhouette!.mean > 0.9 && silhouette!.byCluster.every((value) => value! > 0.9));
  }
});

clusters(
  'draws distinct rows for the picture, ascending, and takes all where there are few',
  async () => {
    const X = drawLine([100, 100]);
    const params = { ...PARAMS, nClusters: 2 };
    const { picture, candidates } = await cluster(
      X,
      1,
      params,
      { rng: streams, nThreads: 1 },
      () => {},
    );
    assert.is(new Set(picture).size, 50);
    assert.equal(picture, picture.toSorted());
    assert.equal(candidates, []);
    const all = await cluster(
      X,
      1,
      { ...params, pictureSample: 500 },
      { rng: streams, nThreads: 1 },
      () => {},
    );
    assert.equal(
      all.picture,
      Uint32Array.from({ length: 200 }, (_, i) => i),
    );
  },
);

clusters(
  'has no silhouette with one cluster, and none for a cluster that the sample misses',
  async () => {
    const one = await cluster(
      drawLine([9]),
      1,
      { ...PARAMS, nClusters: 1 },
      { rng: streams, nThreads: 1 },
      () => {},
    );
    assert.is(one.silhouette, null);
    const params = { ...PARAMS, nClusters: 2, silhouetteSample: 20 };
    const X = new Float32Array(5000);
    X[4321] = 9;
    const { silhouette } = await cluster(X, 1, params, { rng: streams, nThreads: 1 }, () => {});
    assert.equal(silhouette!.byCluster, [0, null]);
  },
);

for (const algorithm of ['lloyd', 'mini-batch'] as const) {
  const run = (rows: Rows, nColumns: number, params: Partial<ClusterParams>): Promise<Clustering> =>
    cluster(
      rows,
      nColumns,
      { ...PARAMS, algorithm, ...params },
      { rng: streams, nThreads: 1 },
      () => {},
    );

  clusters(
    `${algorithm}: rows of zeros, constant columns and a single row have clusters`,
    async () => {
      // normalised: (1, 1) and (2, 2) are one row, zeros stay apart
      const zero = await run(Float32Array.of(0, 0, 1, 1, 2, 2, -3, 3), 2, {
        nClusters: 3,
        normalize: 'l2',
      });
      assert.equal([...zero.kMeans.sizes], [2, 1, 1]);
      assert.ok(zero.kMeans.inertia < 1e-12);
      const constant = await run(Float32Array.of(1, 5, 2, 5, 9, 5, 8, 5), 2, { nClusters: 2 });
      assert.equal([...constant.kMeans.sizes], [2, 2]);
      const same = await run(Float32Array.of(5, 5, 5, 5), 2, {});
      assert.equal([...same.kMeans.sizes], [2]);
      const single = await run(Float32Array.of(1, 2), 2, { nClusters: 1, nBootstrap: 3 });
      assert.equal([...single.kMeans.centers], [1, 2]);
      assert.is(single.stability, null);
    },
  );

  clusters(`${algorithm}: sparse rows without values are rows like others`, async () => {
    const matrix = fromTriplets({
      nRows: 6,
      nColumns: 4,
      rows: [0, 2, 3, 5],
      columns: [1, 3, 3, 0],
    });
    const { kMeans, silhouette } = await run(matrix, 4, {});
    assert.equal([...kMeans.sizes], [2, 2, 1, 1]);
    // alone in a cluster: 0; all others lie on their center
    assertClose(silhouette!.mean, 4 / 6, 1e-12);
    const empty = fromTriplets({ nRows: 4, nColumns: 3, rows: [], columns: [] });
    assert.is((await run(empty, 3, {})).kMeans.nClusters, 1);
    const reduced = await run(empty, 3, { nClusters: 1, svdComponents: 2, normalize: 'l2' });
    assert.equal([...reduced.kMeans.centers], [0, 0]);
  });

  clusters(`${algorithm}: more clusters than distinct rows are refused`, async () => {
    const empty = fromTriplets({ nRows: 4, nColumns: 3, rows: [], columns: [] });
    const X = Float32Array.of(1, 2, 2, 1, 1);
    for (const init of ['k-means++', 'random'] as const) {
      for (const [rows, nColumns] of [
        [X, 1],
        [empty, 3],
      ] as const) {
        try {
          await run(rows, nColumns, { nClusters: 3, init });
          assert.unreachable('three clusters of two rows');
        } catch (error) {
          assert.instance(error, StageError);
          assert.match((error as Error).message, '3 clusters must have at least 3 distinct rows');
        }
      }
    }
  });
}

clusters('tells the iterations of the fit to all rows alone', async () => {
  const starts = new Set<number>();
  await cluster(drawLine([30, 30]), 1, PARAMS, { rng: streams, nThreads: 1 }, (start) =>
    starts.add(start),
  );
  assert.equal([...starts], [0, 1, 2]);
});

clusters.run();

const summary = suite('cluster summary');

// columns: scaled, one-hot, constant; clusters of two rows each
const X = Float32Array.of(-1, 0, 7.1, 0, 0, 7.1, 1, 1, 7.1, 2, 0, 7.1);
const K_MEANS: KMeans = {
  nClusters: 2,
  nFeatures: 3,
  centers: Float64Array.of(-0.5, 0, Math.fround(7.1), 1.5, 0.5, Math.fround(7.1)),
  labels: Int32Array.of(0, 0, 1, 1),
  sizes: Int32Array.of(2, 2),
  inertia: 1.5,
  nIter: 2,
  isConverged: true,
};
const SCALER: Scaler = {
  format: 'timberline-scaler',
  version: 1,
  n_samples_seen: 4,
  columns: { height: { fill: null, center: 100, scale: 20 } },
};

summary('takes scaled columns back to their units and leaves the others', () => {
  const columns = ['height', 'wet', 'depth'];
  const { originalCenters, originalMean } = summarizeClusters(X, columns, K_MEANS, false, SCALER);
  assertClose(originalCenters, [90, 0, 7.1, 130, 0.5, 7.1], 1e-6);
  // the mean of the first column is 0.5
  assertClose(originalMean, [110, 0.25, 7.1], 1e-6);
  assert.equal(
    summarizeClusters(X, columns, K_MEANS, false, null).originalCenters,
    K_MEANS.centers,
  );
});

summary('measures deviations in standard deviations, 0 in a constant column', () => {
  const { deviations } = summarizeClusters(X, ['height', 'wet', 'depth'], K_MEANS, false, SCALER);
  // -1 0 1 2: mean 0.5, variance 1.25; 0 0 1 0: mean 0.25, variance 0.1875
  const [height, wet] = [1 / Math.sqrt(1.25), 0.25 / Math.sqrt(0.1875)];
  assertClose(deviations, [-height, -wet, 0, height, wet, 0], 1e-12);
  assert.is(deviations[2], 0);
});

summary('counts how often columns of 0 and 1 are 1, in all rows and in each cluster', () => {
  const { shares } = summarizeClusters(X, ['height', 'wet', 'depth'], K_MEANS, false, SCALER);
  assert.equal(shares.all, [null, 0.25, null]);
  assert.equal([shares.byCluster[1], shares.byCluster[4]], [0, 0.5]);
});

summary('says of sparse rows what it says of the same rows written out', () => {
  const full = Float32Array.of(0, 1, 2, 0, 0, 3, 4, 0);
  const matrix = fromTriplets({
    nRows: 4,
    nColumns: 2,
    rows: [0, 1, 2, 3],
    columns: [1, 0, 1, 0],
    values: [1, 2, 3, 4],
  });
  const kMeans = { ...K_MEANS, nFeatures: 2, centers: new Float64Array(4) };
  const columns = ['a', 'b'];
  // prepared rows have other centers, so that the means of the rows stand in
  const dense = summarizeClusters(full, columns, kMeans, true, null);
  const sparse = summarizeClusters(matrix, columns, kMeans, true, null);
  assert.equal([...dense.originalCenters], [1, 0.5, 2, 1.5]);
  for (const key of ['originalCenters', 'originalMean', 'deviations'] as const) {
    assertClose(sparse[key], dense[key], 1e-12);
  }
  assert.equal(sparse.shares.all, [0.5, 0.5]);
  assert.equal([...sparse.shares.byCluster], [0.5, 0.5, 0.5, 0.5]);
});

summary.run();
