/**
 * A numeric column as its distinct values with their numbers of rows, per label of the target. SQL counts,
 * in any order and on any thread; what follows is computed from the sorted values, so that it depends on
 * neither.
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
 * Counts the finite values of an expression.
 *
 * @param x - SQL of a DOUBLE; rows where it is NULL, NaN or infinite are left out.
 * @param label - SQL of the index of a label, NULL where a row has none; null: no row has one.
 */
export async function countValues(
  reader: ColumnReader,
  { sql }: Relation,
  x: string,
  label: string | null,
): Promise<ValueCounts> {
  const [values, labels, counts] = await reader.readDoubles(
    `SELECT x, label, n FROM (
       SELECT ${x} AS x, coalesce(${label ?? 'NULL'}, -1)::DOUBLE AS label, count(*)::DOUBLE AS n
       FROM ${sql} GROUP BY ALL
     ) WHERE isfinite(x) ORDER BY x, label`,
  );
  if (values === undefined) {
    return { values: new Float64Array(0), labels: new Int32Array(0), counts: new Float64Array(0) };
  }
  return { values, labels: Int32Array.from(labels), counts };
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
