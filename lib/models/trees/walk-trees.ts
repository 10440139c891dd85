/** Walks rows through trees with typed arrays, as kernel/predict.cc does. */
import {
  CATEGORICAL,
  DECISION,
  DEFAULT_LEFT,
  FEATURE,
  LEFT,
  NAN_LEFT,
  NODE_DOUBLES,
  NODE_WORDS,
  RIGHT,
  SPECIAL,
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
          decision & SPECIAL
            ? goesLeft(ensemble, decision, threshold, value)
            : value <= threshold || (!(value > threshold) && (decision & NAN_LEFT) !== 0);
        node = integers[at + (isLeft ? LEFT : RIGHT)];
      }
      const leaf = ~node * leafSize;
      if (leafSize === 1) sums[i * nOutputs + (tree % nOutputs)] += leaves[leaf];
      else for (let k = 0; k < leafSize; k++) sums[i * nOutputs + k] += leaves[leaf + k];
    }
  }
}

/** Of a categorical node, or one where zeros are missing. */
function goesLeft(
  ensemble: TreeEnsemble,
  decision: number,
  threshold: number,
  value: number,
): boolean {
  if (decision & CATEGORICAL) return isInSet(ensemble, value, threshold);
  const isMissing = Number.isNaN(value) || Math.abs(value) <= ZERO;
  return isMissing ? (decision & DEFAULT_LEFT) !== 0 : value <= threshold;
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
