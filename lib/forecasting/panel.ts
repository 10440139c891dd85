/** Many series as arrays: the rows of a series are contiguous and cover every step of its span. */
import { StageError, listExamples } from '../errors.ts';
import type { Frequency } from './frequency.ts';

/** `past`: known up to the last step of the history; `future`: known ahead; `static`: one value a series. */
export type ExogenousKind = 'past' | 'future' | 'static';

export interface Exogenous {
  readonly name: string;
  readonly kind: ExogenousKind;
  /** Shape (nRows), for `static` too; NaN where unknown. */
  readonly values: Float64Array;
}

export interface Panel {
  readonly freq: Frequency;
  readonly ids: readonly string[];
  /** Step of the first row of each series, shape (nSeries). */
  readonly starts: Int32Array;
  /** Rows of series i are `offsets[i]` to `offsets[i + 1]`, the latter not included; shape (nSeries + 1). */
  readonly offsets: Uint32Array;
  /** Shape (nRows), finite. */
  readonly y: Float64Array;
  readonly exogenous: readonly Exogenous[];
}

/** What is known of the steps after each series' last. */
export interface Future {
  readonly h: number;
  /** Of `future` exogenous: shape (nSeries × h), series after series. */
  readonly columns: readonly { readonly name: string; readonly values: Float64Array }[];
}

/** One series, its rows as views. */
export interface Series {
  readonly id: string;
  readonly start: number;
  readonly y: Float64Array;
}

export function seriesOf({ ids, starts, offsets, y }: Panel, i: number): Series {
  return { id: ids[i], start: starts[i], y: y.subarray(offsets[i], offsets[i + 1]) };
}

/** Makes a panel of arrays; every series begins at step `start`. */
export function panelOf(
  freq: Frequency,
  series: Readonly<Record<string, ArrayLike<number>>>,
  start = 0,
): Panel {
  const ids = Object.keys(series);
  const offsets = new Uint32Array(ids.length + 1);
  ids.forEach((id, i) => (offsets[i + 1] = offsets[i] + series[id].length));
  const y = new Float64Array(offsets[ids.length]);
  ids.forEach((id, i) => y.set(series[id], offsets[i]));
  return { freq, ids, starts: new Int32Array(ids.length).fill(start), offsets, y, exogenous: [] };
}

/** The series at `places`, in that order. */
export function takeSeries(panel: Panel, places: ArrayLike<number>): Panel {
  return cutPanel(panel, places, (_i, length) => [0, length]);
}

/**
 * The rows of each series from `range(i, length)[0]` to `[1]`, the latter not included, counted from its first.
 *
 * @param places - Of the series to take, in that order.
 */
export function cutPanel(
  panel: Panel,
  places: ArrayLike<number>,
  range: (i: number, length: number) => readonly [number, number],
): Panel {
  const n = places.length;
  const offsets = new Uint32Array(n + 1);
  const starts = new Int32Array(n);
  const from = new Uint32Array(n);
  for (let k = 0; k < n; k++) {
    const i = places[k];
    const [first, end] = range(i, panel.offsets[i + 1] - panel.offsets[i]);
    from[k] = panel.offsets[i] + first;
    starts[k] = panel.starts[i] + first;
    offsets[k + 1] = offsets[k] + Math.max(0, end - first);
  }
  const take = (values: Float64Array): Float64Array => {
    const taken = new Float64Array(offsets[n]);
    for (let k = 0; k < n; k++) {
      taken.set(values.subarray(from[k], from[k] + offsets[k + 1] - offsets[k]), offsets[k]);
    }
    return taken;
  };
  return {
    freq: panel.freq,
    ids: Array.from(places, (i) => panel.ids[i]),
    starts,
    offsets,
    y: take(panel.y),
    exogenous: panel.exogenous.map((column) => ({ ...column, values: take(column.values) })),
  };
}

const SHORT_HINT =
  'leave these series out, or take shorter lags, a shorter season or a model that needs less';

/**
 * @param who - What needs the rows, as the message calls it.
 * @throws StageError E_DATA naming the series that have fewer than `minLength` rows.
 */
export function assertMinLength(
  { ids, offsets }: Panel,
  minLength: number,
  who: string,
  hint = SHORT_HINT,
): void {
  const short: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (offsets[i + 1] - offsets[i] < minLength) short.push(i);
  }
  if (short.length === 0) return;
  const shown = listExamples(short, (i) => `${ids[i]}: ${offsets[i + 1] - offsets[i]}`);
  throw new StageError(
    'E_DATA',
    `${who} must have at least ${minLength} rows of each series; got ${shown}`,
    { hint },
  );
}
