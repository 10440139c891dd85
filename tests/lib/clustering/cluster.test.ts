import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bestNClusters, compareNClusters } from '../../../lib/clustering/choose-n-clusters.ts';
import { cluster } from '../../../lib/clustering/cluster.ts';
import type { ClusterParams } from '../../../lib/clustering/cluster-params.ts';
import { summarizeClusters } from '../../../lib/clustering/cluster-summary.ts';
import type { KMeans } from '../../../lib/clustering/k-means.ts';
import type { Scaler } from '../../../lib/preprocessing/scaler.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';

const PARAMS: ClusterParams = {
  columns: ['*'],
  nClusters: null,
  kMax: 6,
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

choice('is that of the groups that lie apart', async () => {
  const X = drawLine([20, 40, 10, 30]);
  const options = { ...PARAMS, maxClusters: 6, rng: streams('choose') };
  const candidates = await compareNClusters(X, 1, options);
  assert.equal(
    candidates.map(({ nClusters }) => nClusters),
    [2, 3, 4, 5, 6],
  );
  assert.is(bestNClusters(candidates), 4);
});

choice(
  'is at most that of the distinct rows, 0 and -0 being one value, and 1 when all are alike',
  async () => {
    const options = { ...PARAMS, maxClusters: 6, rng: streams('choose') };
    const candidates = await compareNClusters(Float32Array.of(0, -0, 1, 1, 5), 1, options);
    assert.equal(
      candidates.map(({ nClusters }) => nClusters),
      [2, 3],
    );
    assert.equal(await compareNClusters(Float32Array.of(0, -0), 1, options), []);
    assert.is(bestNClusters([]), 1);
  },
);

choice('is the smaller of equally good ones', () => {
  const candidates = [2, 3, 4].map((nClusters) => ({
    nClusters,
    silhouette: nClusters < 4 ? 0.5 : 0.1,
  }));
  assert.is(bestNClusters(candidates), 2);
});

choice.run();

const clusters = suite('cluster');

clusters('numbers clusters from the largest on, labels and centers alike', async () => {
  const X = drawLine([20, 300, 10, 90]);
  for (const seed of [1, 2, 3, 4]) {
    const rng = (purpose: string) => createRng(seed, 'cluster', purpose);
    const { kMeans, candidates, silhouette } = await cluster(X, 1, PARAMS, rng, () => {});
    assert.equal([...kMeans.sizes], [300, 90, 20, 10]);
    assertClose(kMeans.centers, [10, 30, 0, 20], 0.02);
    X.forEach((value, i) => assert.ok(Math.abs(value - kMeans.centers[kMeans.labels[i]]) < 1));
    assert.is(candidates.length, 5);
    assert.is(silhouette!.nSamples, 200);
    assert.ok(silhouette!.mean > 0.9 && silhouette!.byCluster.every((value) => value! > 0.9));
  }
});

clusters(
  'draws distinct rows for the picture, ascending, and takes all where there are few',
  async () => {
    const X = drawLine([100, 100]);
    const params = { ...PARAMS, nClusters: 2 };
    const { picture, candidates } = await cluster(X, 1, params, streams, () => {});
    assert.is(new Set(picture).size, 50);
    assert.equal(picture, picture.toSorted());
    assert.equal(candidates, []);
    const all = await cluster(X, 1, { ...params, pictureSample: 500 }, streams, () => {});
    assert.equal(
      all.picture,
      Uint32Array.from({ length: 200 }, (_, i) => i),
    );
  },
);

clusters(
  'has no silhouette with one cluster, and none for a cluster that the sample misses',
  async () => {
    const one = await cluster(drawLine([9]), 1, { ...PARAMS, nClusters: 1 }, streams, () => {});
    assert.is(one.silhouette, null);
    const params = { ...PARAMS, nClusters: 2, silhouetteSample: 20 };
    const X = new Float32Array(5000);
    X[4321] = 9;
    const { silhouette } = await cluster(X, 1, params, streams, () => {});
    assert.equal(silhouette!.byCluster, [0, null]);
  },
);

clusters('tells the iterations of the fit to all rows alone', async () => {
  const starts = new Set<number>();
  await cluster(drawLine([30, 30]), 1, PARAMS, streams, (start) => starts.add(start));
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
  const { originalCenters, originalMean } = summarizeClusters(X, columns, K_MEANS, SCALER);
  assertClose(originalCenters, [90, 0, 7.1, 130, 0.5, 7.1], 1e-6);
  // the mean of the first column is 0.5
  assertClose(originalMean, [110, 0.25, 7.1], 1e-6);
  assert.equal(summarizeClusters(X, columns, K_MEANS, null).originalCenters, K_MEANS.centers);
});

summary('measures deviations in standard deviations, 0 in a constant column', () => {
  const { deviations } = summarizeClusters(X, ['height', 'wet', 'depth'], K_MEANS, SCALER);
  // -1 0 1 2: mean 0.5, variance 1.25; 0 0 1 0: mean 0.25, variance 0.1875
  const [height, wet] = [1 / Math.sqrt(1.25), 0.25 / Math.sqrt(0.1875)];
  assertClose(deviations, [-height, -wet, 0, height, wet, 0], 1e-12);
  assert.is(deviations[2], 0);
});

summary.run();
