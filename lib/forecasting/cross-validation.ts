/**
 * Rolling-origin cross-validation: forecasts from several cutoffs of the past, each learnt from what was known
 * then.
 *
 * Cutoffs are counted from the end of each series, so that series that end at different times are tried alike.
 */
import { StageError } from '../errors.ts';
import type { ForecastContext, ForecastModel } from './model.ts';
import { assertMinLength, cutPanel, takeSeries } from './panel.ts';
import type { Future, Panel } from './panel.ts';

export interface CrossValidationOptions {
  /** Cutoffs, at least 1. */
  readonly nWindows: number;
  /** Steps from one cutoff to the next, at least 1. */
  readonly stepSize: number;
  /** Rows before a cutoff that are learnt from (sliding); null: all (expanding). */
  readonly inputSize: number | null;
  /** What becomes of a series that is too short for a cutoff; refused where nothing is said. */
  readonly shortSeries?: 'refuse' | 'leave out';
}

export interface Window {
  /** What was known at the cutoff, of the series that are long enough for it: `history` for MASE. */
  readonly history: Panel;
  /** Rows of each series after the cutoff's forecast: 0 in the last window. */
  readonly rowsAfter: number;
  /** Shape (nSeries × h), as what came. */
  readonly forecast: Float64Array;
  readonly actual: Float64Array;
}

/** Rows that a series needs so that a model can learn at every cutoff. */
export function crossValidationMinLength(
  minLength: number,
  h: number,
  { nWindows, stepSize }: CrossValidationOptions,
): number {
  return minLength + h + (nWindows - 1) * stepSize;
}

/**
 * @returns A window for each cutoff, the earliest first; the last forecasts the last h rows of each series. There is
 *   none where every series is left out.
 * @throws StageError E_DATA when a series is too short for the earliest cutoff and not to be left out, E_PARAMS when
 *   the model needs more than `inputSize` rows.
 */
export async function crossValidate(
  model: ForecastModel,
  panel: Panel,
  options: CrossValidationOptions,
  context: ForecastContext,
): Promise<Window[]> {
  const { nWindows, stepSize, inputSize } = options;
  const needed = model.minLength(context);
  if (inputSize !== null && inputSize < needed) {
    throw new StageError(
      'E_PARAMS',
      `input_size must be at least ${needed} for ${model.name}; got ${inputSize}`,
    );
  }
  if (options.shortSeries !== 'leave out') {
    const minLength = crossValidationMinLength(needed, context.h, options);
    assertMinLength(panel, minLength, `${nWindows} windows of ${model.name}`);
  }
  const bar = context.startProgress(model.name, nWindows, 'windows');
  try {
    const windows: Window[] = [];
    for (let w = 0; w < nWindows; w++) {
      const rowsAfter = (nWindows - 1 - w) * stepSize;
      const long = placesOf(panel, needed + context.h + rowsAfter);
      if (long.length > 0) {
        const known = takeSeries(panel, long);
        windows.push(await forecastWindow(model, known, { rowsAfter, inputSize }, context));
      }
      bar.update(w + 1);
    }
    return windows;
  } finally {
    bar.end();
  }
}

/** Of the series that have at least `minLength` rows. */
function placesOf({ ids, offsets }: Panel, minLength: number): number[] {
  return [...ids.keys()].filter((i) => offsets[i + 1] - offsets[i] >= minLength);
}

async function forecastWindow(
  model: ForecastModel,
  panel: Panel,
  { rowsAfter, inputSize }: { readonly rowsAfter: number; readonly inputSize: number | null },
  context: ForecastContext,
): Promise<Window> {
  const { h, signal } = context;
  signal.throwIfAborted();
  const all = panel.ids.map((_, i) => i);
  const cutoff = (length: number): number => length - rowsAfter - h;
  const history = cutPanel(panel, all, (_i, length) => [
    inputSize === null ? 0 : Math.max(0, cutoff(length) - inputSize),
    cutoff(length),
  ]);
  const after = cutPanel(panel, all, (_i, length) => [cutoff(length), cutoff(length) + h]);
  const fitted = await model.fit(history, context);
  const forecast = await fitted.predict(h, knownAhead(after, h));
  return { history, rowsAfter, forecast, actual: after.y };
}

function knownAhead({ exogenous }: Panel, h: number): Future {
  return { h, columns: exogenous.filter(({ kind }) => kind === 'future') };
}
