/**
 * Errors that a choice has not seen: what its intervals are made of, and how good it would have been at the cutoffs
 * of the past.
 *
 * A model that is chosen by an error errs more on what comes. So intervals come of windows that are each forecast by
 * the choice from all the others, and scores of windows that are each forecast by the choice from those that had
 * ended before.
 */
import { chooseModels, composeWindows } from './choose-models.ts';
import type { ChoiceOptions, ErrorTable, ValidatedModel } from './choose-models.ts';
import { conformalIntervals, maxLevel, measureCoverage, scoreConformal } from './conformal.ts';
import type { Window } from './cross-validation.ts';
import type { Panel } from './panel.ts';

export interface Validation {
  readonly panel: Panel;
  readonly validated: readonly ValidatedModel[];
  readonly table: ErrorTable;
  readonly options: Omit<ChoiceOptions, 'windows'>;
}

/**
 * @param known - Places of windows of the table.
 * @returns These windows, each as the choice from the other ones forecasts it; where there is one, as the choice from
 *   itself does. At least one, where a candidate reaches each window: what reaches one reaches those after it.
 */
export function leaveOutWindows(validation: Validation, known: readonly number[]): Window[] {
  return compose(validation, (w) => {
    if (!known.includes(w)) return null;
    return known.length === 1 ? known : known.filter((other) => other !== w);
  });
}

/** The windows before which another one had ended, each as the choice from those forecasts it. */
export function replayChoice(validation: Validation, h: number): Window[] {
  return compose(validation, (w) => {
    const ended = endedBefore(validation.table, w, h);
    return ended.length === 0 ? null : ended;
  });
}

/**
 * Share of the replayed windows that intervals of `level` held, made of what was known at their cutoffs.
 *
 * @returns null: no window had windows enough before it, two at least.
 */
export function replayCoverage(
  validation: Validation,
  replayed: readonly Window[],
  level: number,
  h: number,
): number | null {
  let [nInside, n] = [0, 0];
  for (const window of replayed) {
    const w = validation.table.rowsAfter.indexOf(window.rowsAfter);
    const ended = endedBefore(validation.table, w, h);
    if (ended.length < 2) continue;
    const scores = scoreConformal(leaveOutWindows(validation, ended));
    if (level > maxLevel(scores)) continue;
    const [interval] = conformalIntervals(window.forecast, window.history, scores, [level]);
    nInside += measureCoverage(interval, window.actual, h).all * window.actual.length;
    n += window.actual.length;
  }
  return n === 0 ? null : nInside / n;
}

/** Windows whose last step was known at the cutoff of window `w`. */
function endedBefore({ rowsAfter }: ErrorTable, w: number, h: number): number[] {
  return [...rowsAfter.keys()].filter((other) => rowsAfter[other] >= rowsAfter[w] + h);
}

/** @param knownOf - Places of the windows that the choice for a window knows; null: leave the window out. */
function compose(
  { validated, panel, table, options }: Validation,
  knownOf: (w: number) => readonly number[] | null,
): Window[] {
  return composeWindows(validated, panel, table, (w) => {
    const windows = knownOf(w);
    return windows === null ? null : chooseModels(table, { ...options, windows });
  });
}
