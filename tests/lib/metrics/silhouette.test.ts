import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { silhouetteSamples } from '../../../lib/metrics/silhouette.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';

const test = suite('silhouette');

const of = (
  X: number[],
  labels: number[],
  nClusters = Math.max(...labels) + 1,
  nFeatures = 1,
): number[] => [
  ...silhouetteSamples(Float32Array.from(X), nFeatures, [
    { labels: Int32Array.from(labels), nClusters },
  ])[0],
];

test('compares the mean distance within the cluster with that to the nearest other one', () => {
  // row 0: a = 1, b = min((4 + 6) / 2, 9) = 5; row 1: a = 1, b = 4; row 2 (4): a = 2, b = 3.5;
  // row 3 (6): a = 2, b = min(5.5, 3) = 3; row 4 is alone
  assertClose(of([0, 1, 4, 6, 9], [0, 0, 1, 1, 2]), [4 / 5, 3 / 4, 1.5 / 3.5, 1 / 3, 0], 1e-14);
});

test('is negative for a row that lies nearer to another cluster', () => {
  // row 2 (10): a = (10 + 9) / 2, b = 1
  assertClose(of([0, 1, 10, 11], [0, 0, 0, 1])[2], (1 - 9.5) / 9.5, 1e-14);
});

test('is 0 for rows that are all alike, and where no other cluster has a row', () => {
  assert.equal(of([3, 3, 3, 3], [0, 0, 1, 1]), [0, 0, 0, 0]);
  assert.equal(of([1, 2, 3], [0, 0, 0], 2), [0, 0, 0]);
});

test('leaves clusters without rows out', () => {
  assert.equal(of([0, 1, 4, 6], [0, 0, 2, 2], 4), of([0, 1, 4, 6], [0, 0, 1, 1]));
});

test('judges several labelings as it judges each alone, and leaves rows and labels alone', () => {
  const rng = createRng(3, 'test', 'rows');
  const X = Float32Array.from({ length: 3 * 1500 }, () => rng());
  const labelings = [2, 5].map((nClusters) => ({
    nClusters,
    labels: Int32Array.from({ length: 1500 }, () => Math.floor(rng() * nClusters)),
  }));
  const copy = structuredClone({ X, labelings });
  const together = silhouetteSamples(X, 3, labelings);
  labelings.forEach((labeling, l) => {
    assert.equal(together[l], silhouetteSamples(X, 3, [labeling])[0]);
  });
  assert.equal({ X, labelings }, copy);
});

test('does not depend on the order of the rows or the names of the clusters', () => {
  const X = [0, 1, 4, 6, 9, 2, 2.5];
  const labels = [0, 0, 1, 1, 2, 0, 1];
  const forward = of(X, labels);
  const backward = of(X.toReversed(), labels.map((label) => 2 - label).toReversed());
  assertClose(backward.toReversed(), forward, 1e-14);
});

const folder = new URL('../../golden/k-means/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const given = read('input.json') as Record<string, { n_features: number; X: number[] }>;
const expected = read('expected.json') as Record<
  string,
  { labels: number[]; silhouettes: number[] | null }
>;

for (const [name, { labels, silhouettes }] of Object.entries(expected)) {
  if (silhouettes === null) continue;
  test(`golden, ${name}: silhouettes are those of scikit-learn`, () => {
    const { X, n_features } = given[name];
    assertClose(of(X, labels, undefined, n_features), silhouettes, 1e-9);
  });
}

test.run();
