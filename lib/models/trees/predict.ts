/** Sums of leaves over the trees of an ensemble, by the compiled kernel or by typed arrays. */
import type { Machine } from '../model.ts';
import type { TreeEnsemble } from './ensemble.ts';
import { loadKernel } from './kernel.ts';
import { walkTrees } from './walk-trees.ts';

/**
 * Adds the leaf that each tree gives a row to the row's sums, tree after tree.
 *
 * A row gets the same bits alone, in a subset and in the whole, whatever the number of threads, and from the
 * kernel and the typed arrays alike: every sum is taken in the order of the trees, in float64, from what `sums` holds.
 * Nodes decide as LightGBM's do (include/LightGBM/tree.h): a value <= threshold goes left; a missing one goes
 * where bit 1 of the decision says; NaN that is not missing counts as 0; a category that is not in its node's
 * set, is negative or NaN goes right.
 *
 * @param ensemble - Known to be whole: {@link findEnsembleProblem} gives null.
 * @param features - Row-major, shape (nSamples, nFeatures).
 * @param sums - Row-major, shape (nSamples, nOutputs); begins with what is added to, such as zeros.
 */
export async function addTrees(
  ensemble: TreeEnsemble,
  features: Float32Array,
  sums: Float64Array,
  { threads, warn }: Machine,
): Promise<void> {
  const nSamples = sums.length / ensemble.nOutputs;
  if (features.length !== nSamples * ensemble.nFeatures) {
    throw new Error(`${features.length} features for ${nSamples} rows of ${ensemble.nFeatures}`);
  }
  const kernel = loadKernel(warn);
  if (kernel === null) walkTrees(ensemble, features, nSamples, sums);
  else await kernel.addTrees(ensemble, features, nSamples, sums, threads);
}

/** Sums over `n` trees as their means. */
export function toMeans(sums: Float64Array, n: number): Float32Array {
  const means = new Float32Array(sums.length);
  // a loop: from() with a function takes thirty times as long
  for (let i = 0; i < sums.length; i++) means[i] = sums[i] / n;
  return means;
}
