/** How good the models of a choice are, and the choice itself. */
import { chooseModels, composeWindows, tabulateErrors } from './choose-models.ts';
import type { Choice, ErrorOptions, ErrorTable, ValidatedModel } from './choose-models.ts';
import type { Window } from './cross-validation.ts';
import { scoreForecast } from './metrics.ts';
import type { ForecastMetrics } from './metrics.ts';
import type { Panel } from './panel.ts';

export interface ModelScore {
  readonly name: string;
  /** Series whose last window it could forecast. */
  readonly nSeries: number;
  /** Series that it was chosen for, alone or with others. */
  readonly nChosen: number;
  /** Means over the windows; null: it could forecast none. */
  readonly metrics: ForecastMetrics | null;
}

export interface ChoiceScores {
  readonly models: readonly ModelScore[];
  /** Of the choice as it would have been made before each window, from the windows before; null: there is one window. */
  readonly choice: ForecastMetrics | null;
  /** Windows that all of these are of: every one but the first, or the one there is. */
  readonly nWindows: number;
  /** Mean error of each series over its windows, by the models chosen for it. */
  readonly chosenErrors: Float64Array;
  /** The same by the reference; NaN of a series that it could not forecast. */
  readonly referenceErrors: Float64Array;
}

export interface ScoredChoice extends ErrorOptions {
  readonly choice: Choice;
  /** The windows as the choice forecasts them. */
  readonly windows: readonly Window[];
  readonly nCandidates: number;
  readonly nModels: number;
  /** Of the model that the choice is shown beside. */
  readonly reference: string;
}

export function scoreChoice(
  validated: readonly ValidatedModel[],
  panel: Panel,
  table: ErrorTable,
  options: ScoredChoice,
): ChoiceScores {
  const { choice, windows, reference, seasonLength } = options;
  const { rowsAfter } = table;
  const first = Math.min(1, rowsAfter.length - 1);
  const score = (scored: readonly Window[]): ForecastMetrics | null =>
    meanMetrics(
      scored.map(
        ({ actual, forecast, history }) =>
          scoreForecast(actual, forecast, history, seasonLength).all,
      ),
    );
  const before = composeWindows(validated, panel, table, (w) =>
    w === 0 ? null : chooseModels(table, { ...options, nWindows: w }),
  );
  const errorsOf = (of: ValidatedModel): Float64Array =>
    meanErrors(tabulateErrors([of], panel.ids, options));
  return {
    models: validated.map(({ name, windows: tried }, m) => ({
      name,
      nSeries:
        tried.find((window) => window.rowsAfter === rowsAfter.at(-1))?.history.ids.length ?? 0,
      nChosen: choice.filter((chosen) => chosen.includes(m)).length,
      metrics: score(tried.filter((window) => window.rowsAfter <= rowsAfter[first])),
    })),
    choice: score(before),
    nWindows: rowsAfter.length - first,
    chosenErrors: errorsOf({ name: 'the choice', windows }),
    referenceErrors: errorsOf(validated.find(({ name }) => name === reference)!),
  };
}

/** Of the one model of a table. */
function meanErrors({ errors: [errors], nSeries }: ErrorTable): Float64Array {
  return Float64Array.from({ length: nSeries }, (_, i) => {
    let [sum, n] = [0, 0];
    for (let at = i; at < errors.length; at += nSeries) {
      if (Number.isNaN(errors[at])) continue;
      sum += errors[at];
      n++;
    }
    return sum / n;
  });
}

/** null where there is no window, and where a window has none of a metric. */
function meanMetrics(windows: readonly ForecastMetrics[]): ForecastMetrics | null {
  if (windows.length === 0) return null;
  const mean = (of: (metrics: ForecastMetrics) => number): number =>
    windows.reduce((sum, metrics) => sum + of(metrics), 0) / windows.length;
  const meanOrNull = (key: 'mase' | 'r2'): number | null =>
    windows.some((metrics) => metrics[key] === null) ? null : mean((metrics) => metrics[key]!);
  return {
    mae: mean(({ mae }) => mae),
    rmse: mean(({ rmse }) => rmse),
    smape: mean(({ smape }) => smape),
    mase: meanOrNull('mase'),
    r2: meanOrNull('r2'),
  };
}
