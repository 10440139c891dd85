import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contingencyTable } from '../../../lib/metrics/contingency.ts';
import { scatterChart } from '../../../lib/reports/cluster-charts.ts';
import { clusterPage } from '../../../lib/reports/cluster-page.ts';
import type { ClusterReport } from '../../../lib/reports/cluster-page.ts';

const test = suite('lib/reports/cluster-page');

const labels = Int32Array.of(0, 0, 0, 1);
const classLabels = Int32Array.of(0, 0, 1, 1);
const PLANE = {
  coordinates: Float64Array.of(0, 0, 1, 1, 5, 2),
  explainedVarianceRatio: [0.8, 0.2],
  centers: Float64Array.of(0.5, 0.5, 5, 2),
};
const report: ClusterReport = {
  columns: ['Elevation', '<Slope>'],
  clustering: {
    kMeans: {
      nClusters: 2,
      nFeatures: 2,
      centers: Float64Array.of(-1, 0, 3, 0),
      labels,
      sizes: Int32Array.of(3, 1),
      inertia: 6,
      nIter: 2,
      isConverged: true,
    },
    candidates: [
      { nClusters: 1, inertia: 90, silhouette: null, gap: 0.1, gapError: 0.1 },
      { nClusters: 2, inertia: 6, silhouette: 0.75, gap: 0.8, gapError: 0.1 },
      { nClusters: 3, inertia: 5, silhouette: 0.5, gap: 0.7, gapError: 0.1 },
    ],
    choice: 'silhouette',
    stability: null,
    preparation: { svd: null, normalize: 'none' },
    prepared: { X: new Float32Array(8), nFeatures: 2 },
    plane: PLANE,
    silhouette: { nSamples: 4, mean: 0.75, byCluster: [1, null] },
    picture: Uint32Array.of(0, 2, 3),
  },
  summary: {
    originalCenters: Float64Array.of(2950.4, 0.25, 3201.6, 0.25),
    originalMean: Float64Array.of(3000, 0.25),
    deviations: Float64Array.of(-0.4, 0, 1.2, 0),
    shares: { all: [null, 0.25], byCluster: Float64Array.of(0, 0.25, 0, 0.25) },
  },
  picture: PLANE,
  isSparse: false,
  agreement: {
    target: 'Cover_Type',
    classes: [1, 2],
    labels: classLabels,
    table: contingencyTable(labels, classLabels, { nRows: 2, nColumns: 2 }),
    adjustedRandIndex: 0.125,
    normalizedMutualInformation: 0.25,
  },
  classNames: { 1: 'Spruce/Fir' },
  about: [['Data', 'data/normalize/train.parquet']],
};
const text = (document: string): string => document.replace(/<style>[^]*?<\/style>/, '');

test('says the numbers of the clustering', async () => {
  const document = text(await clusterPage(report));
  assert.match(document, '<h1>Clusters and Cover_Type</h1>');
  assert.match(document, '<p>4 rows in 2 clusters by k-means, 2 features.</p>');
  assert.match(document, '<dd>2</dd><dd class="note">chosen by silhouette</dd>');
  assert.match(document, '<dd>0.7500</dd><dd class="note">1: apart, 0: touching; on 4 rows</dd>');
  assert.match(document, '<dd>1.5000</dd><dd class="note">squared distance to the center</dd>');
  assert.match(document, '<dd>0.1250</dd>');
  assert.match(document, '<dd>0.2500</dd>');
});

test('says whether the picture shows all rows or some', async () => {
  assert.match(text(await clusterPage(report)), '3 rows, drawn at random, along');
  const clustering = { ...report.clustering, picture: Uint32Array.of(0, 1, 2, 3) };
  assert.match(text(await clusterPage({ ...report, clustering })), 'All 4 rows, along');
});

test('says what stands out in a cluster, in the units of the data', async () => {
  const document = text(await clusterPage(report));
  assert.match(document, 'near the mean in every column');
  assert.match(document, 'high\u00a0Elevation\u00a03,202');
  // 0.4 standard deviations are too few
  assert.not.match(document, '<td class="text">low\u00a0Elevation');
});

test('says what tells a cluster from the others, in shares where columns are of 0 and 1', async () => {
  const deviations = Float64Array.of(-0.4, 0, 1.2, -0.9);
  const shares = { all: [null, 0.25], byCluster: Float64Array.of(0, 0.3, 0, 0.125) };
  const summary = { ...report.summary, deviations, shares };
  const document = text(await clusterPage({ ...report, summary }));
  assert.match(
    document,
    'Cluster 2: high Elevation 3,202 (3,000), &lt;Slope&gt; in 12.5 % (25.0 %).',
  );
  assert.match(document, 'Cluster 1: low Elevation 2,950 (3,000).');
  const allOrNone = { ...shares, byCluster: Float64Array.of(0, 1, 0, 0) };
  const apart = { ...summary, deviations: Float64Array.of(0, 2, 0, -2), shares: allOrNone };
  const said = text(await clusterPage({ ...report, summary: apart }));
  assert.match(said, 'Cluster 1: &lt;Slope&gt; in all (25.0 %).');
  assert.match(said, 'Cluster 2: &lt;Slope&gt; in none (25.0 %).');
  const nowhere = { ...summary, deviations: new Float64Array(4) };
  assert.match(
    text(await clusterPage({ ...report, summary: nowhere })),
    'Cluster 2 is near the mean.',
  );
});

