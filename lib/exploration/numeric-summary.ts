/** What there is to say of the numbers of one column. */
import { quantilesOf } from './value-counts.ts';
import type { Marginal } from './value-counts.ts';

export interface Box {
  readonly p5: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly p95: number;
}

export interface NumericSummary extends Box {
  readonly n_distinct: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of a sample, over n - 1; null for one row. */
  readonly std: number | null;
  /** Third central moment over the second to the power of 1.5; null where all values are equal. */
  readonly skewness: number | null;
  /** The most frequent value, the smallest of equals, and its rows. */
  readonly mode: number;
  readonly mode_count: number;
  readonly is_whole: boolean;
  /** Rows farther than three interquartile ranges outside of the quartiles (Tukey's "far out"). */
  readonly outlier_count: number;
  /** Rows by bins of one width; those far out are in none. */
  readonly histogram: Histogram;
}

export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

const N_BINS = 24;
const FENCE = 3;

/** @returns null where there is no row. */
export function summarize(marginal: Marginal): NumericSummary | null {
  const { values, counts, nRows } = marginal;
  if (nRows === 0) return null;
  const box = boxOf(marginal);
  const reach = FENCE * (box.q3 - box.q1);
  const [min, max] = [values[0], values[values.length - 1]];
  // where half of the rows are equal, every other value would be far out
  const fence = reach > 0 ? { low: box.q1 - reach, high: box.q3 + reach } : { low: min, high: max };
  let mode = 0;
  let nOutliers = 0;
  let isWhole = true;
  for (let i = 0; i < values.length; i++) {
    if (counts[i] > counts[mode]) mode = i;
    if (values[i] < fence.low || values[i] > fence.high) nOutliers += counts[i];
    if (!Number.isInteger(values[i])) isWhole = false;
  }
  return {
    n_distinct: values.length,
    min,
    max,
    ...momentsOf(marginal),
    ...box,
    mode: values[mode],
    mode_count: counts[mode],
    is_whole: isWhole,
    outlier_count: nOutliers,
    histogram: histogramOf(marginal, Math.max(min, fence.low), Math.min(max, fence.high), isWhole),
  };
}

export function boxOf(marginal: Marginal): Box {
  const [p5, q1, median, q3, p95] = quantilesOf(marginal, [0.05, 0.25, 0.5, 0.75, 0.95]);
  return { p5, q1, median, q3, p95 };
}

function momentsOf({ values, counts, nRows }: Marginal) {
  const sumOf = (term: (value: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += counts[i] * term(values[i]);
    return sum;
  };
  const isConstant = values.length === 1;
  const mean = isConstant ? values[0] : sumOf((x) => x) / nRows;
  const squares = sumOf((x) => (x - mean) ** 2);
  const skewness = sumOf((x) => (x - mean) ** 3) / nRows / (squares / nRows) ** 1.5;
  return {
    mean,
    std: nRows > 1 ? Math.sqrt(squares / (nRows - 1)) : null,
    skewness: isConstant || !Number.isFinite(skewness) ? null : skewness,
  };
}

function histogramOf(
  { values, counts }: Marginal,
  from: number,
  to: number,
  isWhole: boolean,
): Histogram {
  // a few whole numbers get a bar each
  const isFew = isWhole && to - from < N_BINS;
  const [low, high] = isFew ? [Math.ceil(from) - 0.5, Math.floor(to) + 0.5] : [from, to];
  const nBins = isFew ? high - low : from === to ? 1 : N_BINS;
  const rows = new Array<number>(nBins).fill(0);
  const width = (high - low) / nBins;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low || values[i] > high) continue;
    const bin = width > 0 ? Math.min(nBins - 1, Math.floor((values[i] - low) / width)) : 0;
    rows[bin] += counts[i];
  }
  return { low, high, counts: rows };
}
