/**
 * Which models forecast which series: those of the smallest error in cross-validation, their mean where there are
 * several, which errs less than the best alone (Bates and Granger 1969, doi:10.1057/jors.1969.103).
 *
 * Errors of a series are compared over the windows that all of its candidates could forecast; its candidates are the
 * models that could forecast its last window, since a short series is too short for some of them.
 */
import type { Window } from './cross-validation.ts';
import { seasonalScale } from './metrics.ts';
import { cutPanel, seriesOf } from './panel.ts';
import type { Panel } from './panel.ts';
import type { ChoiceMetric } from './series-params.ts';

/** What one model forecast in cross-validation. */
export interface ValidatedModel {
  readonly name: string;
  /** The earliest first; series and whole windows that are too short for the model are not there. */
  readonly windows: readonly Window[];
}

export interface ErrorOptions {
  readonly metric: ChoiceMetric;
  readonly seasonLength: number;
}

/** Places of the models of each series among the validated ones, the best first; none: none could forecast it. */
export type Choice = readonly (readonly number[])[];

export interface ChoiceOptions {
  /** The first of the validated models so many are chosen from. */
  readonly nCandidates: number;
  /** Models of a series, at most, and at most half of those that could forecast it. */
  readonly nModels: number;
  /** Places of the windows that the choice knows, the earliest first. */
  readonly windows: readonly number[];
}

/** Errors by model, window and series; NaN where a model was not tried. */
export interface ErrorTable {
  readonly nSeries: number;
  /** Rows after the forecast of each window, descending: the last is 0. */
  readonly rowsAfter: readonly number[];
  /** One a model, shape (nWindows, nSeries). */
  readonly errors: readonly Float64Array[];
}

export function tabulateErrors(
  validated: readonly ValidatedModel[],
  ids: readonly string[],
  options: ErrorOptions,
): ErrorTable {
  const found = new Set(validated.flatMap(({ windows }) => windows.map((w) => w.rowsAfter)));
  const rowsAfter = [...found].toSorted((a, b) => b - a);
  const placeOf = new Map(ids.map((id, i) => [id, i]));
  const errors = validated.map(({ windows }) => {
    const table = new Float64Array(rowsAfter.length * ids.length).fill(NaN);
    for (const window of windows) {
      const start = rowsAfter.indexOf(window.rowsAfter) * ids.length;
      window.history.ids.forEach((id, k) => {
        table[start + placeOf.get(id)!] = errorOf(window, k, options);
      });
    }
    return table;
  });
  return { nSeries: ids.length, rowsAfter, errors };
}

/** @returns Of models with the same error, the first of the candidates first. */
export function chooseModels(
  { nSeries, errors }: ErrorTable,
  { nCandidates, nModels, windows }: ChoiceOptions,
): Choice {
  const last = windows[windows.length - 1];
  return Array.from({ length: nSeries }, (_, i) => {
    const candidates = [...errors.slice(0, nCandidates).keys()].filter(
      (m) => errors[m][last * nSeries + i] >= 0,
    );
    const common = windows
      .map((w) => w * nSeries + i)
      .filter((at) => candidates.every((m) => !Number.isNaN(errors[m][at])));
    const sumOf = (m: number): number => common.reduce((sum, at) => sum + errors[m][at], 0);
    const best = candidates.toSorted((a, b) => sumOf(a) - sumOf(b));
    return best.slice(0, Math.min(nModels, Math.ceil(best.length / 2)));
  });
}

/**
 * The windows as a choice forecasts them, of the series that all of its models could forecast.
 *
 * @param choiceOf - Of each window of the table; null: leave the window out.
 */
export function composeWindows(
  validated: readonly ValidatedModel[],
  panel: Panel,
  { rowsAfter }: ErrorTable,
  choiceOf: (w: number) => Choice | null,
): Window[] {
  return rowsAfter.flatMap((after, w) => {
    const choice = choiceOf(w);
    if (choice === null) return [];
    const rows = validated.map(({ windows }) => rowsOf(windows.find((x) => x.rowsAfter === after)));
    const chosen = panel.ids.flatMap((id, i) => {
      const ofModels = choice[i].flatMap((m) => rows[m].get(id) ?? []);
      const isKnown = ofModels.length > 0 && ofModels.length === choice[i].length;
      return isKnown ? [{ i, actual: ofModels[0].actual, forecast: meanOf(ofModels) }] : [];
    });
    return chosen.length === 0 ? [] : [composeWindow(panel, after, chosen)];
  });
}

interface ForecastRow {
  readonly forecast: Float64Array;
  readonly actual: Float64Array;
}

function meanOf(rows: readonly ForecastRow[]): Float64Array {
  return rows[0].forecast.map(
    (_, step) => rows.reduce((sum, { forecast }) => sum + forecast[step], 0) / rows.length,
  );
}

function composeWindow(
  panel: Panel,
  rowsAfter: number,
  chosen: readonly (ForecastRow & { readonly i: number })[],
): Window {
  const h = chosen[0].actual.length;
  const places = chosen.map(({ i }) => i);
  const history = cutPanel(panel, places, (_i, length) => [0, length - rowsAfter - h]);
  const join = (part: keyof ForecastRow): Float64Array =>
    Float64Array.from(chosen.flatMap((row) => [...row[part]]));
  return { history, rowsAfter, forecast: join('forecast'), actual: join('actual') };
}

/** Forecast and truth of each series of a window. */
function rowsOf(window: Window | undefined): Map<string, ForecastRow> {
  if (window === undefined) return new Map();
  const { history, forecast, actual } = window;
  const h = actual.length / history.ids.length;
  const cut = (values: Float64Array, k: number): Float64Array =>
    values.subarray(k * h, (k + 1) * h);
  return new Map(
    history.ids.map((id, k) => [id, { forecast: cut(forecast, k), actual: cut(actual, k) }]),
  );
}

function errorOf(
  { history, forecast, actual }: Window,
  k: number,
  { metric, seasonLength }: ErrorOptions,
): number {
  const h = actual.length / history.ids.length;
  let sum = 0;
  for (let at = k * h; at < (k + 1) * h; at++) {
    const error = Math.abs(actual[at] - forecast[at]);
    const size = Math.abs(actual[at]) + Math.abs(forecast[at]);
    if (metric === 'rmse') sum += error ** 2;
    else if (metric === 'smape') sum += size === 0 ? 0 : (200 * error) / size;
    else sum += error;
  }
  if (metric === 'rmse') return Math.sqrt(sum / h);
  // a history without a season to compare has no MASE; of one series, MAE ranks models as it would
  const scale = metric === 'mase' ? seasonalScale(seriesOf(history, k).y, seasonLength) : 1;
  return sum / h / (scale > 0 ? scale : 1);
}
