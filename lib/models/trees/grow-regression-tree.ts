/**
 * Grows one regression tree: each split makes the sum of squared errors of both sides the least.
 *
 * Every column is sorted once, before the first tree; a split then parts the sorted rows of every column, which keeps
 * them sorted, so that no node sorts anything.
 *
 * @see Breiman, Friedman, Olshen and Stone (1984), Classification and regression trees, chapter 8
 */
import { roundDown } from './arithmetic.ts';
import type { GrowOptions, TreeKey } from './grow-tree.ts';
import type { SortedTable } from './sorted-table.ts';
import { createStream } from './stream.ts';

export type RegressionGrowOptions = Omit<GrowOptions, 'criterion' | 'classWeight'>;

/** Nodes that split, in pre-order; a child >= 0 is a node, a child < 0 the leaf ~child. */
export interface RegressionTree {
  readonly feature: Int32Array;
  /** Values <= threshold go left; each a float32. */
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Mean target of each leaf, at least one. */
  readonly leaves: Float64Array;
}

/** Places start to end - 1 of the sorted rows of every column. */
interface Node {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** Number of the split above, -1: none; and which of its children this is. */
  readonly parent: number;
  readonly isLeft: boolean;
  /** A column whose places hold the rows of the node: one that is constant above it is parted no more. */
  readonly column: number;
}

/**
 * A function that grows the tree of a key; its buffers serve one tree after another.
 *
 * @param targets - Finite, shape (nRows).
 * @param sample - Rows to learn from, one as often as it stands here; shape (nRows).
 */
