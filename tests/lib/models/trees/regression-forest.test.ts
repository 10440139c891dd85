import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FittedModel } from '../../../../lib/models/model.ts';
import type { RegressionTree } from '../../../../lib/models/trees/grow-regression-tree.ts';
import { addTrees } from '../../../../lib/models/trees/predict.ts';
import {
  findRegressionForestProblem,
  fromFitted,
  joinRegressionTrees,
  toEnsemble,
  toTensors,
} from '../../../../lib/models/trees/regression-forest.ts';

const test = suite('file of a regression forest');

/** x0 <= 0.5 ? (x1 <= 2 ? 10 : 20) : 30, and a tree of one leaf. */
const TREES: RegressionTree[] = [
  {
    feature: Int32Array.of(0, 1),
    threshold: Float64Array.of(0.5, 2),
    left: Int32Array.of(1, ~0),
    right: Int32Array.of(~2, ~1),
    leaves: Float64Array.of(10, 20, 30),
  },
  {
    ...{ feature: new Int32Array(0), threshold: new Float64Array(0) },
    ...{ left: new Int32Array(0), right: new Int32Array(0), leaves: Float64Array.of(0.25) },
  },
];
const FITTED: FittedModel = {
  ...{ name: 'random-forest', columns: ['a', 'b'], task: 'regression', nClasses: 0 },
  facts: { n_trees: 2 },
  tensors: toTensors(joinRegressionTrees(TREES, 2)),
};

test('keeps nodes in pre-order, thresholds of splits and means of leaves', () => {
  const { feature, threshold, leaf } = FITTED.tensors;
  assert.equal([...feature.data], [0, 1, -1, -1, -1, -1]);
  assert.equal([...threshold.data], [0.5, 2]);
  assert.equal([...leaf.data], [10, 20, 30, 0.25]);
});

test('predicts as the trees that it was made of', async () => {
  assert.is(findRegressionForestProblem(FITTED), null);
  const rows = Float32Array.of(0, 2, 0.5, 3, 0.75, 0, 0, 2.5);
  const sums = new Float64Array(4);
  const machine = { threads: 1, warn: () => {} };
  await addTrees(toEnsemble(fromFitted(FITTED)), rows, sums, machine);
  assert.equal([...sums], [10.25, 20.25, 30.25, 20.25]);
});

test('is refused where its parts do not fit together', () => {
  const problemOf = (changes: Partial<FittedModel['tensors']>, nTrees: unknown = 2) => {
    const tensors = { ...FITTED.tensors, ...changes } as FittedModel['tensors'];
    return findRegressionForestProblem({ ...FITTED, facts: { n_trees: nTrees }, tensors });
  };
  const nodes = (...feature: number[]) => ({
    feature: { dtype: 'I16', shape: [feature.length], data: Int16Array.from(feature) } as const,
  });
  const leaves = (...leaf: number[]) => ({
    leaf: { dtype: 'F64', shape: [leaf.length], data: Float64Array.from(leaf) } as const,
  });
  assert.is(problemOf({}, 0), '0 trees');
  assert.is(problemOf({}, 3), '2 trees, where n_trees is 3');
  assert.is(problemOf(nodes(0, 2, -1, -1, -1, -1)), 'a node on feature 2 of 2');
  assert.is(problemOf(nodes(0, 1, -1, -1)), 'a tree that breaks off');
  assert.is(problemOf(leaves(1, 2, 3)), '3 leaves, where 4 are needed');
  assert.is(problemOf(leaves(1, 2, 3, NaN)), 'a leaf that is no number');
  const threshold = { dtype: 'F32', shape: [2], data: Float32Array.of(1, NaN) } as const;
  assert.is(problemOf({ threshold }), 'a threshold that is no number');
  const leaf = { dtype: 'F32', shape: [4], data: new Float32Array(4) } as const;
  assert.is(problemOf({ leaf }), 'the tensor leaf as F32 (4)');
});

test.run();
