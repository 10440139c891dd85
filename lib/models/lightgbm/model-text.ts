/**
 * LightGBM's text of a model, read into flat arrays.
 *
 * The text is a head of `name=value` lines, one block of such lines for each tree, and what nobody needs to
 * predict. Everything that a walk through the trees follows is checked here, so that a damaged text is
 * refused and can lead nowhere.
 *
 * @see https://github.com/microsoft/LightGBM/blob/v4.7.0/src/io/tree.cpp
 */
import type { Refuse } from '../../tensors/bytes.ts';
import { CATEGORICAL, packNodes } from '../trees/ensemble.ts';
import type { TreeEnsemble } from '../trees/ensemble.ts';
import { count, decode, finite, integers, numbers, parseLines, thresholds } from './text-lines.ts';
import type { Block } from './text-lines.ts';

export interface BoostedTrees {
  readonly objective: (typeof OBJECTIVES)[number];
  /** The trees of a round, one for each output, stand together. */
  readonly nRounds: number;
  /** The score is the mean of the rounds (a random forest), not their sum. */
  readonly isMean: boolean;
  readonly ensemble: TreeEnsemble;
}

const LIST_OF_SPLITS = [
  ...['split_feature', 'split_gain', 'threshold', 'decision_type', 'left_child', 'right_child'],
  ...['internal_value', 'internal_weight', 'internal_count'],
];
const LIST_OF_LEAVES = ['leaf_value', 'leaf_weight', 'leaf_count'];
const OBJECTIVES = ['multiclass', 'binary', 'regression', 'quantile'] as const;

/** @param refuse - Gets what is wrong with the text. */
export function parseModelText(text: Uint8Array, refuse: Refuse): BoostedTrees {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const { head, blocks } = cut(bytes, refuse);
  const facts = parseHead(head, refuse);
  const trees = blocks.map((block, t) => {
    const lines = parseLines(decode(block));
    return parseTree(lines, facts.nFeatures, (got) => refuse(`${got} in tree ${t}`));
  });
  const { nFeatures, nTreesPerRound: nOutputs, objective, isMean } = facts;
  const nRounds = trees.length / nOutputs;
  if (nRounds < 1 || !Number.isInteger(nRounds)) {
    refuse(`${trees.length} trees, where a round has ${nOutputs}`);
  }
  const ensemble = { nFeatures, nOutputs, ...concatenate(trees) };
  return { objective, isMean, nRounds, ensemble };
}

/**
 * The text of the first rounds alone, without what stands below the trees.
 *
 * @param text - That {@link parseModelText} reads.
 * @param nRounds - From 1 to those that are there.
 */
export function keepRounds(text: Uint8Array, nRounds: number): Uint8Array {
  const refuse = (got: string): never => {
    throw new Error(`a text that was checked has ${got}`);
  };
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const { head, blocks } = cut(bytes, refuse);
  const kept = blocks.slice(0, nRounds * Number(head.get('num_tree_per_iteration')));
  const sizes = `tree_sizes=${kept.map(({ length }) => length).join(' ')}`;
  const headText = bytes.toString('utf8', 0, bytes.indexOf('\n\n'));
  const shortened = headText.replace(/^tree_sizes=.*$/m, sizes);
  return Buffer.concat([Buffer.from(`${shortened}\n\n`), ...kept, Buffer.from('end of trees\n')]);
}

/** Sum of the gain of the splits by each feature, and their number; splits without gain do not count. */
export function measureImportance(text: Uint8Array): { gain: Float64Array; split: Float64Array } {
  const refuse = (got: string): never => {
    throw new Error(`a text that was checked has ${got}`);
  };
  const { head, blocks } = cut(Buffer.from(text.buffer, text.byteOffset, text.byteLength), refuse);
  const { nFeatures } = parseHead(head, refuse);
  const gain = new Float64Array(nFeatures);
  const split = new Float64Array(nFeatures);
  for (const block of blocks) {
    const lines = parseLines(decode(block));
    const gains = numbers(lines, 'split_gain');
    for (const [i, feature] of numbers(lines, 'split_feature').entries()) {
      if (!(gains[i] > 0)) continue;
      gain[feature] += gains[i];
      split[feature]++;
    }
  }
  return { gain, split };
}

