import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRegressionGrower } from '../../../../lib/models/trees/grow-regression-tree.ts';
import type {
  RegressionGrowOptions,
  RegressionTree,
} from '../../../../lib/models/trees/grow-regression-tree.ts';
import type { TreeKey } from '../../../../lib/models/trees/grow-tree.ts';
import { sortTable } from '../../../../lib/models/trees/sorted-table.ts';

const test = suite('growing a regression tree');

const GOLDEN = new URL('../../../golden/regression-forests/', import.meta.url);
const OPTIONS: RegressionGrowOptions = {
  splitter: 'best',
  maxFeatures: 1,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  maxDepth: null,
  bootstrap: false,
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function grow(
  values: readonly number[],
  targets: readonly number[],
  changes: Partial<RegressionGrowOptions> = {},
  key: TreeKey = [1, 2],
): RegressionTree {
  const table = sortTable(Float32Array.from(values), targets.length);
  const options = { ...OPTIONS, ...changes };
  return createRegressionGrower(table, Float64Array.from(targets), options)(key);
}

/** Leaves that are ~0, ~1 … as their numbers, nodes as `node n`. */
const name = (child: number): string => (child < 0 ? `leaf ${~child}` : `node ${child}`);

test('splits where the squared errors of both sides are least, in the middle', () => {
  // targets 1 2 6 9 10: after two rows .5 + 8.67 = 9.17, after one 38.75, after three 14 + .5, after four 41
  const tree = grow([10, 20, 30, 50, 60], [1, 2, 6, 9, 10], { maxDepth: 1 });
  assert.equal([...tree.feature], [0]);
  assert.equal([...tree.threshold], [25]);
  assert.equal([...tree.left, ...tree.right].map(name), ['leaf 0', 'leaf 1']);
  assert.equal(
    [...tree.leaves].map((leaf) => leaf.toFixed(9)),
    ['1.500000000', '8.333333333'],
  );
});

test('numbers nodes in pre-order, the left side first', () => {
  const tree = grow([1, 2, 3, 4], [0, 1, 10, 12]);
  assert.equal([...tree.threshold], [2.5, 1.5, 3.5]);
  assert.equal([...tree.left].map(name), ['node 1', 'leaf 0', 'leaf 2']);
  assert.equal([...tree.right].map(name), ['node 2', 'leaf 1', 'leaf 3']);
  assert.equal([...tree.leaves], [0, 1, 10, 12]);
});

test('takes the mean where rows cannot be told apart, and parts only different values', () => {
  assert.equal([...grow([7, 7, 7], [1, 2, 6]).leaves], [3]);
  const tree = grow([-0, 0, 1, 1], [0, 100, 0, 1]);
  assert.equal([...tree.threshold], [0.5]);
  assert.equal([...tree.leaves], [50, 0.5]);
});

test('makes a leaf of equal targets, to the bit', () => {
  const target = 0.1 + 0.2;
  const tree = grow(range(9), new Array<number>(9).fill(target));
  assert.is(tree.feature.length, 0);
  assert.equal([...tree.leaves], [target]);
});

test('stops at the depth and the sizes that it is given', () => {
  const values = range(100);
  const targets = values.map((i) => (i * 37) % 101);
  const nLeaves = (changes: Partial<RegressionGrowOptions>): number =>
    grow(values, targets, changes).leaves.length;
  assert.is(nLeaves({}), 100);
  assert.is(nLeaves({ maxDepth: 1 }), 2);
  assert.ok(nLeaves({ maxDepth: 3 }) <= 8);
  assert.is(nLeaves({ minSamplesSplit: 101 }), 1);
  assert.is(nLeaves({ minSamplesSplit: 100, minSamplesLeaf: 50 }), 2);
  assert.is(nLeaves({ minSamplesLeaf: 51 }), 1);
});

test('draws thresholds evenly between the least and the greatest value', () => {
  const nDraws = 4000;
  const bins = new Array<number>(8).fill(0);
  for (let i = 0; i < nDraws; i++) {
    const changes = { splitter: 'random', maxDepth: 1 } as const;
    const { threshold } = grow([-10, 0, 1, 30], [0, 1, 2, 3], changes, [i, 7]);
    bins[Math.floor((threshold[0] + 10) / 5)]++;
  }
  const expected = nDraws / bins.length;
  const chi2 = bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  assert.ok(chi2 < 24.3, `chi-square of ${chi2}, 7 degrees of freedom, p < .001`);
});

test('draws each feature as often as any other, and passes constant ones', () => {
  const values = [0, 1].flatMap((v) => [5, v, v, v]);
  for (const maxFeatures of [1, 4]) {
    const counts = [0, 0, 0, 0];
    // all columns but the first alike, so that the draw decides
    for (let i = 0; i < 3000; i++)
      counts[grow(values, [0, 1], { maxFeatures }, [i, 3]).feature[0]]++;
    assert.is(counts[0], 0);
    const chi2 = counts.slice(1).reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    assert.ok(chi2 < 13.8, `chi-square of ${chi2}, 2 degrees of freedom, p < .001`);
  }
});

test('leaves out about 1/e of the rows of a bootstrap sample, and counts rows drawn twice twice', () => {
  const n = 300;
  const shares = range(20).map(
    (i) => grow(range(n), range(n), { bootstrap: true }, [i, 1]).leaves.length / n,
  );
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  assert.ok(Math.abs(mean - (1 - 1 / Math.E)) < 0.02, `${mean}`);
  const means = range(200).map((i) => {
    return grow([7, 7, 7], [0, 0, 9], { bootstrap: true }, [i, 1]).leaves[0];
  });
  assert.equal(new Set(means.toSorted((a, b) => a - b)), new Set([0, 3, 6, 9]));
});

interface GoldenTree {
  readonly min_samples_leaf?: number;
  readonly min_samples_split?: number;
  readonly max_depth?: number;
  readonly feature: number[];
  readonly threshold: number[];
  readonly leaves: number[];
}

test('splits as scikit-learn does where chance decides nothing', () => {
  const read = (file: string) => JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8'));
  const { n_features: nFeatures, features, targets } = read('data.json');
  const { n_train: nTrain, trees } = read('expected.json');
  const [X, y] = [features.slice(0, nTrain * nFeatures), targets.slice(0, nTrain)];
  for (const golden of trees as GoldenTree[]) {
    const tree = grow(X, y, {
      maxFeatures: nFeatures,
      minSamplesLeaf: golden.min_samples_leaf ?? 1,
      minSamplesSplit: golden.min_samples_split ?? 2,
      maxDepth: golden.max_depth ?? null,
    });
    assert.equal([...tree.feature], golden.feature);
    tree.threshold.forEach((value, i) => assert.ok(Math.abs(value - golden.threshold[i]) < 1e-7));
    assert.is(tree.leaves.length, golden.leaves.length);
    tree.leaves.forEach((leaf, i) => assert.ok(Math.abs(leaf - golden.leaves[i]) < 2e-9));
  }
});

test.run();
