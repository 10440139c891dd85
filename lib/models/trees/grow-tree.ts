/**
 * Grows one full tree with typed arrays: the oracle of kernel/grow.cc, and what serves where that is missing.
 *
 * A node holds its rows class by class, so that class counts of a split are plain counts of `rank <= cut` in each
 * segment. Random numbers are a function of tree, way to the node and feature; their order does not matter.
 */
import {
  CHILD,
  FEATURES,
  ROWS,
  THRESHOLD,
  roundDown,
  threefry,
  toIndex,
  toUnit,
  words,
} from './arithmetic.ts';
import { createCriterion } from './criterion.ts';
import type { Criterion, CriterionName } from './criterion.ts';
import { eachCut } from './cuts.ts';
import type { RankedTable } from './ranked-table.ts';
import { scoreSplit } from './criterion.ts';

export const SPLITTERS = ['random', 'best'] as const;

export interface GrowOptions {
  /** `random`: one uniform threshold for each feature tried; `best`: every cut between two values. */
  readonly splitter: (typeof SPLITTERS)[number];
  readonly criterion: CriterionName;
  /** Features tried in a node, 1 to nFeatures; more while all of them are constant in it. */
  readonly maxFeatures: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  /** Depth of a leaf, where the root has 0; null: unlimited. */
  readonly maxDepth: number | null;
  /** Draw as many rows as there are, with replacement; a row drawn twice counts twice. */
  readonly bootstrap: boolean;
  /** Weight of the rows of each class, shape (nClasses). */
  readonly classWeight: readonly number[];
}

/** Nodes in pre-order, the left subtree before the right one. */
export interface GrownTree {
  /** Of each node; -1: a leaf. */
  readonly feature: Int16Array;
  /** Of each node that splits: values <= threshold go left. */
  readonly threshold: Float32Array;
  /** Of each leaf: its class, or nClasses + a row of `mixed`. */
  readonly leaf: Int32Array;
  /** Shares of the classes by weight, shape (n, nClasses). */
  readonly mixed: Float32Array;
}

/** Rows of one class in a node: places start to end - 1 of the list of rows. */
interface Segment {
  readonly label: number;
  readonly start: number;
  readonly end: number;
}
interface Node {
  readonly segments: readonly Segment[];
  readonly depth: number;
  readonly key0: number;
  readonly key1: number;
}
interface Split {
  score: number;
  tie: number;
  feature: number;
  rank: number;
  threshold: number;
}

/** Two words that name the tree. */
export type TreeKey = readonly [number, number];

