/** How good the models of a choice are, and the choice itself. */
import { chooseModels, composeWindows } from './choose-models.ts';
import type { Choice, ErrorTable, ValidatedModel } from './choose-models.ts';
import type { Window } from './cross-validation.ts';
import { scoreForecast } from './metrics.ts';
import type { ForecastMetrics } from './metrics.ts';
import type { Panel } from './panel.ts';

export interface ModelScore {
  readonly name: string;
  /** Series whose last window it could forecast. */
  readonly nSeries: number;
  /** Series that it was chosen for. */
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
  /** Mean error of each series over all windows, by the model chosen for it. */
  readonly chosenErrors: Float64Array;
  /** The same by the reference; NaN of a series that it could not forecast. */
  readonly referenceErrors: Float64Array;
}

export interface ScoredChoice {
  readonly choice: Choice;
  /** The first of the models so many are chosen from. */
  readonly nCandidates: number;
  /** Place of the model that the choice is shown beside. */
  readonly reference: number;
  readonly seasonLength: number;
}

export function scoreChoice(
  validated: readonly ValidatedModel[],
  panel: Panel,
  table: ErrorTable,
  { choice, nCandidates, reference, seasonLength }: ScoredChoice,
): ChoiceScores {
  const { rowsAfter, nSeries } = table;
  const first = Math.min(1, rowsAfter.length - 1);
  const score = (windows: readonly Window[]): ForecastMetrics | null =>
    meanMetrics(
      windows.map(
        ({ actual, forecast, history }) =>
          scoreForecast(actual, forecast, history, seasonLength).all,
      ),
    );
  const before = rowsAfter.map((_, w) => (w === 0 ? null : chooseModels(table, nCandidates, w)));
  return {
    models: validated.map(({ name, windows }, m) => ({
      name,
      nSeries:
        windows.find((window) => window.rowsAfter === rowsAfter.at(-1))?.history.ids.length ?? 0,
      nChosen: choice.filter((chosen) => chosen === m).length,
      metrics: score(windows.filter((window) => window.rowsAfter <= rowsAfter[first])),
    })),
    choice: score(composeWindows(validated, panel, table, before)),
    nWindows: rowsAfter.length - first,
    chosenErrors: meanErrors(table, choice),
    referenceErrors: meanErrors(table, new Int32Array(nSeries).fill(reference)),
  };
}

function meanErrors({ errors, nSeries }: ErrorTable, models: Int32Array): Float64Array {
  return Float64Array.from(models, (m, i) => {
    let [sum, n] = [0, 0];
    for (let at = i; at < errors[m].length; at += nSeries) {
      if (Number.isNaN(errors[m][at])) continue;
      sum += errors[m][at];
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
