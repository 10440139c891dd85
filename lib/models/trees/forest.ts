/**
 * A forest as a file keeps it: the nodes of all trees in pre-order, left subtree before right.
 *
 * No node says where its children are, so there is nothing to follow: what does not parse is refused, and what
 * parses can be walked. Of a full tree of N leaves 2 × (2N - 1) + 4 × (N - 1) + N bytes are kept.
 */
import type { FittedModel } from '../model.ts';
import type { Tensor } from '../../tensors/safetensors.ts';
import { packNodes } from './ensemble.ts';
import type { TreeEnsemble } from './ensemble.ts';
import type { GrownTree } from './grow-tree.ts';

export interface Forest {
  readonly nFeatures: number;
  readonly nClasses: number;
  readonly nTrees: number;
  /** Of each node; -1: a leaf. */
  readonly feature: Int16Array;
  /** Of each node that splits: values <= threshold go left. */
  readonly threshold: Float32Array;
  /** Of each leaf: its class, or nClasses + a row of `mixed`. */
  readonly leaf: Int32Array | Uint8Array;
  /** Probabilities of leaves that are not pure, shape (n, nClasses). */
  readonly mixed: Float32Array;
}

/** float32 shares of up to 32,767 classes. */
const SUM_TOLERANCE = 1e-3;

export function joinTrees(
  trees: readonly GrownTree[],
  nFeatures: number,
  nClasses: number,
): Forest {
  const total = (key: keyof GrownTree): number =>
    trees.reduce((sum, tree) => sum + tree[key].length, 0);
  const nLeafRows = nClasses + total('mixed') / nClasses;
  const forest = {
    ...{ nFeatures, nClasses, nTrees: trees.length },
    feature: new Int16Array(total('feature')),
    threshold: new Float32Array(total('threshold')),
    leaf: nLeafRows <= 256 ? new Uint8Array(total('leaf')) : new Int32Array(total('leaf')),
    mixed: new Float32Array(total('mixed')),
  };
  let [atFeature, atThreshold, atLeaf, atMixed] = [0, 0, 0, 0];
  for (const { feature, threshold, leaf, mixed } of trees) {
    forest.feature.set(feature, atFeature);
    forest.threshold.set(threshold, atThreshold);
    forest.mixed.set(mixed, atMixed);
    const shift = atMixed / nClasses;
    for (const row of leaf) forest.leaf[atLeaf++] = row < nClasses ? row : row + shift;
    atFeature += feature.length;
    atThreshold += threshold.length;
    atMixed += mixed.length;
  }
  return forest;
}

export function toTensors({
  feature,
  threshold,
  leaf,
  mixed,
  nClasses,
}: Forest): Record<string, Tensor> {
  return {
    feature: { dtype: 'I16', shape: [feature.length], data: feature },
    threshold: { dtype: 'F32', shape: [threshold.length], data: threshold },
    leaf:
      leaf instanceof Uint8Array
        ? { dtype: 'U8', shape: [leaf.length], data: leaf }
        : { dtype: 'I32', shape: [leaf.length], data: leaf },
    mixed: { dtype: 'F32', shape: [mixed.length / nClasses, nClasses], data: mixed },
  };
}

/** Of a model that {@link findForestProblem} finds nothing against. */
export function fromFitted({ columns, nClasses, facts, tensors }: FittedModel): Forest {
  return {
    ...{ nFeatures: columns.length, nClasses, nTrees: facts.n_trees as number },
    feature: tensors.feature.data as Int16Array,
    threshold: tensors.threshold.data as Float32Array,
    leaf: tensors.leaf.data as Int32Array | Uint8Array,
    mixed: tensors.mixed.data as Float32Array,
  };
}

/** What does not fit together in a forest from a file, as "got" of a message; null: all does. */
export function findForestProblem(fitted: FittedModel): string | null {
  const { columns, nClasses, facts, tensors } = fitted;
  const { n_trees: nTrees } = facts;
  if (!Number.isSafeInteger(nTrees) || (nTrees as number) < 1) return `${String(nTrees)} trees`;
  const dtypes = { feature: ['I16'], threshold: ['F32'], leaf: ['U8', 'I32'], mixed: ['F32'] };
  for (const [name, allowed] of Object.entries(dtypes)) {
    const { dtype, shape } = tensors[name] ?? { dtype: 'none', shape: [] };
    const nAxes = name === 'mixed' ? 2 : 1;
    const fits = allowed.includes(dtype) && shape.length === nAxes;
    if (!fits) return `the tensor ${name} as ${dtype} (${shape.join(', ')})`;
  }
  if (tensors.mixed.shape[1] !== nClasses) return `leaves of ${tensors.mixed.shape[1]} classes`;
  const forest = fromFitted(fitted);
  const { feature, threshold, leaf, mixed } = forest;
  const wrong = feature.find((f) => f < -1 || f >= columns.length);
  if (wrong !== undefined) return `a node on feature ${wrong} of ${columns.length}`;
  if (!threshold.every(Number.isFinite)) return 'a threshold that is no number';
  const nRows = nClasses + mixed.length / nClasses;
  const wrongLeaf = leaf.find((row) => row < 0 || row >= nRows);
  if (wrongLeaf !== undefined) return `a leaf ${wrongLeaf} of ${nRows}`;
  for (let start = 0; start < mixed.length; start += nClasses) {
    const row = mixed.subarray(start, start + nClasses);
    const sum = row.reduce((a, b) => a + b, 0);
    const isShare = row.every((share) => share >= 0) && Math.abs(sum - 1) <= SUM_TOLERANCE;
    if (!isShare) return `a leaf of the probabilities ${row.join(', ')}`;
  }
  return findShapeProblem(forest);
}

