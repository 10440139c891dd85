/**
 * What a feature is: columns that a row gets from what was known before it.
 *
 * A feature of row t sees y of the rows before t alone; of `future` columns also row t and, where it says so, later
 * ones. Features are computed series by series, so that the last rows of a long history cost no more than they need.
 */
import type { Frequency } from '../frequency.ts';
import type { Panel } from '../panel.ts';

/** The rows of one series. */
export interface SeriesRows {
  readonly freq: Frequency;
  /** Step of the first row. */
  readonly start: number;
  /** Shape (nRows); NaN in rows to come. */
  readonly y: Float64Array;
  /** By name; `future` columns may reach beyond the last row, the others have shape (nRows). */
  readonly exogenous: ReadonlyMap<string, Float64Array>;
}

export interface Feature {
  /** Of its columns. */
  readonly names: readonly string[];
  /** `past`: rows before its own; `known ahead`: calendars and `future` or `static` columns, its own row and on. */
  readonly sees: 'past' | 'known ahead';
  /** Rows before its own that it looks at; Infinity: all. */
  readonly reach: number;
  /**
   * Writes the values of rows `from` to the last: that of row t and column j to `columns[j][at + t - from]`. NaN
   * where the series does not reach back far enough, or a value that it needs is unknown.
   */
  fill(series: SeriesRows, from: number, columns: readonly Float64Array[], at: number): void;
}

export interface FeatureColumn {
  readonly name: string;
  /** Shape (nRows). */
  readonly values: Float64Array;
}

/** The columns of all features, in their order, for every row of the panel. */
export function computeFeatures(panel: Panel, features: readonly Feature[]): FeatureColumn[] {
  const columns = features.map(({ names }) => names.map(() => new Float64Array(panel.y.length)));
  for (let i = 0; i < panel.ids.length; i++) {
    const series = rowsOf(panel, i);
    features.forEach((feature, k) => feature.fill(series, 0, columns[k], panel.offsets[i]));
  }
  return features.flatMap(({ names }, k) =>
    names.map((name, j) => ({ name, values: columns[k][j] })),
  );
}

export function rowsOf({ freq, starts, offsets, y, exogenous }: Panel, i: number): SeriesRows {
  const [first, end] = [offsets[i], offsets[i + 1]];
  return {
    freq,
    start: starts[i],
    y: y.subarray(first, end),
    exogenous: new Map(exogenous.map(({ name, values }) => [name, values.subarray(first, end)])),
  };
}

/** Writes `compute(t)` for the rows `from` to the last. */
export function fillColumn(
  nRows: number,
  from: number,
  column: Float64Array,
  at: number,
  compute: (t: number) => number,
): void {
  for (let t = from; t < nRows; t++) column[at + t - from] = compute(t);
}
