/** Regression forests made up at random, as the tests of models need them. */
import { packNodes } from '../../lib/models/trees/ensemble.ts';
import type { TreeEnsemble } from '../../lib/models/trees/ensemble.ts';
import { createRng } from '../../lib/rng.ts';

/** Trees of up to `depth` splits one below the other, thresholds float32; some are one leaf. */
export function makeForest(
  seed: number,
  { nTrees = 10, nFeatures = 4, depth = 6 } = {},
): TreeEnsemble {
  const rng = createRng(seed, 'tests', 'forest');
  const columns = { feature: [], threshold: [], decision: [], left: [], right: [] } as {
    [part: string]: number[];
  };
  const leaves: number[] = [];
  const grow = (level: number): number => {
    if (level === 0 || rng() < 0.2) return ~(leaves.push(rng() * 100 - 20) - 1);
    const own = columns.feature.push(Math.floor(rng() * nFeatures)) - 1;
    columns.threshold.push(Math.fround(rng() * 2 - 1));
    columns.decision.push(0);
    columns.left.push(0);
    columns.right.push(0);
    columns.left[own] = grow(level - 1);
    columns.right[own] = grow(level - 1);
    return own;
  };
  const roots = Int32Array.from({ length: nTrees }, () => grow(depth));
  const { feature, threshold, decision, left, right } = columns;
  return {
    ...{ nFeatures, nOutputs: 1, leafSize: 1, roots },
    nodes: packNodes({ feature, threshold, decision, left, right }),
    leaves: Float64Array.from(leaves),
    categoryStart: new Int32Array(1),
    categoryBits: new Uint32Array(0),
  };
}

/** Rows in [-1, 1), every third value one of the thresholds or next to it; shape (n, nFeatures). */
export function makeRows({ nodes, nFeatures }: TreeEnsemble, n: number, seed: number): number[][] {
  const rng = createRng(seed, 'tests', 'rows');
  const thresholds = new Float64Array(nodes).filter((_, i) => i % 3 === 0);
  const draw = (): number => {
    if (rng() < 2 / 3) return rng() * 2 - 1;
    const threshold = thresholds[Math.floor(rng() * thresholds.length)];
    return threshold * (1 + Math.floor(rng() * 5 - 2) * 2 ** -25);
  };
  return Array.from({ length: n }, () => Array.from({ length: nFeatures }, draw));
}