/** Whether the nodes are the pre-order of so many whole trees, with as many thresholds and leaves as they need. */
export function findShapeProblem({
  feature,
  threshold,
  leaf,
  nTrees,
}: Pick<Forest, 'feature' | 'threshold' | 'nTrees'> & {
  readonly leaf: { readonly length: number };
}): string | null {
  let nDone = 0;
  /** Subtrees that the tree at hand still lacks; 0 between trees. */
  let nOpen = 0;
  let nSplits = 0;
  for (const f of feature) {
    if (nOpen === 0) nOpen = 1;
    nOpen += f < 0 ? -1 : 1;
    if (f >= 0) nSplits++;
    if (nOpen === 0) nDone++;
  }
  if (nOpen > 0) return 'a tree that breaks off';
  if (nDone !== nTrees) return `${nDone} trees, where n_trees is ${nTrees}`;
  if (threshold.length !== nSplits) return `${threshold.length} thresholds of ${nSplits} splits`;
  const nLeaves = feature.length - nSplits;
  return leaf.length === nLeaves ? null : `${leaf.length} leaves, where ${nLeaves} are needed`;
}

/** The first trees alone, and of the leaves that are not pure those that they have. */
export function keepTrees(forest: Forest, nTrees: number): Forest {
  const { feature, threshold, leaf, mixed, nClasses } = forest;
  let [nNodes, nSplits] = [0, 0];
  for (let tree = 0; tree < nTrees; tree++) {
    for (let nOpen = 1; nOpen > 0; nNodes++) {
      const isLeaf = feature[nNodes] < 0;
      nOpen += isLeaf ? -1 : 1;
      if (!isLeaf) nSplits++;
    }
  }
  const keptLeaves = leaf.subarray(0, nNodes - nSplits);
  let nRows = nClasses;
  for (const row of keptLeaves) nRows = Math.max(nRows, row + 1);
  return {
    ...forest,
    nTrees,
    feature: feature.subarray(0, nNodes),
    threshold: threshold.subarray(0, nSplits),
    leaf: keptLeaves,
    mixed: mixed.subarray(0, (nRows - nClasses) * nClasses),
  };
}

/** The forest laid out for walking; sums of its leaves over nTrees are probabilities. */
export function toEnsemble({
  nFeatures,
  nClasses,
  nTrees,
  feature,
  threshold,
  leaf,
  mixed,
}: Forest): TreeEnsemble {
  const leaves = new Float64Array(nClasses * nClasses + mixed.length);
  for (let c = 0; c < nClasses; c++) leaves[c * nClasses + c] = 1;
  leaves.set(mixed, nClasses * nClasses);
  return {
    ...{ nFeatures, nOutputs: nClasses, leafSize: nClasses, leaves },
    ...connectNodes(feature, threshold, nTrees, (nth) => leaf[nth]),
    categoryStart: new Int32Array(1),
    categoryBits: new Uint32Array(0),
  };
}

/**
 * Nodes and roots of trees in pre-order.
 *
 * @param leafOf - Number of the leaf that the nth leaf of all trees is.
 */
export function connectNodes(
  feature: Int16Array,
  threshold: Float32Array,
  nTrees: number,
  leafOf: (nth: number) => number,
): Pick<TreeEnsemble, 'nodes' | 'roots'> {
  const nSplits = threshold.length;
  const left = new Int32Array(nSplits);
  const right = new Int32Array(nSplits);
  const splitFeature = feature.filter((f) => f >= 0);
  const roots = new Int32Array(nTrees);
  const lacking: number[] = []; // splits whose right child has not come yet
  let [nRoots, nLeaves, last, split] = [0, 0, -1, 0];
  for (const f of feature) {
    const child = f < 0 ? ~leafOf(nLeaves++) : split;
    if (last >= 0) left[last] = child;
    else if (lacking.length > 0) right[lacking.pop()!] = child;
    else roots[nRoots++] = child;
    last = f < 0 ? -1 : split++;
    if (last >= 0) lacking.push(last);
  }
  const decision = new Uint8Array(nSplits);
  return { nodes: packNodes({ feature: splitFeature, threshold, decision, left, right }), roots };
}