/** The head gives the bytes of each block, which begins with `Tree=<number>`. */
function cut(bytes: Buffer, refuse: Refuse): { head: Block; blocks: Buffer[] } {
  const end = bytes.indexOf('\n\n');
  if (!bytes.subarray(0, 5).equals(Buffer.from('tree\n')) || end < 0) refuse('no text of LightGBM');
  const head = parseLines(bytes.toString('utf8', 0, end));
  const sizes = numbers(head, 'tree_sizes');
  const blocks: Buffer[] = [];
  let at = end + 2;
  for (const [t, size] of sizes.entries()) {
    const block = bytes.subarray(at, at + size);
    if (!Number.isSafeInteger(size) || !decode(block.subarray(0, 20)).startsWith(`Tree=${t}\n`)) {
      refuse(`no tree ${t} where its size says`);
    }
    blocks.push(block);
    at += size;
  }
  if (!decode(bytes.subarray(at, at + 13)).startsWith('end of trees\n')) refuse('a cut end');
  return { head, blocks };
}

function parseHead(head: Block, refuse: Refuse) {
  const objective = OBJECTIVES.find((name) => head.get('objective')?.split(' ')[0] === name);
  if (head.get('version') !== 'v4') refuse(`the version ${head.get('version')}, not v4`);
  if (objective === undefined) return refuse(`the objective ${head.get('objective')}`);
  if (objective === 'binary' && head.get('objective') !== 'binary sigmoid:1') {
    refuse(`the objective ${head.get('objective')}`);
  }
  const nFeatures = Number(head.get('max_feature_idx')) + 1;
  const nTreesPerRound = Number(head.get('num_tree_per_iteration'));
  const featureNames = head.get('feature_names')?.split(' ') ?? [];
  if (nFeatures !== featureNames.length)
    refuse(`${nFeatures} features with ${featureNames.length} names`);
  const isPlausible = objective === 'multiclass' ? nTreesPerRound >= 1 : nTreesPerRound === 1;
  if (!Number.isSafeInteger(nTreesPerRound) || !isPlausible) {
    refuse(`${head.get('num_tree_per_iteration')} trees for each round`);
  }
  return { objective, nFeatures, nTreesPerRound, isMean: head.has('average_output') };
}

/**
 * One tree: a child is the number of a split, or `~` that of a leaf; split i is categorical where bit 0 of its
 * decision is 1, and its threshold then the number of a set of categories. Set k has the words
 * `setStarts[k]` to `setStarts[k + 1] - 1`.
 */
interface Tree {
  readonly splitFeature: Int32Array;
  readonly threshold: Float64Array;
  readonly decisionType: Int32Array;
  readonly leftChild: Int32Array;
  readonly rightChild: Int32Array;
  readonly leafValue: Float64Array;
  readonly setStarts: Int32Array;
  readonly setWords: Uint32Array;
}

function parseTree(lines: Block, nFeatures: number, refuse: Refuse): Tree {
  const nLeaves = Number(lines.get('num_leaves'));
  const nSets = Number(lines.get('num_cat'));
  if (!Number.isSafeInteger(nLeaves) || nLeaves < 1) refuse(`${lines.get('num_leaves')} leaves`);
  if (!Number.isSafeInteger(nSets) || nSets < 0)
    refuse(`${lines.get('num_cat')} sets of categories`);
  if (lines.get('is_linear') !== '0') refuse('linear leaves');
  const expect = (names: readonly string[], length: number): void => {
    const wrong = names.find((name) => count(lines.get(name)) !== length);
    if (wrong !== undefined) refuse(`${count(lines.get(wrong))} of ${wrong}, not ${length}`);
  };
  expect(LIST_OF_SPLITS, nLeaves - 1);
  // LightGBM leaves the lines of a single leaf empty, but its value
  expect(nLeaves === 1 ? ['leaf_value'] : LIST_OF_LEAVES, nLeaves);
  const tree = {
    splitFeature: integers(lines, 'split_feature', refuse),
    threshold: thresholds(lines, refuse),
    decisionType: integers(lines, 'decision_type', refuse),
    leftChild: integers(lines, 'left_child', refuse),
    rightChild: integers(lines, 'right_child', refuse),
    leafValue: finite(lines, 'leaf_value', refuse),
    setStarts: nSets === 0 ? new Int32Array(1) : integers(lines, 'cat_boundaries', refuse),
    setWords: Uint32Array.from(nSets === 0 ? [] : finite(lines, 'cat_threshold', refuse)),
  };
  assertTree(tree, nFeatures, nSets, refuse);
  return tree;
}