/** A function that grows the tree of a key; its buffers serve one tree after another. */
export function createGrower(
  table: RankedTable,
  options: GrowOptions,
): (key: TreeKey) => GrownTree {
  const { nFeatures, classStart, ranks, valueStart, upper, lower, scale } = table;
  const nClasses = classStart.length - 1;
  const nRowsOfClass = Array.from(
    { length: nClasses },
    (_, c) => classStart[c + 1] - classStart[c],
  );
  // a row of a bootstrap sample may stand in it more often than in the table
  const nMost = options.bootstrap ? nRowsOfClass.map(() => table.nRows) : nRowsOfClass;
  const criterion: Criterion = createCriterion(options.criterion, options.classWeight, nMost);
  const spare = new Int32Array(table.nRows);
  const order = new Int32Array(nFeatures);
  const low = new Uint16Array(nFeatures);
  const high = new Uint16Array(nFeatures);
  const cut = new Uint16Array(nFeatures);
  const unit = new Float64Array(nFeatures);
  const counts = Array.from({ length: nClasses }, () => new Int32Array(nFeatures));
  const labels = new Int32Array(nClasses);
  const nLeft = new Int32Array(nClasses);
  const nTotal = new Int32Array(nClasses);
  let rows: Int32Array = new Int32Array(0);

  return grow;

  function grow([key0, key1]: TreeKey): GrownTree {
    const feature: number[] = [];
    const thresholds: number[] = [];
    const leaf: number[] = [];
    const mixed: number[] = [];
    const open: Node[] = [{ segments: drawRows(key0, key1), depth: 0, key0, key1 }];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const split = maySplit(node) ? findSplit(node) : null;
      if (split === null) {
        feature.push(-1);
        leaf.push(leafOf(node, mixed));
        continue;
      }
      feature.push(split.feature);
      thresholds.push(split.threshold);
      const [left, right] = openChildren(node, split);
      open.push(right, left);
    }
    return {
      feature: Int16Array.from(feature),
      threshold: Float32Array.from(thresholds),
      leaf: Int32Array.from(leaf),
      mixed: Float32Array.from(mixed),
    };
  }

  function drawRows(key0: number, key1: number): Segment[] {
    const times = new Int32Array(table.nRows);
    if (options.bootstrap) {
      for (let i = 0; i < table.nRows; i++) {
        threefry(key0, key1, i >> 1, ROWS);
        times[toIndex(words[i & 1], table.nRows)]++;
      }
    } else times.fill(1);
    rows = new Int32Array(table.nRows);
    let end = 0;
    const segments = nRowsOfClass.map((_, label): Segment => {
      const start = end;
      for (let row = classStart[label]; row < classStart[label + 1]; row++) {
        for (let k = 0; k < times[row]; k++) rows[end++] = row;
      }
      return { label, start, end };
    });
    return segments.filter(({ start, end }) => end > start);
  }

  function maySplit({ segments, depth }: Node): boolean {
    const n = sizeOf(segments);
    return (
      segments.length > 1 &&
      depth < (options.maxDepth ?? Infinity) &&
      n >= options.minSamplesSplit &&
      n >= 2 * options.minSamplesLeaf
    );
  }

  function leafOf({ segments }: Node, mixed: number[]): number {
    if (segments.length === 1) return segments[0].label;
    const row = mixed.length / nClasses;
    const weights = new Float64Array(nClasses);
    let sum = 0;
    for (const { label, start, end } of segments) {
      weights[label] = options.classWeight[label] * (end - start);
      sum += weights[label];
    }
    for (const weight of weights) mixed.push(weight / sum);
    return nClasses + row;
  }

  function findSplit(node: Node): Split | null {
    const { segments, key0, key1 } = node;
    const best: Split = { score: -Infinity, tie: 0, feature: -1, rank: 0, threshold: 0 };
    segments.forEach(({ label, start, end }, s) => {
      labels[s] = label;
      nTotal[s] = end - start;
    });
    for (let f = 0; f < nFeatures; f++) order[f] = f;
    let varied = tryFeatures(node, drawFeatures(key0, key1, 0, options.maxFeatures), best);
    // of features that are constant here any number is drawn, until one is not
    for (let i = options.maxFeatures; i < nFeatures && !varied; i++) {
      varied = tryFeatures(node, drawFeatures(key0, key1, i, i + 1), best);
    }
    return best.feature < 0 ? null : best;
  }

  /** Draws the features of places start to end - 1 of `order`, without replacement. */
  function drawFeatures(key0: number, key1: number, start: number, end: number): Int32Array {
    for (let i = start; i < end && options.maxFeatures < nFeatures; i++) {
      threefry(key0, key1, i >> 1, FEATURES);
      const j = i + toIndex(words[i & 1], nFeatures - i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order.subarray(start, end);
  }

  /** Looks for a better split among some features; whether one of them varies in the node. */
  function tryFeatures(node: Node, features: Int32Array, best: Split): boolean {
    findBounds(node.segments, features);
    const varied = features.filter((f) => low[f] < high[f]);
    if (options.splitter === 'best') for (const f of varied) tryCuts(node, f, best);
    else tryThresholds(node, varied, best);
    return varied.length > 0;
  }

  function findBounds(segments: readonly Segment[], features: Int32Array): void {
    for (const f of features) {
      low[f] = 65_535;
      high[f] = 0;
    }
    for (const { start, end } of segments) {
      for (let i = start; i < end; i++) {
        const base = rows[i] * nFeatures;
        for (let k = 0; k < features.length; k++) {
          const f = features[k];
          const rank = ranks[base + f];
          if (rank < low[f]) low[f] = rank;
          if (rank > high[f]) high[f] = rank;
        }
      }
    }
  }

  function tryThresholds({ segments, key0, key1 }: Node, features: Int32Array, best: Split): void {
    for (const f of features) {
      threefry(key0, key1, f, THRESHOLD);
      unit[f] = toUnit(words[0]);
      const place = low[f] + unit[f] * (high[f] - low[f]);
      cut[f] = scale[f] > 0 ? Math.floor(place) : findCut(f, drawValue(f));
    }
    segments.forEach(({ start, end }, s) => {
      const count = counts[s].fill(0);
      for (let i = start; i < end; i++) {
        const base = rows[i] * nFeatures;
        for (let k = 0; k < features.length; k++) {
          const f = features[k];
          count[f] += ranks[base + f] <= cut[f] ? 1 : 0;
        }
      }
    });
    for (const f of features) {
      for (let s = 0; s < segments.length; s++) nLeft[s] = counts[s][f];
      threefry(key0, key1, f, THRESHOLD);
      if (!isBetter(segments.length, f, words[1], best)) continue;
      best.rank = cut[f];
      best.threshold = betweenRanks(f, cut[f], drawValue(f));
    }
  }

  /** Between the least value of the node (included) and the greatest. */
  function drawValue(f: number): number {
    const offset = valueStart[f];
    if (scale[f] > 0) {
      return roundDown(lower[offset] + (low[f] + unit[f] * (high[f] - low[f])) / scale[f]);
    }
    const least = upper[offset + low[f]];
    const greatest = upper[offset + high[f]];
    const value = least + unit[f] * (greatest - least);
    return roundDown(value < greatest ? value : least);
  }

  /** The last rank of the node whose values are at most `value`, below its greatest. */
  function findCut(f: number, value: number): number {
    let base = low[f];
    for (let length = high[f] - low[f]; length > 1;) {
      const half = length >> 1;
      if (upper[valueStart[f] + base + half] <= value) base += half;
      length -= half;
    }
    return base;
  }

  /** `value`, if it parts the values up to `rank` from those behind; else the greatest up to it. */
  function betweenRanks(f: number, rank: number, value: number): number {
    const at = valueStart[f] + rank;
    return upper[at] <= value && value < lower[at + 1] ? value : upper[at];
  }

  function tryCuts({ segments, key0, key1 }: Node, f: number, best: Split): void {
    threefry(key0, key1, f, THRESHOLD);
    const tie = words[1];
    const offset = valueStart[f];
    const column = { ranks, rows, nFeatures, feature: f, low: low[f], high: high[f] };
    eachCut(column, segments, nLeft, (rank, nextRank) => {
      if (!isBetter(segments.length, f, tie, best)) return;
      best.rank = rank;
      best.threshold = roundDown((upper[offset + rank] + lower[offset + nextRank]) / 2);
    });
  }

  /**
   * Whether the split that `nLeft` describes is better; chance decides between equal ones of two features. Then it
   * is `best`, whose cut the caller fills in.
   */
  function isBetter(nSegments: number, feature: number, tie: number, best: Split): boolean {
    const { minSamplesLeaf } = options;
    let nOnLeft = 0;
    let nOnRight = 0;
    for (let s = 0; s < nSegments; s++) {
      nOnLeft += nLeft[s];
      nOnRight += nTotal[s] - nLeft[s];
    }
    if (nOnLeft < minSamplesLeaf || nOnRight < minSamplesLeaf) return false;
    const score = scoreSplit(criterion, labels, nSegments, nLeft, nTotal);
    if (score < best.score) return false;
    if (score === best.score) {
      if (tie > best.tie || (tie === best.tie && feature >= best.feature)) return false;
    }
    Object.assign(best, { score, tie, feature });
    return true;
  }

  /** Keeps the order of rows, so that each class stays together. */
  function openChildren({ segments, depth, key0, key1 }: Node, { feature, rank }: Split): Node[] {
    const start = segments[0].start;
    const sides: Segment[][] = [[], []];
    let left = start;
    let right = 0;
    for (const { label, start: from, end } of segments) {
      const starts = [left, right];
      for (let i = from; i < end; i++) {
        const row = rows[i];
        if (ranks[row * nFeatures + feature] <= rank) rows[left++] = row;
        else spare[right++] = row;
      }
      if (left > starts[0]) sides[0].push({ label, start: starts[0], end: left });
      if (right > starts[1]) sides[1].push({ label, start: starts[1], end: right });
    }
    rows.set(spare.subarray(0, right), left);
    sides[1] = sides[1].map(({ label, start: from, end }) => ({
      label,
      start: from + left,
      end: end + left,
    }));
    return sides.map((side, i) => {
      threefry(key0, key1, i, CHILD);
      return { segments: side, depth: depth + 1, key0: words[0], key1: words[1] };
    });
  }
}

function sizeOf(segments: readonly Segment[]): number {
  return segments[segments.length - 1].end - segments[0].start;
}
