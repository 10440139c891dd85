/**
 * A regression forest as a file keeps it: the nodes of all trees in pre-order, left subtree before right, as
 * {@link Forest} has them, and the mean of each leaf.
 */
import type { Tensor } from '../../tensors/safetensors.ts';
import type { FittedModel } from '../model.ts';
import type { TreeEnsemble } from './ensemble.ts';
import { connectNodes, findShapeProblem } from './forest.ts';
import type { Forest } from './forest.ts';
import type { RegressionTree } from './grow-regression-tree.ts';

export interface RegressionForest extends Pick<
  Forest,
  'nFeatures' | 'nTrees' | 'feature' | 'threshold'
> {
  /** Mean target of each leaf, in their order. */
  readonly leaf: Float64Array;
}

/** @param trees - Nodes and leaves numbered in pre-order. */
export function joinRegressionTrees(
  trees: readonly RegressionTree[],
  nFeatures: number,
): RegressionForest {
  const nSplits = trees.reduce((n, { feature }) => n + feature.length, 0);
  const nLeaves = trees.reduce((n, { leaves }) => n + leaves.length, 0);
  const feature = new Int16Array(nSplits + nLeaves);
  const threshold = new Float32Array(nSplits);
  const leaf = new Float64Array(nLeaves);
  let [node, split, leafAt] = [0, 0, 0];
  for (const tree of trees) {
    const open = [tree.feature.length > 0 ? 0 : ~0];
    for (let child = open.pop(); child !== undefined; child = open.pop()) {
      feature[node++] = child < 0 ? -1 : tree.feature[child];
      if (child >= 0) open.push(tree.right[child], tree.left[child]);
    }
    threshold.set(tree.threshold, split);
    leaf.set(tree.leaves, leafAt);
    split += tree.feature.length;
    leafAt += tree.leaves.length;
  }
  return { nFeatures, nTrees: trees.length, feature, threshold, leaf };
}

export function toTensors({ feature, threshold, leaf }: RegressionForest): Record<string, Tensor> {
  return {
    feature: { dtype: 'I16', shape: [feature.length], data: feature },
    threshold: { dtype: 'F32', shape: [threshold.length], data: threshold },
    leaf: { dtype: 'F64', shape: [leaf.length], data: leaf },
  };
}

/** Of a model that {@link findRegressionForestProblem} finds nothing against. */
export function fromFitted({ columns, facts, tensors }: FittedModel): RegressionForest {
  return {
    ...{ nFeatures: columns.length, nTrees: facts.n_trees as number },
    feature: tensors.feature.data as Int16Array,
    threshold: tensors.threshold.data as Float32Array,
    leaf: tensors.leaf.data as Float64Array,
  };
}

/** What does not fit together in a forest from a file, as "got" of a message; null: all does. */
export function findRegressionForestProblem(fitted: FittedModel): string | null {
  const { columns, facts, tensors } = fitted;
  const { n_trees: nTrees } = facts;
  if (!Number.isSafeInteger(nTrees) || (nTrees as number) < 1) return `${String(nTrees)} trees`;
  const dtypes = { feature: 'I16', threshold: 'F32', leaf: 'F64' };
  for (const [name, expected] of Object.entries(dtypes)) {
    const { dtype, shape } = tensors[name] ?? { dtype: 'none', shape: [] };
    const fits = dtype === expected && shape.length === 1;
    if (!fits) return `the tensor ${name} as ${dtype} (${shape.join(', ')})`;
  }
  const { feature, threshold, leaf } = fromFitted(fitted);
  const wrong = feature.find((f) => f < -1 || f >= columns.length);
  if (wrong !== undefined) return `a node on feature ${wrong} of ${columns.length}`;
  if (!threshold.every(Number.isFinite)) return 'a threshold that is no number';
  if (!leaf.every(Number.isFinite)) return 'a leaf that is no number';
  return findShapeProblem({ feature, threshold, leaf, nTrees: nTrees as number });
}

/** The forest laid out for walking; the sum of its leaves over nTrees is what it predicts. */
export function toEnsemble(forest: RegressionForest): TreeEnsemble {
  const { nFeatures, nTrees, feature, threshold, leaf } = forest;
  return {
    ...{ nFeatures, nOutputs: 1, leafSize: 1, leaves: leaf },
    ...connectNodes(feature, threshold, nTrees, (nth) => nth),
    categoryStart: new Int32Array(1),
    categoryBits: new Uint32Array(0),
  };
}
