import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FittedModel } from '../../../../lib/models/model.ts';
import {
  findForestProblem,
  fromFitted,
  joinTrees,
  toEnsemble,
  toTensors,
} from '../../../../lib/models/trees/forest.ts';
import { NAN_LEFT, findEnsembleProblem } from '../../../../lib/models/trees/ensemble.ts';
import type { GrownTree } from '../../../../lib/models/trees/grow-tree.ts';
import type { Tensor } from '../../../../lib/tensors/safetensors.ts';

const test = suite('forest');

/** x1 <= .5 ? (x0 <= 2 ? class 0 : mixed) : class 2; then a tree that is one mixed leaf. */
const TREES: GrownTree[] = [
  {
    feature: Int16Array.of(1, 0, -1, -1, -1),
    threshold: Float32Array.of(0.5, 2),
    leaf: Int32Array.of(0, 3, 2),
    mixed: Float32Array.of(0.25, 0.75, 0),
  },
  {
    feature: Int16Array.of(-1),
    threshold: new Float32Array(0),
    leaf: Int32Array.of(3),
    mixed: Float32Array.of(0, 0.5, 0.5),
  },
];
const FOREST = joinTrees(TREES, 2, 3);
const FITTED: FittedModel = {
  name: 'extra-trees',
  columns: ['a', 'b'],
  nClasses: 3,
  facts: { n_trees: 2 },
  tensors: toTensors(FOREST),
};

test('keeps the nodes of all trees one after another, mixed leaves numbered through', () => {
  assert.equal([...FOREST.feature], [1, 0, -1, -1, -1, -1]);
  assert.equal([...FOREST.leaf], [0, 3, 2, 4]);
  assert.equal([...FOREST.mixed], [0.25, 0.75, 0, 0, 0.5, 0.5]);
  assert.equal(fromFitted(FITTED), FOREST);
  assert.is(findForestProblem(FITTED), null);
});

test('numbers leaves in bytes as long as they fit', () => {
  const tree = (nMixed: number): GrownTree => ({
    feature: Int16Array.of(-1),
    threshold: new Float32Array(0),
    leaf: Int32Array.of(2),
    mixed: new Float32Array(2 * nMixed).fill(0.5),
  });
  assert.is(toTensors(joinTrees([tree(254)], 1, 2)).leaf.dtype, 'U8');
  assert.is(toTensors(joinTrees([tree(255)], 1, 2)).leaf.dtype, 'I32');
});

test('lays the trees out with the children that their order implies', () => {
  const { roots, nodes, leaves } = toEnsemble(FOREST);
  assert.equal([...roots], [0, ~4]);
  // threshold, then feature, decision, left, right; NaN would count as 0, which goes left
  assert.equal([...new Int32Array(nodes)].slice(2, 6), [1, NAN_LEFT, 1, ~2]);
  assert.equal([...new Int32Array(nodes)].slice(8, 12), [0, NAN_LEFT, ~0, ~3]);
  assert.equal(
    [...new Float64Array(nodes)].filter((_, i) => i % 3 === 0),
    [0.5, 2],
  );
  assert.equal([...leaves], [1, 0, 0, 0, 1, 0, 0, 0, 1, 0.25, 0.75, 0, 0, 0.5, 0.5]);
});

const i16 = (...values: number[]): Tensor => ({
  dtype: 'I16',
  shape: [values.length],
  data: Int16Array.from(values),
});
const f32 = (...values: number[]): Tensor => ({
  dtype: 'F32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const u8 = (...values: number[]): Tensor => ({
  dtype: 'U8',
  shape: [values.length],
  data: Uint8Array.from(values),
});
const mixed = (...values: number[]): Tensor => ({ ...f32(...values), shape: [2, 3] }) as Tensor;

