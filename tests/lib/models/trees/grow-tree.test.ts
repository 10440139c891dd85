import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinTrees, toEnsemble } from '../../../../lib/models/trees/forest.ts';
import { createGrower } from '../../../../lib/models/trees/grow-tree.ts';
import type { GrowOptions, GrownTree, TreeKey } from '../../../../lib/models/trees/grow-tree.ts';
import { loadKernel } from '../../../../lib/models/trees/kernel.ts';
import { rankTable } from '../../../../lib/models/trees/ranked-table.ts';
import { walkTrees } from '../../../../lib/models/trees/walk-trees.ts';
import { OPTIONS, bytesOf, makeTable, optionsFor, smallTables, treeKeys } from './small-forest.ts';
import type { SmallTable } from './small-forest.ts';

const test = suite('growing a tree');

const kernel = loadKernel((line) => console.error(line));

function grow(
  { features, labels, nClasses }: SmallTable,
  changes: Partial<GrowOptions> = {},
  key: TreeKey = [1, 2],
): GrownTree {
  const classWeight = new Array<number>(nClasses).fill(1);
  const options = { ...OPTIONS, classWeight, ...changes };
  const table = rankTable(features, labels, nClasses, options.splitter === 'random');
  return createGrower(table, options)(key);
}

async function growNatively(
  { features, labels }: SmallTable,
  options: GrowOptions,
  key: TreeKey,
): Promise<GrownTree> {
  const forest = await kernel!.grow(features, labels, options, [key], 1);
  try {
    return (await forest.next())!.tree;
  } finally {
    await forest.free();
  }
}

const column = (values: number[], labels: number[], nClasses = 2): SmallTable => ({
  features: Float32Array.from(values),
  labels: Int32Array.from(labels),
  nFeatures: values.length / labels.length,
  nClasses,
});
const NO_SETS = { categoryStart: new Int32Array(1), categoryBits: new Uint32Array(0) };
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('splits two classes that a threshold parts, once, in the middle', () => {
  const tree = grow(column([1, 2, 5, 6], [0, 0, 1, 1]), { splitter: 'best' });
  assert.equal([...tree.feature], [0, -1, -1]);
  assert.equal([...tree.threshold], [3.5]);
  assert.equal([...tree.leaf], [0, 1]);
  assert.is(tree.mixed.length, 0);
});

test('keeps the shares of the classes by weight where rows cannot be told apart', () => {
  const tree = grow(column([7, 7, 7, 7], [0, 1, 1, 1]), { classWeight: [3, 2] });
  assert.equal([...tree.feature], [-1]);
  assert.equal([...tree.leaf], [2]);
  assert.equal([...tree.mixed], [3 / 9, 6 / 9].map(Math.fround));
});

test('takes the cut that lowers the weighted impurity most', () => {
  // sorted labels 0 1 0 0 1 1; Gini: sum of squares over size, left plus right
  // cuts: 1/1 + 13/5 = 3.6 | 2/2 + 8/4 = 3 | 5/3 + 5/3 = 3.33 | 10/4 + 4/2 = 4.5 | 13/5 + 1 = 3.6
  const tree = grow(column([1, 2, 3, 4, 5, 6], [0, 1, 0, 0, 1, 1]), {
    splitter: 'best',
    maxDepth: 1,
  });
  assert.equal([...tree.threshold], [4.5]);
  // rows of class 1 count 20: at 1.5 1 + 3604/62 = 59.1, at 4.5 409/23 + 40 = 57.8, elsewhere less
  const weighted = grow(column([1, 2, 3, 4, 5, 6], [0, 1, 0, 0, 1, 1]), {
    ...{ splitter: 'best', maxDepth: 1, classWeight: [1, 20] },
  });
  assert.equal([...weighted.threshold], [1.5]);
});

test('draws thresholds evenly between the least and the greatest value', () => {
  const table = column([-10, 0, 1, 30], [0, 1, 0, 1]);
  const nDraws = 4000;
  const bins = new Array<number>(8).fill(0);
  for (let i = 0; i < nDraws; i++) {
    const { threshold } = grow(table, { maxDepth: 1 }, [i, 7]);
    assert.ok(threshold[0] >= -10 && threshold[0] < 30);
    bins[Math.floor((threshold[0] + 10) / 5)]++;
  }
  const expected = nDraws / bins.length;
  const chi2 = bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  assert.ok(chi2 < 24.3, `chi-square of ${chi2}, 7 degrees of freedom, p < .001`);
});

test('sends a value that is the threshold to the left, in the tree as in its counts', () => {
  // float32 has only even numbers here, so that every threshold is a value
  const values = range(4).map((i) => 2 ** 24 + 2 * i);
  for (const i of range(20)) {
    const tree = grow(column(values, range(4), 4), {}, [i, 4]);
    const { roots, nodes } = toEnsemble(joinTrees([tree], 1, 4));
    const leaves = Float64Array.of(0, 1, 2, 3);
    const sums = new Float64Array(4);
    const ensemble = { nFeatures: 1, nOutputs: 1, leafSize: 1, roots, nodes, leaves, ...NO_SETS };
    walkTrees(ensemble, Float32Array.from(values), 4, sums);
    assert.equal([...sums], range(4));
  }
});

