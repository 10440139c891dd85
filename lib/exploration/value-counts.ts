/**
 * A numeric column as its distinct values with their numbers of rows, per label of the target. Whatever is
 * computed from it, in the order of the values, depends on neither the order of the rows nor on threads.
 */
import type { Relation } from '../sql.ts';

/** The table engine, as far as an exploration needs it. */
export interface ColumnReader {
  /** The columns of a query, each DOUBLE without NULL, in the order of its rows. */
  readDoubles(sql: string): Promise<Float64Array[]>;
}

export interface ValueCounts {
  /** Ascending and finite; a value stands once for each label that it has. */
  readonly values: Float64Array;
  /** Index of the label; -1 for rows without one. */
  readonly labels: Int32Array;
  /** Rows of the value with the label. */
  readonly counts: Float64Array;
}

/** Distinct values, ascending, with their rows. */
export interface Marginal {
  readonly values: Float64Array;
  readonly counts: Float64Array;
  readonly nRows: number;
}

/**
 * Counts the finite values of some expressions, in one pass.
 *
 * @param xs - SQL of DOUBLEs; rows where one is NULL, NaN or infinite are left out of its counts. All of them
 *   are in memory at once.
 * @param label - SQL of the index of a label, NULL where a row has none; null: no row has one.
 */
export async function countValues(
  reader: ColumnReader,
  { sql }: Relation,
  xs: readonly string[],
  label: string | null,
): Promise<ValueCounts[]> {
  const numbers = xs.map((x) => `CASE WHEN isfinite(${x}) THEN ${x} ELSE 'nan'::DOUBLE END`);
  const [labels = new Float64Array(0), ...columns] = await reader.readDoubles(
    `SELECT ${[`coalesce(${label ?? 'NULL'}, -1)::DOUBLE`, ...numbers].join(', ')} FROM ${sql}`,
  );
  return columns.map((values) => toValueCounts(values, labels));
}

/** @param values - NaN is left out. */
function toValueCounts(values: Float64Array, labels: Float64Array): ValueCounts {
  const parts = sortByLabel(values, labels);
  const places = parts.map(() => 0);
  const nPresent = parts.reduce((sum, { length }) => sum + length, 0);
  const counts = {
    values: new Float64Array(nPresent),
    labels: new Int32Array(nPresent),
    counts: new Float64Array(nPresent),
  };
  let size = 0;
  for (;;) {
    let smallest = Infinity;
    for (let k = 0; k < parts.length; k++) {
      const head = parts[k][places[k]];
      if (head < smallest) smallest = head;
    }
    if (smallest === Infinity) break;
    for (let k = 0; k < parts.length; k++) {
      const start = places[k];
      while (parts[k][places[k]] === smallest) places[k]++;
      if (places[k] === start) continue;
      counts.values[size] = smallest;
      counts.labels[size] = k - 1;
      counts.counts[size++] = places[k] - start;
    }
  }
  return {
    values: counts.values.slice(0, size),
    labels: counts.labels.slice(0, size),
    counts: counts.counts.slice(0, size),
  };
}

/** Values of the rows without a label, then of those of each label, ascending. */
function sortByLabel(values: Float64Array, labels: Float64Array): Float64Array[] {
  const sizes = [0];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) sizes[labels[i] + 1] = (sizes[labels[i] + 1] ?? 0) + 1;
  }
  const parts = Array.from(sizes, (size = 0) => new Float64Array(size));
  const ends = parts.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) parts[labels[i] + 1][ends[labels[i] + 1]++] = values[i];
  }
  for (const part of parts) part.sort();
  return parts;
}

/** @param wanted - Rows of this label alone; null: of all. */
export function toMarginal(
  { values, labels, counts }: ValueCounts,
  wanted: number | null = null,
): Marginal {
  const distinct = new Float64Array(values.length);
  const rows = new Float64Array(values.length);
  let size = 0;
  let nRows = 0;
  for (let i = 0; i < values.length; i++) {
    if (wanted !== null && labels[i] !== wanted) continue;
    if (size === 0 || distinct[size - 1] !== values[i]) distinct[size++] = values[i];
    rows[size - 1] += counts[i];
    nRows += counts[i];
  }
  return { values: distinct.subarray(0, size), counts: rows.subarray(0, size), nRows };
}

/**
 * Quantiles on a straight line between the two nearest rows (Hyndman and Fan's type 7, as in pandas).
 *
 * @param shares - Ascending, each in [0, 1].
 * @returns NaN for each where there is no row.
 */
export function quantilesOf({ values, counts, nRows }: Marginal, shares: readonly number[]) {
  let index = 0;
  let end = counts[0] ?? 0;
  const valueAt = (row: number): number => {
    while (row >= end && index < values.length - 1) end += counts[++index];
    return values[index] ?? NaN;
  };
  return shares.map((share) => {
    const place = share * (nRows - 1);
    const low = valueAt(Math.floor(place));
    // the walk goes forward only, and the next share may lie before this row
    const [keptIndex, keptEnd] = [index, end];
    const high = valueAt(Math.ceil(place));
    [index, end] = [keptIndex, keptEnd];
    return low + (place - Math.floor(place)) * (high - low);
  });
}

/**
 * Bins of about equally many rows; equal values never part.
 *
 * @param nBins - At most; fewer where values repeat.
 * @returns The first value of each bin, ascending: bin b holds the values v with
 *   `floor(nBins * rows below v / rows)` equal, renumbered from 0.
 */
export function binStarts({ values, counts, nRows }: Marginal, nBins: number): number[] {
  const starts: number[] = [];
  let previous = -1;
  let below = 0;
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((nBins * below) / nRows);
    if (bin !== previous) starts.push(values[i]);
    previous = bin;
    below += counts[i];
  }
  return starts;
}