test('tells how stable the clusters are, where it was measured', async () => {
  assert.not.match(text(await clusterPage(report)), 'Found again');
  const stability = { nBootstrap: 20, adjustedRandIndex: 0.625, jaccard: [0.9, 0.5] };
  const clustering = { ...report.clustering, stability };
  const document = text(await clusterPage({ ...report, clustering }));
  assert.match(document, '<dd>0.6250</dd>');
  assert.match(document, '90.0 %');
  assert.match(document, 'in 20 resamples');
});

test('counts classes by cluster, as shares of the cluster', async () => {
  const document = text(await clusterPage(report));
  assert.match(document, '<th scope="col">1 Spruce/Fir</th><th scope="col">2</th>');
  assert.match(
    document,
    '<th scope="row">1</th><td style="--share:0.6667">66.7 %<small>2</small></td><td style="--share:0.3333">33.3 %<small>1</small></td>',
  );
  assert.match(document, '<th scope="row">2</th><td class="none">0</td>');
});

test('puts columns in which clusters differ first, and escapes their names', async () => {
  const document = text(await clusterPage(report));
  const elevation = document.indexOf('>Elevation</th>');
  assert.ok(elevation > 0);
  assert.ok(elevation < document.indexOf('>&lt;Slope&gt;</th>'));
  assert.not.match(document, '<Slope>');
  assert.match(document, '>2,950<');
});

test('names how many columns are left out of a long table', async () => {
  const columns = Array.from({ length: 30 }, (_, d) => `x${d}`);
  const nothing = new Float64Array(60);
  const shares = { all: columns.map(() => null), byCluster: nothing };
  const summary = {
    originalCenters: nothing,
    originalMean: nothing,
    deviations: nothing,
    shares,
  };
  const document = await clusterPage({ ...report, columns, summary });
  assert.match(document, '; 6 more are in the model file.');
});

test('tells how the number of clusters was chosen, or that it was given', async () => {
  const chosen = text(await clusterPage(report));
  assert.match(
    chosen,
    'Of 1 to 3 clusters, each fitted to the sample: 2 by silhouette, 2 by gap, 2 by elbow. What counted is silhouette.',
  );
  const clustering = { ...report.clustering, candidates: [], silhouette: null };
  const given = text(await clusterPage({ ...report, clustering }));
  assert.match(given, '<dd>–</dd><dd class="note">needs two clusters</dd>');
  assert.match(given, 'as given');
  assert.not.match(given, 'How many clusters');
});

test('leaves classes out where there is no target', async () => {
  const document = text(await clusterPage({ ...report, agreement: null }));
  assert.match(document, '<h1>Clusters</h1>');
  assert.not.match(document, 'Cover_Type');
  // rows, two clusters, three ways to choose their number
  assert.is(document.match(/<svg/g)?.length, 6);
});

test('draws a dot per row, all of a group as one path, and the number of each cluster', async () => {
  const svg = String(
    await scatterChart(report.picture, Int32Array.of(0, 0, 1), ['a', 'b'], 'kind'),
  );
  const paths = [...svg.matchAll(/<path d="([^"]*)"[^>]*stroke-linecap="round"/g)].map(
    ([, d]) => d,
  );
  const dots = paths.map((d) => d.match(/M[\d.,-]+Z/g)?.length ?? 0).filter((n) => n > 0);
  assert.equal(dots, [2, 1]);
  assert.is(svg.match(/>1<\/text>/g)!.length >= 2, true);
  assert.match(svg, '80 % of the variance');
});

test('gives groups beyond ten colours one colour and says so', async () => {
  const groups = Int32Array.from({ length: 12 }, (_, i) => i);
  const picture = {
    ...report.picture,
    coordinates: Float64Array.from({ length: 24 }, (_, i) => i),
  };
  const names = Array.from(groups, (group) => `g${group}`);
  const svg = String(await scatterChart(picture, groups, names, 'kind'));
  assert.match(svg, '>g8<');
  assert.match(svg, '>others<');
  assert.not.match(svg, '>g9<');
});

test('gives the same bytes for the same report', async () => {
  assert.is(await clusterPage(report), await clusterPage(structuredClone(report)));
});

test.run();
