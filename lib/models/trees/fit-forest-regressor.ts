/** Fits a forest of regression trees and predicts with it. */
import type { Rng } from '../../rng.ts';
import type { Machine } from '../model.ts';
import type { TreeEnsemble } from './ensemble.ts';
import type { ForestParams } from './fit-forest.ts';
import { countTriedFeatures, drawKeys } from './forest-params.ts';
import { createRegressionGrower } from './grow-regression-tree.ts';
import type { RegressionGrowOptions } from './grow-regression-tree.ts';
import { addTrees } from './predict.ts';
import { joinRegressionTrees, toEnsemble } from './regression-forest.ts';
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
 * @param sample - Rows to learn from, one as often as it stands here, shape (nSamples); left out: each once.
 */
export function fitForestRegressor(
  features: Float32Array,
  targets: Float64Array,
  { nEstimators, maxFeatures, ...rest }: ForestRegressorParams,
  rng: Rng,
  sample?: Int32Array,
): TreeEnsemble {
  const table = sortTable(features, targets.length);
  const { nFeatures } = table;
  const options = { ...rest, maxFeatures: countTriedFeatures(maxFeatures, nFeatures) };
  const grow = createRegressionGrower(table, targets, options, sample);
  return toEnsemble(joinRegressionTrees(drawKeys(rng, nEstimators).map(grow), nFeatures));
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
