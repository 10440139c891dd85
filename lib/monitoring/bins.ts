/** Rows of two columns by the same bins: those that the distances are taken over, and that charts show. */
import type { WeightedValues } from './distances.ts';
import type { CategoricalProfile, ColumnProfile, NumericProfile } from './profiles.ts';

/** More distinct numbers of the reference than these are counted by intervals, not one by one. */
const MAX_DISTINCT = 20;

export interface Bins {
  /** Texts in order of code units; numbers ascending; of intervals their starts, and the end of the last one. */
  readonly kind: 'categories' | 'values' | 'intervals';
  readonly labels: readonly string[] | Float64Array;
  /** Rows in each bin, shape (nBins). An interval holds its start, and the last one its end too. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/**
 * Counts both columns by the same bins, as Evidently does: numbers of which the reference has more than 20 by
 * intervals of equal width from the least to the greatest of both (Sturges: range / (log2 of all rows + 1)), all
 * others one by one. Both have a value, and are of one kind.
 */
export function binBoth(reference: ColumnProfile, current: ColumnProfile): Bins {
  if (reference.kind === 'category') return binTexts(reference, current as CategoricalProfile);
  const other = current as NumericProfile;
  return reference.nDistinct > MAX_DISTINCT
    ? binIntervals(reference, other)
    : binValues(reference, other);
}

function binTexts(reference: CategoricalProfile, current: CategoricalProfile): Bins {
  const labels = [...new Set([...reference.counts.keys(), ...current.counts.keys()])].sort();
  const countsOf = ({ counts }: CategoricalProfile): Float64Array =>
    Float64Array.from(labels, (label) => counts.get(label) ?? 0);
  return {
    kind: 'categories',
    labels,
    reference: countsOf(reference),
    current: countsOf(current),
  };
}

function binValues(reference: NumericProfile, current: NumericProfile): Bins {
  const labels = Float64Array.from(new Set([...reference.values, ...current.values])).sort();
  const countsOf = ({ values, counts }: WeightedValues): Float64Array => {
    const known = new Map(Array.from(values, (value, i) => [value, counts[i]]));
    return labels.map((label) => known.get(label) ?? 0);
  };
  return { kind: 'values', labels, reference: countsOf(reference), current: countsOf(current) };
}

function binIntervals(reference: NumericProfile, current: NumericProfile): Bins {
  const labels = sturgesEdges(
    Math.min(reference.min, current.min),
    Math.max(reference.max, current.max),
    reference.nValues + current.nValues,
  );
  const [one, other] = [reference, current].map((profile) => countIntervals(profile, labels));
  return { kind: 'intervals', labels, reference: one, current: other };
}

/** Edges as numpy's `histogram_bin_edges(…, bins='sturges')` has them of doubles, bit for bit. */
function sturgesEdges(min: number, max: number, nRows: number): Float64Array {
  const nBins = Math.ceil((max - min) / ((max - min) / (Math.log2(nRows) + 1)));
  const step = (max - min) / nBins;
  const edges = Float64Array.from({ length: nBins + 1 }, (_, i) => i * step + min);
  edges[nBins] = max;
  return edges;
}

/** Rows from each edge to the next, start included, end not but of the last. */
function countIntervals({ values, counts }: WeightedValues, edges: Float64Array): Float64Array {
  const rows = new Float64Array(edges.length - 1);
  let bin = 0;
  for (let i = 0; i < values.length; i++) {
    while (bin < rows.length - 1 && values[i] >= edges[bin + 1]) bin++;
    rows[bin] += counts[i];
  }
  return rows;
}

/** Bins as charts and files have them. */
export interface ShownBins {
  readonly kind: Bins['kind'];
  /** Of intervals their starts, and the end of the last one. */
  readonly labels: readonly (string | number)[];
  /** Shares of the rows with a value, shape (nBins). */
  readonly reference: readonly number[];
  readonly current: readonly number[];
  /** Bins that are left out, those with the least rows, and their shares together. */
  readonly others: { readonly count: number; readonly reference: number; readonly current: number };
}

/** The largest `max` bins, in their order; intervals all. */
export function showBins({ kind, labels, reference, current }: Bins, max: number): ShownBins {
  const [p, q] = [reference, current].map((counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return Array.from(counts, (count) => count / total);
  });
  const bins = p.map((_, i) => i);
  const bySize = bins.toSorted((a, b) => Math.max(p[b], q[b]) - Math.max(p[a], q[a]) || a - b);
  const nShown = kind === 'intervals' ? bins.length : max;
  const shown = bySize.slice(0, nShown).sort((a, b) => a - b);
  const others = bySize.slice(nShown);
  const sumOf = (shares: readonly number[]): number =>
    others.reduce((sum, i) => sum + shares[i], 0);
  return {
    kind,
    labels: kind === 'intervals' ? [...labels] : shown.map((i) => labels[i]),
    reference: shown.map((i) => p[i]),
    current: shown.map((i) => q[i]),
    others: { count: others.length, reference: sumOf(p), current: sumOf(q) },
  };
}