function assertTree(tree: Tree, nFeatures: number, nSets: number, refuse: Refuse): void {
  const { splitFeature, threshold, decisionType, setStarts, setWords } = tree;
  const nSplits = splitFeature.length;
  if (
    setStarts.length !== nSets + 1 ||
    setStarts[0] !== 0 ||
    setStarts[nSets] !== setWords.length
  ) {
    refuse('sets of categories that do not fit together');
  }
  for (let k = 0; k < nSets; k++) {
    if (setStarts[k + 1] < setStarts[k]) refuse('sets of categories out of order');
  }
  // each split and leaf is the child of one split before it: then every walk ends in a leaf
  const isReached = new Uint8Array(2 * nSplits + 1);
  for (let i = 0; i < nSplits; i++) {
    if (splitFeature[i] < 0 || splitFeature[i] >= nFeatures) refuse(`feature ${splitFeature[i]}`);
    if (decisionType[i] < 0 || decisionType[i] > 11) refuse(`a split of type ${decisionType[i]}`);
    const isCategorical = (decisionType[i] & CATEGORICAL) !== 0;
    if (
      isCategorical &&
      (!Number.isInteger(threshold[i]) || threshold[i] < 0 || threshold[i] >= nSets)
    ) {
      refuse(`set ${threshold[i]} of categories, where there are ${nSets}`);
    }
    for (const child of [tree.leftChild[i], tree.rightChild[i]]) {
      const isKnown = child < 0 ? ~child <= nSplits : child > i && child < nSplits;
      const place = child < 0 ? nSplits + ~child : child;
      if (!isKnown || isReached[place] === 1) refuse(`child ${child} of split ${i}`);
      isReached[place] = 1;
    }
  }
}

/** Numbers of splits, leaves and sets become those of the whole ensemble. */
function concatenate(trees: readonly Tree[]): Omit<TreeEnsemble, 'nFeatures' | 'nOutputs'> {
  const startsOf = (lengthOf: (tree: Tree) => number): Int32Array => {
    const starts = new Int32Array(trees.length + 1);
    for (const [t, tree] of trees.entries()) starts[t + 1] = starts[t] + lengthOf(tree);
    return starts;
  };
  const splits = startsOf(({ splitFeature }) => splitFeature.length);
  const leaves = startsOf(({ leafValue }) => leafValue.length);
  const sets = startsOf(({ setStarts }) => setStarts.length - 1);
  const words = startsOf(({ setWords }) => setWords.length);
  const end = trees.length;
  const nodes = {
    feature: new Int32Array(splits[end]),
    threshold: new Float64Array(splits[end]),
    decision: new Int32Array(splits[end]),
    left: new Int32Array(splits[end]),
    right: new Int32Array(splits[end]),
  };
  const values = new Float64Array(leaves[end]);
  const categoryStart = new Int32Array(sets[end] + 1);
  const categoryBits = new Uint32Array(words[end]);
  for (const [t, tree] of trees.entries()) {
    const toChild = (child: number): number =>
      child < 0 ? ~(leaves[t] + ~child) : splits[t] + child;
    const toThreshold = (value: number, i: number): number =>
      tree.decisionType[i] & CATEGORICAL ? sets[t] + value : value;
    nodes.feature.set(tree.splitFeature, splits[t]);
    nodes.threshold.set(tree.threshold.map(toThreshold), splits[t]);
    nodes.decision.set(tree.decisionType, splits[t]);
    nodes.left.set(tree.leftChild.map(toChild), splits[t]);
    nodes.right.set(tree.rightChild.map(toChild), splits[t]);
    values.set(tree.leafValue, leaves[t]);
    const toWord = (start: number): number => words[t] + start;
    categoryStart.set(tree.setStarts.map(toWord), sets[t]);
    categoryBits.set(tree.setWords, words[t]);
  }
  const roots = Int32Array.from(trees, ({ splitFeature }, t) =>
    splitFeature.length === 0 ? ~leaves[t] : splits[t],
  );
  return {
    nodes: packNodes(nodes),
    roots,
    leaves: values,
    leafSize: 1,
    categoryStart,
    categoryBits,
  };
}
