/** Walks rows through trees with typed arrays, as kernel/predict.cc does. */
import {
  CATEGORICAL,
  DECISION,
  DEFAULT_LEFT,
  FEATURE,
  LEFT,
  MISSING_NAN,
  MISSING_ZERO,
  NODE_DOUBLES,
  NODE_WORDS,
  RIGHT,
} from './ensemble.ts';
import type { TreeEnsemble } from './ensemble.ts';

/** LightGBM's kZeroThreshold. */
const ZERO = Math.fround(1e-35);

/** What {@link addTrees} promises, on this thread. */
export function walkTrees(
  ensemble: TreeEnsemble,
  features: Float32Array,
  nSamples: number,
  sums: Float64Array,
): void {
  const { nFeatures, nOutputs, roots, leaves, leafSize } = ensemble;
  const doubles = new Float64Array(ensemble.nodes);
  const integers = new Int32Array(ensemble.nodes);
  for (let tree = 0; tree < roots.length; tree++) {
    for (let i = 0; i < nSamples; i++) {
      let node = roots[tree];
      while (node >= 0) {
        const at = node * NODE_WORDS;
        const value = features[i * nFeatures + integers[at + FEATURE]];
        const threshold = doubles[node * NODE_DOUBLES];
        const decision = integers[at + DECISION];
        const isLeft =
          decision === 0 && value === value
            ? value <= threshold
            : goesLeft(ensemble, decision, threshold, value);
        node = integers[at + (isLeft ? LEFT : RIGHT)];
      }
      const leaf = ~node * leafSize;
      if (leafSize === 1) sums[i * nOutputs + (tree % nOutputs)] += leaves[leaf];
      else for (let k = 0; k < leafSize; k++) sums[i * nOutputs + k] += leaves[leaf + k];
    }
  }
}

function goesLeft(
  ensemble: TreeEnsemble,
  decision: number,
  threshold: number,
  value: number,
): boolean {
  if (decision & CATEGORICAL) return isInSet(ensemble, value, threshold);
  const missing = (decision >> 2) & 3;
  const isMissing =
    (missing === MISSING_NAN && Number.isNaN(value)) ||
    (missing === MISSING_ZERO && (Number.isNaN(value) || Math.abs(value) <= ZERO));
  if (isMissing) return (decision & DEFAULT_LEFT) !== 0;
  // NaN that is no missing value counts as 0
  return (Number.isNaN(value) ? 0 : value) <= threshold;
}

function isInSet(
  { categoryStart, categoryBits }: TreeEnsemble,
  value: number,
  set: number,
): boolean {
  // NaN and numbers beyond int32 are in no set
  if (!(value > -1 && value < 2 ** 31)) return false;
  const category = Math.trunc(value);
  const word = categoryStart[set] + Math.floor(category / 32);
  return word < categoryStart[set + 1] && ((categoryBits[word] >>> (category % 32)) & 1) === 1;
}
