/** Fits a forest of regression trees and predicts with it. */
import type { Rng } from '../../rng.ts';
import type { Machine } from '../model.ts';
import { packNodes } from './ensemble.ts';
import type { TreeEnsemble } from './ensemble.ts';
import type { ForestParams } from './fit-forest.ts';
import type { TreeKey } from './grow-tree.ts';
import { createRegressionGrower } from './grow-regression-tree.ts';
import type { RegressionGrowOptions, RegressionTree } from './grow-regression-tree.ts';
import { addTrees } from './predict.ts';
import { sortTable } from './sorted-table.ts';

export type ForestRegressorParams = Omit<ForestParams, 'criterion'> &
  Pick<RegressionGrowOptions, 'splitter'>;

/** scikit-learn's RandomForestRegressor. */
export const RANDOM_FOREST_REGRESSOR: ForestRegressorParams = {
  splitter: 'best',
  nEstimators: 100,
  maxFeatures: 1,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  maxDepth: null,
  bootstrap: true,
};

/** scikit-learn's ExtraTreesRegressor. */
export const EXTRA_TREES_REGRESSOR: ForestRegressorParams = {
  ...RANDOM_FOREST_REGRESSOR,
  splitter: 'random',
  bootstrap: false,
};

/**
 * A forest that predicts the mean of its trees, see {@link predictForestRegressor}; on this thread.
 *
 * @param features - Row-major, finite, shape (nSamples, nFeatures).
 * @param targets - Finite, shape (nSamples), nSamples >= 1.
 * @param rng - Two numbers are drawn for each tree.
 */
export function fitForestRegressor(
  features: Float32Array,
  targets: Float64Array,
  { nEstimators, maxFeatures, ...rest }: ForestRegressorParams,
  rng: Rng,
): TreeEnsemble {
  const table = sortTable(features, targets.length);
  const { nFeatures } = table;
  const grow = createRegressionGrower(table, targets, {
    ...rest,
    // 0.07 of 100 is 7, though 0.07 × 100 is 7.000000000000001
    maxFeatures: Math.max(1, Math.floor(maxFeatures * nFeatures + 1e-9)),
  });
  const keys = Array.from({ length: nEstimators }, (): TreeKey => {
    return [rng.int32() >>> 0, rng.int32() >>> 0];
  });
  return joinRegressionTrees(keys.map(grow), nFeatures);
}

/** The trees laid out for walking. */
function joinRegressionTrees(trees: readonly RegressionTree[], nFeatures: number): TreeEnsemble {
  const nSplits = trees.reduce((n, { feature }) => n + feature.length, 0);
  const columns = {
    feature: new Int32Array(nSplits),
    threshold: new Float64Array(nSplits),
    decision: new Uint8Array(nSplits),
    left: new Int32Array(nSplits),
    right: new Int32Array(nSplits),
  };
  const leaves = new Float64Array(trees.reduce((n, tree) => n + tree.leaves.length, 0));
  const roots = new Int32Array(trees.length);
  let [node, leaf] = [0, 0];
  trees.forEach((tree, t) => {
    const shift = (child: number): number => (child < 0 ? child - leaf : child + node);
    roots[t] = shift(tree.feature.length > 0 ? 0 : ~0);
    columns.feature.set(tree.feature, node);
    columns.threshold.set(tree.threshold, node);
    columns.left.set(tree.left.map(shift), node);
    columns.right.set(tree.right.map(shift), node);
    leaves.set(tree.leaves, leaf);
    node += tree.feature.length;
    leaf += tree.leaves.length;
  });
  return {
    ...{ nFeatures, nOutputs: 1, leafSize: 1, roots, leaves },
    nodes: packNodes(columns),
    categoryStart: new Int32Array(1),
    categoryBits: new Uint32Array(0),
  };
}

/**
 * The mean of the trees; the same bits for a row alone and among others, on any number of threads.
 *
 * @param features - Row-major, shape (nSamples, nFeatures).
 * @returns Shape (nSamples).
 */
export async function predictForestRegressor(
  forest: TreeEnsemble,
  features: Float32Array,
  machine: Machine,
): Promise<Float64Array> {
  const sums = new Float64Array(features.length / forest.nFeatures);
  await addTrees(forest, features, sums, machine);
  return sums.map((sum) => sum / forest.roots.length);
}
