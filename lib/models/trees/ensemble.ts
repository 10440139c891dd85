/**
 * Trees laid out for walking: those of forests and of gradient boosting alike.
 *
 * A node is 24 bytes, so that a step reads one cache line: threshold (float64), feature, decision, left and right
 * child (int32). A child >= 0 is a node, a child < 0 is the leaf ~child, as in LightGBM.
 */

export interface TreeEnsemble {
  readonly nFeatures: number;
  readonly nOutputs: number;
  /** Nodes of all trees, see {@link packNodes}. */
  readonly nodes: ArrayBuffer;
  /** Of each tree: its root, or ~ the leaf that is all of it. */
  readonly roots: Int32Array;
  /** Row-major, shape (nLeaves, leafSize). */
  readonly leaves: Float64Array;
  /** nOutputs: a leaf adds to every output; 1: tree t adds to output t % nOutputs. */
  readonly leafSize: number;
  /** Words of category set k: categoryStart[k] to categoryStart[k + 1] - 1; shape (nSets + 1). */
  readonly categoryStart: Int32Array;
  /** Bit c % 32 of word c / 32 of a set: category c goes left. */
  readonly categoryBits: Uint32Array;
}

/** The nodes of all trees, one array for each of their parts, shape (nNodes). */
export interface NodeColumns {
  readonly feature: ArrayLike<number>;
  /** Values <= threshold go left; of a categorical node: the number of its category set. */
  readonly threshold: ArrayLike<number>;
  /**
   * As in LightGBM's model text: bit 0 categorical, bit 1 missing values go left, bits 2 and 3 what is missing
   * (0 nothing, 1 zero and NaN, 2 NaN).
   */
  readonly decision: ArrayLike<number>;
  /** Nodes of the whole ensemble, or ~ leaves of the whole ensemble. */
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
}

export const CATEGORICAL = 1;
export const DEFAULT_LEFT = 2;
export const MISSING_ZERO = 1;
export const MISSING_NAN = 2;

/** Bits that {@link packNodes} adds to a decision: NaN goes left; a value may be missing or in a set, not a number. */
export const NAN_LEFT = 16;
export const SPECIAL = 32;

export const NODE_BYTES = 24;
/** Places in the words of a node. */
export const [FEATURE, DECISION, LEFT, RIGHT, NODE_WORDS] = [2, 3, 4, 5, 6];
/** Float64 of a node; the first is its threshold. */
export const NODE_DOUBLES = 3;

export function packNodes({ feature, threshold, decision, left, right }: NodeColumns): ArrayBuffer {
  const nodes = new ArrayBuffer(NODE_BYTES * feature.length);
  const doubles = new Float64Array(nodes);
  const integers = new Int32Array(nodes);
  for (let i = 0; i < feature.length; i++) {
    doubles[i * NODE_DOUBLES] = threshold[i];
    integers[i * NODE_WORDS + FEATURE] = feature[i];
    integers[i * NODE_WORDS + DECISION] = completeDecision(decision[i], threshold[i]);
    integers[i * NODE_WORDS + LEFT] = left[i];
    integers[i * NODE_WORDS + RIGHT] = right[i];
  }
  return nodes;
}

function completeDecision(decision: number, threshold: number): number {
  const missing = (decision >> 2) & 3;
  if (decision & CATEGORICAL || missing === MISSING_ZERO) return (decision & 15) | SPECIAL;
  const isNanLeft = missing === MISSING_NAN ? (decision & DEFAULT_LEFT) !== 0 : threshold >= 0;
  return (decision & 15) | (isNanLeft ? NAN_LEFT : 0);
}

/**
 * What would make a walk leave its arrays or never end, as "got" of a message; null: nothing. Children must
 * stand behind their parent. Whoever makes an ensemble from a file asks this first.
 */
export function findEnsembleProblem(ensemble: TreeEnsemble): string | null {
  const { nFeatures, nOutputs, nodes, roots, leaves, leafSize, categoryStart, categoryBits } =
    ensemble;
  const nNodes = nodes.byteLength / NODE_BYTES;
  const nLeaves = leaves.length / leafSize;
  const nSets = categoryStart.length - 1;
  if (leafSize !== 1 && leafSize !== nOutputs) return `leaves of ${leafSize} values`;
  if (!Number.isInteger(nNodes)) return `nodes of ${nodes.byteLength} bytes`;
  if (!Number.isInteger(nLeaves)) return `${leaves.length} values of leaves`;
  if (!leaves.every(Number.isFinite)) return 'a leaf that is no number';
  if (nSets < 0 || categoryStart[0] !== 0 || categoryStart[nSets] !== categoryBits.length) {
    return 'category sets that do not cover their bits';
  }
  for (let k = 0; k < nSets; k++) {
    if (categoryStart[k] > categoryStart[k + 1]) return `category set ${k} of negative length`;
  }
  const isChild = (child: number, parent: number): boolean =>
    child < 0 ? ~child < nLeaves : child > parent && child < nNodes;
  const wrongRoot = roots.find((root) => !isChild(root, -1));
  if (wrongRoot !== undefined) return `a tree that begins at ${wrongRoot}`;
  const doubles = new Float64Array(nodes);
  const integers = new Int32Array(nodes);
  for (let i = 0; i < nNodes; i++) {
    const threshold = doubles[i * NODE_DOUBLES];
    const at = i * NODE_WORDS;
    const feature = integers[at + FEATURE];
    if (feature < 0 || feature >= nFeatures) return `node ${i} on feature ${feature}`;
    if (!isChild(integers[at + LEFT], i) || !isChild(integers[at + RIGHT], i)) {
      return `node ${i} with the children ${integers[at + LEFT]} and ${integers[at + RIGHT]}`;
    }
    if (Number.isNaN(threshold)) return `node ${i} without a threshold`;
    if (integers[at + DECISION] & CATEGORICAL) {
      const isSet = Number.isInteger(threshold) && threshold >= 0 && threshold < nSets;
      if (!isSet) return `node ${i} with category set ${threshold}`;
    }
  }
  return null;
}