const DAMAGED: [what: string, change: Record<string, Tensor>, problem: string][] = [
  [
    'feature beyond the columns',
    { feature: i16(2, 0, -1, -1, -1, -1) },
    'a node on feature 2 of 2',
  ],
  ['feature below -1', { feature: i16(1, -2, -1, -1, -1, -1) }, 'a node on feature -2 of 2'],
  ['broken tree', { feature: i16(1, 0, -1, -1, -1, 0) }, 'a tree that breaks off'],
  ['other number of trees', { feature: i16(1, 0, -1, -1, -1) }, '1 trees, where n_trees is 2'],
  ['missing threshold', { threshold: f32(0.5) }, '1 thresholds of 2 splits'],
  ['NaN threshold', { threshold: f32(0.5, NaN) }, 'a threshold that is no number'],
  ['missing leaf', { leaf: u8(0, 3, 2) }, '3 leaves, where 4 are needed'],
  ['leaf beyond the table', { leaf: u8(0, 3, 2, 5) }, 'a leaf 5 of 5'],
  [
    'probabilities that sum to 2',
    { mixed: mixed(0.25, 0.75, 1, 0, 0.5, 0.5) },
    'a leaf of the probabilities 0.25, 0.75, 1',
  ],
  [
    'negative probability',
    { mixed: mixed(0.5, 0.75, -0.25, 0, 0.5, 0.5) },
    'a leaf of the probabilities 0.5, 0.75, -0.25',
  ],
  [
    'NaN probability',
    { mixed: mixed(0.25, NaN, 0, 0, 0.5, 0.5) },
    'a leaf of the probabilities 0.25, NaN, 0',
  ],
  ['tensor of another kind', { feature: f32(1, 0) }, 'the tensor feature as F32 (2)'],
  ['mixed in one row', { mixed: f32(0, 1) }, 'the tensor mixed as F32 (2)'],
];

for (const [what, change, problem] of DAMAGED) {
  test(`refuses a ${what}`, () => {
    assert.is(findForestProblem({ ...FITTED, tensors: { ...FITTED.tensors, ...change } }), problem);
  });
}

test('refuses a missing tensor, another number of classes, and no trees', () => {
  const { leaf: _, ...tensors } = FITTED.tensors;
  assert.is(findForestProblem({ ...FITTED, tensors }), 'the tensor leaf as none ()');
  assert.is(findForestProblem({ ...FITTED, nClasses: 2 }), 'leaves of 3 classes');
  assert.is(findForestProblem({ ...FITTED, facts: {} }), 'undefined trees');
  assert.is(findForestProblem({ ...FITTED, facts: { n_trees: 0 } }), '0 trees');
});

test('an ensemble whose walk would leave its arrays or never end is refused', () => {
  const ensemble = toEnsemble(FOREST);
  assert.is(findEnsembleProblem(ensemble), null);
  const withWord = (word: number, value: number) => {
    const nodes = ensemble.nodes.slice(0);
    new Int32Array(nodes)[word] = value;
    return findEnsembleProblem({ ...ensemble, nodes });
  };
  assert.is(withWord(2, 2), 'node 0 on feature 2');
  assert.is(withWord(2, -1), 'node 0 on feature -1');
  assert.is(withWord(4, 0), `node 0 with the children 0 and ${~2}`);
  assert.is(withWord(4, 2), `node 0 with the children 2 and ${~2}`);
  assert.is(withWord(10, 0), `node 1 with the children 0 and ${~3}`);
  assert.is(withWord(11, ~5), `node 1 with the children ${~0} and ${~5}`);
  assert.is(withWord(3, 1), 'node 0 with category set 0.5');
  assert.is(withWord(1, 0x7ff80000), 'node 0 without a threshold');
  const changed = (change: object) => findEnsembleProblem({ ...ensemble, ...change });
  assert.is(changed({ roots: Int32Array.of(2) }), 'a tree that begins at 2');
  assert.is(changed({ roots: Int32Array.of(~5) }), 'a tree that begins at -6');
  assert.is(changed({ nodes: new ArrayBuffer(23) }), 'nodes of 23 bytes');
  assert.is(changed({ leafSize: 2 }), 'leaves of 2 values');
  assert.is(changed({ leaves: new Float64Array(4) }), '4 values of leaves');
  assert.is(changed({ leaves: new Float64Array(15).fill(NaN) }), 'a leaf that is no number');
  const sets = 'category sets that do not cover their bits';
  assert.is(changed({ categoryStart: new Int32Array(0) }), sets);
  assert.is(changed({ categoryStart: Int32Array.of(0, 1) }), sets);
  assert.is(
    changed({ categoryStart: Int32Array.of(0, 2, 1), categoryBits: new Uint32Array(1) }),
    'category set 1 of negative length',
  );
});

test.run();
