/** A regression forest as LightGBM's model text, so that LightGBM and whatever loads its models predict with it. */
import { DECISION, FEATURE, LEFT, NODE_DOUBLES, NODE_WORDS, RIGHT } from './ensemble.ts';
import type { TreeEnsemble } from './ensemble.ts';

/** Bits that a plain numeric node lacks: categorical, and the kind of what is missing. */
const UNUSUAL = 1 | 4 | 8;

/** Nodes of one tree in pre-order, numbered from 0; children >= 0 are nodes, others ~leaf. */
export interface NumberedTree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly leaves: readonly number[];
}

/**
 * The mean of the trees; rows of float64 get bit for bit the mean of what addTrees sums for them as float32.
 *
 * @param forest - One output; nodes on numbers, where nothing is missing (NaN counts as 0).
 * @param columns - Names without spaces, shape (nFeatures).
 */
export function toLightgbmText(forest: TreeEnsemble, columns: readonly string[]): string {
  const trees = numberTrees(forest).map(formatTree);
  const head = [
    'tree',
    'version=v4',
    ...['num_class=1', 'num_tree_per_iteration=1', 'label_index=0'],
    `max_feature_idx=${columns.length - 1}`,
    'objective=regression',
    'average_output',
    `feature_names=${columns.join(' ')}`,
    `feature_infos=${columns.map(() => '[-inf:inf]').join(' ')}`,
    `tree_sizes=${trees.map((tree) => tree.length).join(' ')}`,
  ];
  return `${head.join('\n')}\n\n${trees.join('')}end of trees\n\npandas_categorical:[]\n`;
}

/** @throws Error for an ensemble that is no plain regression forest. */
export function numberTrees(forest: TreeEnsemble): NumberedTree[] {
  const integers = new Int32Array(forest.nodes);
  for (let at = DECISION; at < integers.length; at += NODE_WORDS) {
    if (integers[at] & UNUSUAL) throw new Error('the nodes must be on numbers, none missing');
  }
  if (forest.nOutputs !== 1 || forest.leafSize !== 1) throw new Error('the output must be one');
  return Array.from(forest.roots, (root) => numberTree(forest, root));
}

function numberTree({ nodes, leaves }: TreeEnsemble, root: number): NumberedTree {
  const doubles = new Float64Array(nodes);
  const integers = new Int32Array(nodes);
  const tree = {
    feature: [] as number[],
    threshold: [] as number[],
    left: [] as number[],
    right: [] as number[],
    leaves: [] as number[],
  };
  /** Children to visit, and where their numbers go. */
  const open: { child: number; put: (number: number) => void }[] = [];
  open.push({ child: root, put: () => {} });
  while (open.length > 0) {
    const { child, put } = open.pop()!;
    if (child < 0) {
      put(~tree.leaves.length);
      tree.leaves.push(leaves[~child]);
      continue;
    }
    const own = tree.feature.length;
    const at = child * NODE_WORDS;
    put(own);
    tree.feature.push(integers[at + FEATURE]);
    tree.threshold.push(doubles[child * NODE_DOUBLES]);
    open.push({ child: integers[at + RIGHT], put: (number) => (tree.right[own] = number) });
    open.push({ child: integers[at + LEFT], put: (number) => (tree.left[own] = number) });
  }
  return tree;
}

/** Gains, weights and counts, which predict nothing, are 0. */
function formatTree({ feature, threshold, left, right, leaves }: NumberedTree, i: number): string {
  const ofSplits = (value: number): string => feature.map(() => value).join(' ');
  const ofLeaves = (value: number): string => leaves.map(() => value).join(' ');
  const lines = [
    `Tree=${i}`,
    `num_leaves=${leaves.length}`,
    'num_cat=0',
    `split_feature=${feature.join(' ')}`,
    `split_gain=${ofSplits(0)}`,
    `threshold=${threshold.map(widen).join(' ')}`,
    `decision_type=${ofSplits(2)}`,
    `left_child=${left.join(' ')}`,
    `right_child=${right.join(' ')}`,
    `leaf_value=${leaves.join(' ')}`,
    `leaf_weight=${ofLeaves(0)}`,
    `leaf_count=${ofLeaves(0)}`,
    `internal_value=${ofSplits(0)}`,
    `internal_weight=${ofSplits(0)}`,
    `internal_count=${ofSplits(0)}`,
    'is_linear=0',
    'shrinkage=1',
  ];
  return `${lines.join('\n')}\n\n\n`;
}

/** The largest float64 that is at most `threshold` once it is rounded to float32. */
function widen(threshold: number): number {
  const low = Math.fround(threshold);
  const floor = low <= threshold ? low : nextFloat(low, -1);
  const middle = (floor + nextFloat(floor, 1)) / 2;
  if (Math.fround(middle) <= threshold) return middle;
  return middle - Math.abs(middle) * Number.EPSILON || -Number.MIN_VALUE;
}

/** The float32 next to `value`, up or down. */
function nextFloat(value: number, direction: 1 | -1): number {
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = value;
  if (value === 0) bits[0] = direction > 0 ? 1 : 1 | (1 << 31);
  else bits[0] += value > 0 === direction > 0 ? 1 : -1;
  return float[0];
}
