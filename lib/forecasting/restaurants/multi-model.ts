/**
 * Several random forests that together give a prediction and its range.
 *
 * The range tells how far forests differ that learnt from other draws of the same hours; it is no interval of a given
 * level, and holds fewer of the values that came than such an interval.
 */
import {
  fitForestRegressor,
  RANDOM_FOREST_REGRESSOR,
} from '../../models/trees/fit-forest-regressor.ts';
import type { TreeEnsemble } from '../../models/trees/ensemble.ts';
import { walkTrees } from '../../models/trees/walk-trees.ts';
import type { Rng } from '../../rng.ts';

export interface MultiModel {
  /** Fitted to all rows; gives the prediction. */
  readonly single: TreeEnsemble;
  /** Each fitted to a bootstrap sample of the rows of its own. */
  readonly others: readonly TreeEnsemble[];
}

export interface MultiModelParams {
  /** Trees of each forest. */
  readonly nEstimators: number;
  /** Forests beside the single one. */
  readonly nModels: number;
}

/** Each of shape (nRows), at least 0. */
export interface MultiPrediction {
  /** Of every forest, the single one first. */
  readonly all: readonly Float64Array[];
  /** Over all of them, so that the prediction lies within. */
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
}

/**
 * @param features - Row-major, finite, shape (nRows, nFeatures).
 * @param targets - Shape (nRows), nRows >= 1.
 * @param rng - A stream for each forest.
 */
export function fitMultiModel(
  features: Float32Array,
  targets: Float64Array,
  { nEstimators, nModels }: MultiModelParams,
  rng: (purpose: string) => Rng,
): MultiModel {
  const params = { ...RANDOM_FOREST_REGRESSOR, nEstimators };
  const fitSample = (k: number): TreeEnsemble => {
    const stream = rng(`model ${k + 1}`);
    const sample = targets.map(() => Math.floor(stream() * targets.length));
    return fitForestRegressor(features, targets, params, stream, Int32Array.from(sample));
  };
  return {
    single: fitForestRegressor(features, targets, params, rng('single_estimator')),
    others: Array.from({ length: nModels }, (_, k) => fitSample(k)),
  };
}

/** @param features - Row-major, shape (nRows, nFeatures). */
export function predictMultiModel(
  { single, others }: MultiModel,
  features: Float32Array,
): MultiPrediction {
  const all = [single, ...others].map((forest) => predictForest(forest, features));
  const over = (choose: (a: number, b: number) => number): Float64Array =>
    all[0].map((value, i) => all.reduce((best, values) => choose(best, values[i]), value));
  return { all, minimum: over(Math.min), maximum: over(Math.max) };
}

function predictForest(forest: TreeEnsemble, features: Float32Array): Float64Array {
  const nRows = features.length / forest.nFeatures;
  const sums = new Float64Array(nRows);
  walkTrees(forest, features, nRows, sums);
  return sums.map((sum) => Math.max(0, sum / forest.roots.length));
}
