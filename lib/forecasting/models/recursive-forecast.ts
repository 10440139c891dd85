/**
 * Forecasts many steps by one regression of the next: each step's forecast is history to the step after.
 *
 * Recursive and not direct (a regression for each step ahead): one fit serves every h, all rows train it, and
 * what a feature means is the same near and far. What errors add up to on the way, conformal intervals measure.
 */
import { StageError, listExamples } from '../../errors.ts';
import type { Feature, SeriesRows } from '../features/feature.ts';
import { rowsOf } from '../features/feature.ts';
import type { Exogenous, Future, Panel } from '../panel.ts';
import { scaleRows } from './training-rows.ts';
import type { Scale } from './scale.ts';

/** Predicts scaled targets of rows; row-major, shape (nRows, nFeatures). */
export type PredictRows = (features: Float64Array, nRows: number) => Promise<Float64Array>;

/** Series whose rows are predicted together: enough to be quick, little in memory. */
const CHUNK = 4096;

export interface RecursiveInputs {
  readonly panel: Panel;
  readonly features: readonly Feature[];
  readonly scales: readonly Scale[];
  readonly predictRows: PredictRows;
}

/**
 * @returns Shape (nSeries × h).
 * @throws StageError E_DATA when a column that the features see ahead is not known for all h steps.
 */
export async function forecastRecursively(
  { panel, features, scales, predictRows }: RecursiveInputs,
  h: number,
  future: Future | undefined,
  signal: AbortSignal,
): Promise<Float64Array> {
  assertFuture(panel, h, future);
  const nColumns = features.reduce((n, { names }) => n + names.length, 0);
  const forecast = new Float64Array(panel.ids.length * h);
  for (let first = 0; first < panel.ids.length; first += CHUNK) {
    const n = Math.min(CHUNK, panel.ids.length - first);
    const tails = Array.from({ length: n }, (_, k) =>
      extendTail(panel, first + k, { features, scale: scales[first + k], h, future }),
    );
    const columns = features.map(({ names }) => names.map(() => new Float64Array(n)));
    for (let step = 0; step < h; step++) {
      signal.throwIfAborted();
      tails.forEach(({ rows, nKnown }, k) => {
        const end = nKnown + step;
        const series = { ...rows, y: rows.y.subarray(0, end + 1) };
        features.forEach((feature, f) => feature.fill(series, end, columns[f], k));
      });
      const X = toRows(columns.flat(), n, nColumns);
      assertKnown(X, nColumns, { panel, features, first });
      const predicted = await predictRows(X, n);
      tails.forEach(({ rows, nKnown }, k) => {
        const { center, spread } = scales[first + k];
        rows.y[nKnown + step] = predicted[k];
        forecast[(first + k) * h + step] = center + spread * predicted[k];
      });
    }
  }
  return forecast;
}

interface Tail {
  /** The last rows as far as the features reach, scaled, with h rows to come. */
  readonly rows: SeriesRows;
  readonly nKnown: number;
}

function extendTail(
  panel: Panel,
  i: number,
  {
    features,
    scale,
    h,
    future,
  }: {
    readonly features: readonly Feature[];
    readonly scale: Scale;
    readonly h: number;
    readonly future: Future | undefined;
  },
): Tail {
  const whole = rowsOf(panel, i);
  const nKnown = Math.min(whole.y.length, Math.max(...features.map(({ reach }) => reach)));
  const cut = whole.y.length - nKnown;
  const scaled = scaleRows({ ...whole, y: whole.y.subarray(cut) }, scale);
  const extend = (values: Float64Array, ahead: (step: number) => number): Float64Array => {
    const extended = new Float64Array(nKnown + h);
    extended.set(values);
    for (let step = 0; step < h; step++) extended[nKnown + step] = ahead(step);
    return extended;
  };
  const exogenous = panel.exogenous.map(({ name, kind }): [string, Float64Array] => {
    const known = whole.exogenous.get(name)!;
    const values = future?.columns.find((column) => column.name === name)?.values;
    const ahead = {
      past: () => NaN,
      static: () => known[known.length - 1],
      future: (step: number) => values![i * future!.h + step],
    }[kind];
    return [name, extend(known.subarray(cut), ahead)];
  });
  const y = extend(scaled.y, () => NaN);
  return {
    rows: { ...scaled, start: whole.start + cut, y, exogenous: new Map(exogenous) },
    nKnown,
  };
}

function toRows(columns: readonly Float64Array[], n: number, nColumns: number): Float64Array {
  const rows = new Float64Array(n * nColumns);
  columns.forEach((column, j) => {
    for (let k = 0; k < n; k++) rows[k * nColumns + j] = column[k];
  });
  return rows;
}

function assertFuture({ exogenous }: Panel, h: number, future: Future | undefined): void {
  const isMissing = ({ name, kind }: Exogenous): boolean =>
    kind === 'future' &&
    !(future !== undefined && future.h >= h && future.columns.some((known) => known.name === name));
  const missing = exogenous.filter(isMissing).map(({ name }) => name);
  if (missing.length === 0) return;
  throw new StageError(
    'E_DATA',
    `columns known ahead must be given for ${h} steps to come; got none of ${listExamples(missing)}`,
    { hint: 'give their future rows, or call them past columns' },
  );
}

function assertKnown(
  X: Float64Array,
  nColumns: number,
  { panel, features, first }: { panel: Panel; features: readonly Feature[]; first: number },
): void {
  const at = X.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const name = features.flatMap(({ names }) => names)[at % nColumns];
  const id = panel.ids[first + Math.floor(at / nColumns)];
  throw new StageError(
    'E_DATA',
    `the feature ${name} must be known of the steps to forecast; got ${X[at]} for ${id}`,
    { hint: 'fill the column that it is made of, or leave it out' },
  );
}