test('draws each feature as often as any other, and passes constant ones', () => {
  // all columns but the first alike, so that the draw decides
  const values = [0, 1, 2, 3].flatMap((v) => [5, v, v, v]);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 3000; i++) {
    counts[grow(column(values, [0, 1, 0, 1]), { maxDepth: 1 }, [i, 3]).feature[0]]++;
  }
  assert.is(counts[0], 0);
  const chi2 = counts.slice(1).reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert.ok(chi2 < 13.8, `chi-square of ${chi2}, 2 degrees of freedom, p < .001`);
});

test('lets chance decide between features that split equally well', () => {
  const values = [0, 1].flatMap((v) => [v, v, v]);
  const counts = [0, 0, 0];
  for (let i = 0; i < 3000; i++) {
    counts[grow(column(values, [0, 1]), { maxFeatures: 3 }, [i, 3]).feature[0]]++;
  }
  const chi2 = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert.ok(chi2 < 13.8, `chi-square of ${chi2}, 2 degrees of freedom, p < .001`);
});

test('leaves out about 1/e of the rows of a bootstrap sample', () => {
  // every row is a class of its own, so that the leaves are the rows drawn
  const n = 300;
  const table = column(range(n), range(n), n);
  const shares = range(20).map((i) => {
    const { leaf } = grow(table, { bootstrap: true, splitter: 'best' }, [i, 1]);
    assert.is(new Set(leaf).size, leaf.length);
    return leaf.length / n;
  });
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  assert.ok(Math.abs(mean - (1 - 1 / Math.E)) < 0.02);
});

test('stops at the depth and the sizes that it is given', () => {
  const table = makeTable(3, 200, 5, 3);
  const nNodes = (changes: Partial<GrowOptions>): number =>
    grow(table, { maxFeatures: 5, ...changes }).feature.length;
  assert.ok(nNodes({ maxDepth: 2 }) <= 7);
  assert.is(nNodes({ minSamplesSplit: 201 }), 1);
  assert.ok(nNodes({ minSamplesLeaf: 40 }) <= 2 * 5 - 1);
  assert.ok(nNodes({}) > nNodes({ minSamplesSplit: 20 }));
});

test('draws no threshold among the values of one rank', () => {
  // 70,000 values for 65,536 ranks
  const values = Float32Array.from({ length: 70_000 }, (_, i) => Math.fround(i / 7));
  const labels = Int32Array.from(values, (_, i) => (i >> 12) & 1);
  const table = rankTable(values, labels, 2, false);
  assert.is(table.upper.length, 65_536);
  const { threshold } = createGrower(table, { ...OPTIONS, maxDepth: 12 })([5, 5]);
  const upper = new Set(table.upper);
  const shared = [...table.upper.keys()].filter((rank) => table.lower[rank] < table.upper[rank]);
  assert.ok(shared.length > 4000);
  for (const value of threshold) {
    const isAmong = shared.some((rank) => table.lower[rank] <= value && value < table.upper[rank]);
    assert.not(isAmong && !upper.has(value));
  }
});

if (kernel !== null) {
  test('property: the kernel grows the same tree to the bit', async () => {
    const cases = smallTables.chain((table) =>
      fc.tuple(fc.constant(table), optionsFor(table), treeKeys),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([table, options, key]) => {
        const native = await growNatively(table, options, key);
        assert.is(bytesOf(native), bytesOf(grow(table, options, key)));
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test('the kernel grows the same large trees to the bit, packed or not', async () => {
    // over 32 binary columns, which fill more than a word of bits
    const table = makeTable(9, 5000, 180, 4);
    for (const splitter of ['random', 'best'] as const) {
      const options: GrowOptions = {
        ...{ ...OPTIONS, splitter, criterion: 'entropy', maxFeatures: 40 },
        ...{ classWeight: [1, 2, 0.3, 1], bootstrap: splitter === 'best' },
      };
      const native = await growNatively(table, options, [8, 9]);
      assert.is(bytesOf(native), bytesOf(grow(table, options, [8, 9])));
    }
  });

  test('the kernel shares ranks as the typed arrays do', async () => {
    const nSamples = 80_000;
    const features = Float32Array.from({ length: 2 * nSamples }, (_, i) =>
      Math.fround(((i * 7919) % 160_001) / 3 - 9999),
    );
    const labels = Int32Array.from({ length: nSamples }, (_, i) => (features[2 * i] > 0 ? 1 : 0));
    const table = { features, labels, nFeatures: 2, nClasses: 2 };
    const native = await growNatively(table, OPTIONS, [1, 2]);
    assert.is(bytesOf(native), bytesOf(grow(table, {}, [1, 2])));
  });
}

test.run();
