/**
 * Cross-validation in time: each fold is forecast by forests that learnt from all hours before it.
 *
 * A lag is the turnover of the same hour a week before, known when that hour is forecast a week ahead. In a fold longer
 * than a week it is, for later hours, turnover of the fold itself.
 */
import { setImmediate } from 'node:timers/promises';
import { StageError } from '../../errors.ts';
import { mae } from '../../metrics/regression.ts';
import type { StartProgress } from '../../progress.ts';
import type { Rng } from '../../rng.ts';
import type { HourlyTable } from './hourly-features.ts';
import { fitMultiModel, predictMultiModel } from './multi-model.ts';
import type { MultiModelParams, MultiPrediction } from './multi-model.ts';

/** Rows 0 to trainEnd - 1 are learnt from, rows trainEnd to testEnd - 1 are forecast. */
export interface TimeSeriesSplit {
  readonly trainEnd: number;
  readonly testEnd: number;
}

/**
 * Expanding splits, as scikit-learn's TimeSeriesSplit(n_splits) makes them: all forecast the same number of rows, the
 * last up to the last row.
 *
 * @param nRows - More than `nSplits`.
 */
export function splitTimeSeries(nRows: number, nSplits: number): TimeSeriesSplit[] {
  const size = Math.floor(nRows / (nSplits + 1));
  return Array.from({ length: nSplits }, (_, k) => {
    const trainEnd = nRows - (nSplits - k) * size;
    return { trainEnd, testEnd: trainEnd + size };
  });
}

export interface Fold extends TimeSeriesSplit {
  readonly prediction: MultiPrediction;
  /** Of `MAE_MIN` and `MAE_MAX`, the ends of the range, `MAE0`, the prediction, and `MAE1` … of the other forests. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface CrossValidationContext {
  /** A stream for each forest, the same in every fold. */
  readonly rng: (purpose: string) => Rng;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: StartProgress;
  /** Told each fold as it is done, k from 0. */
  readonly onFold: (fold: Fold, k: number) => void;
}

/**
 * @param set - `y` of shape (nRows of x).
 * @throws StageError E_DATA where there are no more rows than folds.
 */
export async function crossValidateMultiModel(
  { x, y }: { readonly x: HourlyTable; readonly y: Float64Array },
  { nFold, ...params }: MultiModelParams & { readonly nFold: number },
  { rng, signal, progress, onFold }: CrossValidationContext,
): Promise<Fold[]> {
  if (y.length <= nFold) {
    throw new StageError(
      'E_DATA',
      `the training set must have more hours than folds, ${nFold}; got ${y.length}`,
      { hint: 'take an earlier window.start_week, or a smaller cross-validate.n_fold' },
    );
  }
  const features = new Float32Array(x.values);
  const rowsOf = (from: number, to: number): Float32Array =>
    features.subarray(from * x.columns.length, to * x.columns.length);
  const bar = progress('cross-validate', nFold, 'folds');
  try {
    const folds: Fold[] = [];
    for (const { trainEnd, testEnd } of splitTimeSeries(y.length, nFold)) {
      const model = fitMultiModel(rowsOf(0, trainEnd), y.subarray(0, trainEnd), params, rng);
      const prediction = predictMultiModel(model, rowsOf(trainEnd, testEnd));
      const metrics = measureFold(prediction, y.subarray(trainEnd, testEnd));
      folds.push({ trainEnd, testEnd, prediction, metrics });
      onFold(folds.at(-1)!, folds.length - 1);
      bar.update(folds.length);
      await setImmediate(); // Ctrl-C, the progress bar and the server get their turn
      signal.throwIfAborted();
    }
    return folds;
  } finally {
    bar.end();
  }
}

function measureFold(
  { all, minimum, maximum }: MultiPrediction,
  actual: Float64Array,
): Record<string, number> {
  const error = (yPred: Float64Array): number => mae({ yTrue: actual, yPred });
  return {
    MAE_MIN: error(minimum),
    MAE_MAX: error(maximum),
    ...Object.fromEntries(all.map((values, k) => [`MAE${k}`, error(values)])),
  };
}

/** Share of the values that lie within the range, ends included. */
export function rangeCoverage(
  actual: Float64Array,
  { minimum, maximum }: Pick<MultiPrediction, 'minimum' | 'maximum'>,
): number {
  const nHeld = actual.filter((y, i) => y >= minimum[i] && y <= maximum[i]).length;
  return nHeld / actual.length;
}
