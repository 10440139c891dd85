/** How good the models of a choice are, and the choice itself. */
import { tabulateErrors } from './choose-models.ts';
import type { Choice, ErrorOptions, ErrorTable, ValidatedModel } from './choose-models.ts';
import type { Window } from './cross-validation.ts';
import { scoreForecast } from './metrics.ts';
import type { ForecastMetrics } from './metrics.ts';

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
  /** Of the choice, made anew at the cutoff of each window; null: no window had another one before it. */
  readonly choice: ForecastMetrics | null;
  /** Windows that all of these are of: those of the choice, else the last one. */
  readonly nWindows: number;
  /**
   * Mean error of each series over its windows, by the models chosen for it: on what they were chosen by, so smaller
   * than on what comes.
   */
  readonly chosenErrors: Float64Array;
  /** Mean error by the reference, over its own windows; NaN of a series that it could not forecast. */
  readonly referenceErrors: Float64Array;
}

export interface ScoredChoice extends ErrorOptions {
  readonly choice: Choice;
  /** All windows, as the choice forecasts them. */
  readonly windows: readonly Window[];
  /** Windows as the choice at their cutoffs forecasts them. */
  readonly replayed: readonly Window[];
  /** What the choice is shown beside. */
  readonly reference: { readonly name: string };
}

export function scoreChoice(
  validated: readonly ValidatedModel[],
  ids: readonly string[],
  { choice, windows, replayed, reference, ...options }: ScoredChoice,
): ChoiceScores {
  const scored = replayed.length > 0 ? replayed : windows.slice(-1);
  const isScored = ({ rowsAfter }: Window): boolean =>
    scored.some((window) => window.rowsAfter === rowsAfter);
  const score = (of: readonly Window[]): ForecastMetrics | null =>
    meanMetrics(
      of.map(
        ({ actual, forecast, history }) =>
          scoreForecast(actual, forecast, history, options.seasonLength).all,
      ),
    );
  const errorsOf = (of: ValidatedModel): Float64Array =>
    meanErrors(tabulateErrors([of], ids, options));
  return {
    models: validated.map(({ name, windows: tried }, m) => ({
      name,
      nSeries: tried.find(({ rowsAfter }) => rowsAfter === 0)?.history.ids.length ?? 0,
      nChosen: choice.filter((chosen) => chosen.includes(m)).length,
      metrics: score(tried.filter(isScored)),
    })),
    choice: score(replayed),
    nWindows: scored.length,
    chosenErrors: errorsOf({ name: 'the choice', windows }),
    referenceErrors: errorsOf(validated.find(({ name }) => name === reference.name)!),
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
