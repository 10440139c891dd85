/** Trees as the operator TreeEnsembleRegressor of ai.onnx.ml, in double. */
import { StageError } from '../../errors.ts';
import {
  CATEGORICAL,
  DECISION,
  DEFAULT_LEFT,
  FEATURE,
  LEFT,
  MISSING_NAN,
  MISSING_ZERO,
  NODE_BYTES,
  NODE_DOUBLES,
  NODE_WORDS,
  RIGHT,
} from '../trees/ensemble.ts';
import type { TreeEnsemble } from '../trees/ensemble.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { ML_DOMAIN } from './model-proto.ts';

/** A node takes up to 60 bytes of a file that ends at 2 GiB, and 200 in the making. */
const MAX_NODES = 10_000_000;

/**
 * Sums of the leaves, as addTrees of lib/models/trees/predict.ts takes them.
 *
 * @param features - Double, shape (rows, features); categories are integers.
 * @returns Float32, shape (rows, outputs).
 * @throws StageError E_DATA when the trees take 0 for missing, or are too many for the format.
 */
export function addTreeEnsemble(
  graph: GraphBuilder,
  ensemble: TreeEnsemble,
  features: Value,
  factor: number,
): Value {
  assertFits(ensemble);
  const table = createTable();
  for (let tree = 0; tree < ensemble.roots.length; tree++) writeTree(table, ensemble, tree, factor);
  const doubles = (values: readonly number[]) => ({
    tensor: { shape: [values.length], data: Float64Array.from(values) },
  });
  return graph.add(
    'TreeEnsembleRegressor',
    [features],
    {
      n_targets: { int: ensemble.nOutputs },
      nodes_treeids: { ints: table.tree },
      nodes_nodeids: { ints: table.node },
      nodes_featureids: { ints: table.feature },
      nodes_modes: { texts: table.mode },
      nodes_values_as_tensor: doubles(table.value),
      nodes_truenodeids: { ints: table.yes },
      nodes_falsenodeids: { ints: table.no },
      nodes_missing_value_tracks_true: { ints: table.isMissingYes },
      target_treeids: { ints: table.leafTree },
      target_nodeids: { ints: table.leafNode },
      target_ids: { ints: table.output },
      target_weights_as_tensor: doubles(table.weight),
    },
    ML_DOMAIN,
  );
}

/** Before anything is written: that many nodes would fill the memory first. */
function assertFits({ nodes, roots, categoryBits }: TreeEnsemble): void {
  const nSplits = nodes.byteLength / NODE_BYTES;
  // a set of categories takes one node for each of them
  const nCategories = categoryBits.reduce((n, word) => n + countOnes(word), 0);
  const nNodes = 2 * nSplits + roots.length + nCategories;
  if (nNodes <= MAX_NODES) return;
  throw new StageError(
    'E_DATA',
    `trees must have at most ${MAX_NODES} nodes to be exported to ONNX, whose files hold at most 2 GB; got ${nNodes} in ${roots.length} trees`,
    {
      hint: 'prune with prune.method=structured takes the last trees away, a larger min_samples_leaf makes forests smaller; predict takes the bundle as it is, and --out <file>.txt has no limit for lightgbm',
    },
  );
}

/** Bits of a word of 32 that are 1. */
function countOnes(word: number): number {
  let n = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) n++;
  return n;
}

/** The attributes of the operator, a place for each node, and one for each value of a leaf. */
function createTable() {
  const [tree, node, feature, value]: number[][] = [[], [], [], []];
  const [yes, no, isMissingYes]: number[][] = [[], [], []];
  const [leafTree, leafNode, output, weight]: number[][] = [[], [], [], []];
  const mode: string[] = [];
  return {
    ...{ tree, node, feature, value, mode, yes, no, isMissingYes },
    ...{ leafTree, leafNode, output, weight },
  };
}
type Table = ReturnType<typeof createTable>;

function writeTree(table: Table, ensemble: TreeEnsemble, tree: number, factor: number): void {
  const { nOutputs, leafSize, leaves, roots } = ensemble;
  const doubles = new Float64Array(ensemble.nodes);
  const integers = new Int32Array(ensemble.nodes);
  const start = table.mode.length;

  function addNode(mode: string, feature: number, value: number, isMissingYes: boolean): number {
    table.tree.push(tree);
    table.node.push(table.mode.length - start);
    table.feature.push(feature);
    table.value.push(value);
    table.yes.push(0);
    table.no.push(0);
    table.isMissingYes.push(isMissingYes ? 1 : 0);
    table.mode.push(mode);
    return table.mode.length - 1;
  }

  function addLeaf(leaf: number): number {
    const at = addNode('LEAF', 0, 0, false);
    for (let k = 0; k < leafSize; k++) {
      const weight = leaves[leaf * leafSize + k] * factor;
      if (leafSize > 1 && weight === 0) continue;
      table.leafTree.push(tree);
      table.leafNode.push(at - start);
      table.output.push(leafSize === 1 ? tree % nOutputs : k);
      table.weight.push(weight);
    }
    return at;
  }

  function addSplit(split: number): number {
    const word = split * NODE_WORDS;
    const threshold = doubles[split * NODE_DOUBLES];
    const decision = integers[word + DECISION];
    const feature = integers[word + FEATURE];
    if (decision & CATEGORICAL) return addSet(split, feature, listCategories(ensemble, threshold));
    const missing = (decision >> 2) & 3;
    if (missing === MISSING_ZERO) refuseZeros();
    const isMissingYes = missing === MISSING_NAN ? (decision & DEFAULT_LEFT) !== 0 : 0 <= threshold;
    const at = addNode('BRANCH_LEQ', feature, threshold, isMissingYes);
    link(at, add(integers[word + LEFT]), add(integers[word + RIGHT]));
    return at;
  }

  /** One question for each category, all with the same answer yes. */
  function addSet(split: number, feature: number, categories: readonly number[]): number {
    const word = split * NODE_WORDS;
    if (categories.length === 0) return add(integers[word + RIGHT]);
    const questions = categories.map((category) => addNode('BRANCH_EQ', feature, category, false));
    const yes = add(integers[word + LEFT]);
    const no = add(integers[word + RIGHT]);
    for (const [i, at] of questions.entries()) link(at, yes, questions[i + 1] ?? no);
    return questions[0];
  }

  function link(at: number, yes: number, no: number): void {
    table.yes[at] = yes - start;
    table.no[at] = no - start;
  }
  const add = (child: number): number => (child < 0 ? addLeaf(~child) : addSplit(child));

  add(roots[tree]);
}

/** The categories of a set, ascending. */
function listCategories({ categoryStart, categoryBits }: TreeEnsemble, set: number): number[] {
  const words = categoryBits.subarray(categoryStart[set], categoryStart[set + 1]);
  return [...words].flatMap((word, w) =>
    Array.from({ length: 32 }, (_, bit) => bit)
      .filter((bit) => (word >>> bit) & 1)
      .map((bit) => 32 * w + bit),
  );
}

function refuseZeros(): never {
  throw new StageError(
    'E_DATA',
    'trees must take NaN or nothing for missing to be exported to ONNX; got trees that take 0 for it',
    { hint: 'train without zero_as_missing' },
  );
}