export function createRegressionGrower(
  table: SortedTable,
  targets: Float64Array,
  options: RegressionGrowOptions,
  sample: ArrayLike<number> = targets.map((_, row) => row),
): (key: TreeKey) => RegressionTree {
  const { nRows, nFeatures, columns } = table;
  const { maxFeatures, minSamplesLeaf, minSamplesSplit } = options;
  const maxDepth = options.maxDepth ?? Infinity;
  const tryFeature = options.splitter === 'best' ? tryCuts : tryThreshold;
  const isBinary = Array.from({ length: nFeatures }, (_, f) => hasTwoValues(table, f));
  const center = targets.reduce((total, target) => total + target, 0) / nRows;
  /** How often each row stands in the sample, and its target less `center` as often. */
  const times = new Int32Array(nRows);
  const weighted = new Float64Array(nRows);
  const order = new Int32Array(nFeatures * nRows);
  const spare = new Int32Array(nRows);
  const goesLeft = new Uint8Array(nRows);
  const features = new Int32Array(nFeatures);
  const splitFeature = new Int32Array(nRows);
  const threshold = new Float64Array(nRows);
  const left = new Int32Array(nRows);
  const right = new Int32Array(nRows);
  const leaves = new Float64Array(nRows);
  /** 1 / n; multiplying takes a fraction of the time of dividing. */
  const inverse = Float64Array.from({ length: nRows + 1 }, (_, n) => 1 / n);
  /** Of the node at hand: sum of `weighted`, of `times`, least and greatest target. */
  let [totalSum, totalWeight, low, high] = [0, 0, 0, 0];
  /** Of the node at hand; `middle` is the place of the first row on the right, `nTies` counts splits as good. */
  const best = { nTies: 0, feature: -1, middle: 0, threshold: 0 };
  let bestScore = -Infinity;
  let draw = createStream(0, 0);

  return grow;

  function grow([key0, key1]: TreeKey): RegressionTree {
    draw = createStream(key0, key1);
    for (let f = 0; f < nFeatures; f++) features[f] = f;
    let [nSplits, nLeaves] = [0, 0];
    const root = { start: 0, end: drawRows(), depth: 0, parent: -1, isLeft: true, column: 0 };
    const open: Node[] = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      measure(node);
      const isSplit = maySplit(node) && findSplit(node);
      const child = isSplit ? nSplits++ : ~nLeaves++;
      if (node.parent >= 0) (node.isLeft ? left : right)[node.parent] = child;
      if (!isSplit) {
        leaves[~child] = leafValue();
        continue;
      }
      splitFeature[child] = best.feature;
      threshold[child] = best.threshold;
      const { start, end } = node;
      // a leaf of one row needs no order
      if (end - start > 2) partRows(node);
      const place = { depth: node.depth + 1, parent: child, column: best.feature };
      open.push({ ...place, start: best.middle, end, isLeft: false });
      open.push({ ...place, start, end: best.middle, isLeft: true });
    }
    return {
      feature: splitFeature.slice(0, nSplits),
      threshold: threshold.slice(0, nSplits),
      left: left.slice(0, nSplits),
      right: right.slice(0, nSplits),
      leaves: leaves.slice(0, nLeaves),
    };
  }

  /** Fills `order` with the rows of the sample, each once; how many they are. */
  function drawRows(): number {
    times.fill(0);
    for (let i = 0; i < nRows; i++) {
      times[sample[options.bootstrap ? Math.floor(draw() * nRows) : i]]++;
    }
    for (let row = 0; row < nRows; row++) weighted[row] = times[row] * (targets[row] - center);
    let n = 0;
    for (let f = 0; f < nFeatures; f++) {
      const base = f * nRows;
      n = 0;
      for (let i = base; i < base + nRows; i++) {
        order[base + n] = table.order[i];
        n += times[table.order[i]] > 0 ? 1 : 0;
      }
    }
    return n;
  }

  function measure({ start, end, column }: Node): void {
    let [sum, weight, least, greatest] = [0, 0, Infinity, -Infinity];
    const base = column * nRows;
    for (let i = base + start; i < base + end; i++) {
      const row = order[i];
      const target = targets[row];
      sum += weighted[row];
      weight += times[row];
      if (target < least) least = target;
      if (target > greatest) greatest = target;
    }
    [totalSum, totalWeight, low, high] = [sum, weight, least, greatest];
  }

  function maySplit({ depth }: Node): boolean {
    return (
      low < high &&
      depth < maxDepth &&
      totalWeight >= minSamplesSplit &&
      totalWeight >= 2 * minSamplesLeaf
    );
  }

  /** The mean; rounding leads it out of the range of the targets, and away from the one target of a pure node. */
  function leafValue(): number {
    return Math.min(high, Math.max(low, center + totalSum / totalWeight));
  }

  /** Whether there is a split; then it is `best`. */
  function findSplit(node: Node): boolean {
    bestScore = -Infinity;
    best.nTies = 0;
    let isVaried = false;
    // of features that are constant here any number is drawn, until one is not
    for (let i = 0; i < nFeatures && (i < maxFeatures || !isVaried); i++) {
      if (maxFeatures < nFeatures) {
        const j = i + Math.floor(draw() * (nFeatures - i));
        [features[i], features[j]] = [features[j], features[i]];
      }
      const f = features[i];
      const base = f * nRows;
      const first = columns[base + order[base + node.start]];
      const last = columns[base + order[base + node.end - 1]];
      if (first === last) continue;
      isVaried = true;
      if (options.splitter === 'best' && isBinary[f]) tryOnlyCut(node, f, first, last);
      else tryFeature(node, f, first, last);
    }
    return best.nTies > 0;
  }

  /** Every cut between two values. */
  function tryCuts({ start, end }: Node, f: number, first: number): void {
    const base = f * nRows;
    const [allSum, allWeight] = [totalSum, totalWeight];
    let highest = bestScore;
    let middle = -1;
    let sum = 0;
    let weight = 0;
    let value = first;
    let row = order[base + start];
    for (let i = start + 1; i < end; i++) {
      sum += weighted[row];
      weight += times[row];
      row = order[base + i];
      const next = columns[base + row];
      if (next === value) continue;
      const score = scoreSplit(sum, weight, allSum - sum, allWeight - weight);
      if (score >= highest && isBetter(score, weight)) {
        highest = score;
        middle = i;
      }
      value = next;
    }
    if (middle < 0) return;
    best.feature = f;
    best.middle = middle;
    const least = columns[base + order[base + middle]];
    best.threshold = roundDown((columns[base + order[base + middle - 1]] + least) / 2);
  }

  /** The cut between the two values of a column; the shorter side is added up, the other is the rest. */
  function tryOnlyCut({ start, end }: Node, f: number, first: number, last: number): void {
    const base = f * nRows;
    let [middle, least] = [start, end];
    while (middle < least) {
      const i = (middle + least) >> 1;
      if (columns[base + order[base + i]] === first) middle = i + 1;
      else least = i;
    }
    const isLeftShort = middle - start < end - middle;
    let sum = 0;
    let weight = 0;
    const stop = base + (isLeftShort ? middle : end);
    for (let i = base + (isLeftShort ? start : middle); i < stop; i++) {
      sum += weighted[order[i]];
      weight += times[order[i]];
    }
    const [restSum, restWeight] = [totalSum - sum, totalWeight - weight];
    if (!isBetter(scoreSplit(sum, weight, restSum, restWeight), weight)) return;
    best.feature = f;
    best.middle = middle;
    best.threshold = roundDown((first + last) / 2);
  }

  /** One threshold, drawn between the least value (included) and the greatest. */
  function tryThreshold({ start, end }: Node, f: number, first: number, last: number): void {
    const base = f * nRows;
    const drawn = roundDown(first + draw() * (last - first));
    const cut = drawn < last ? drawn : first;
    let sum = 0;
    let weight = 0;
    let i = start;
    for (; i < end; i++) {
      const row = order[base + i];
      if (columns[base + row] > cut) break;
      sum += weighted[row];
      weight += times[row];
    }
    const score = scoreSplit(sum, weight, totalSum - sum, totalWeight - weight);
    if (!isBetter(score, weight)) return;
    best.feature = f;
    best.middle = i;
    best.threshold = cut;
  }

  /** The higher, the less the squared errors of both sides. */
  function scoreSplit(sumL: number, weightL: number, sumR: number, weightR: number): number {
    return sumL * sumL * inverse[weightL] + sumR * sumR * inverse[weightR];
  }

  /** Whether a split of this score and weight on the left is the best so far; chance decides between equal ones. */
  function isBetter(score: number, weight: number): boolean {
    if (weight < minSamplesLeaf || totalWeight - weight < minSamplesLeaf) return false;
    if (score < bestScore) return false;
    best.nTies = score > bestScore ? 1 : best.nTies + 1;
    bestScore = score;
    return best.nTies === 1 || draw() * best.nTies < 1;
  }

  /** Brings the rows that go left before the others, in every column, and keeps both sides sorted. */
  function partRows({ start, end }: Node): void {
    const sorted = best.feature * nRows;
    for (let i = start; i < end; i++) goesLeft[order[sorted + i]] = i < best.middle ? 1 : 0;
    for (let f = 0; f < nFeatures; f++) {
      const base = f * nRows;
      const first = columns[base + order[base + start]];
      // what is constant here is so below, in any order
      if (f === best.feature || first === columns[base + order[base + end - 1]]) continue;
      let l = base + start;
      let r = 0;
      // no branch, which would be guessed wrong half the time
      for (let i = base + start; i < base + end; i++) {
        const row = order[i];
        const isLeft = goesLeft[row];
        order[l] = row;
        spare[r] = row;
        l += isLeft;
        r += 1 - isLeft;
      }
      for (let i = 0; i < r; i++) order[l + i] = spare[i];
    }
  }
}

/** Whether the column has no third value. */
function hasTwoValues({ nRows, columns, order }: SortedTable, f: number): boolean {
  const [base, end] = [f * nRows, (f + 1) * nRows];
  const [first, last] = [columns[base + order[base]], columns[base + order[end - 1]]];
  return columns.subarray(base, end).every((value) => value === first || value === last);
}
