/** Cross-validation in time: each fold is forecast by forests that learnt from all hours before it. */
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

/**
 * @param y - Shape (nRows of x).
 * @param onFold - Told each fold as it is done.
 */
export function crossValidateMultiModel(
  { columns, values }: HourlyTable,
  y: Float64Array,
  { nFold, ...params }: MultiModelParams & { readonly nFold: number },
  rng: (purpose: string) => Rng,
  onFold: (fold: Fold, k: number) => void,
): Fold[] {
  const features = new Float32Array(values);
  const rowsOf = (from: number, to: number): Float32Array =>
    features.subarray(from * columns.length, to * columns.length);
  return splitTimeSeries(y.length, nFold).map(({ trainEnd, testEnd }, k) => {
    const model = fitMultiModel(rowsOf(0, trainEnd), y.subarray(0, trainEnd), params, rng);
    const prediction = predictMultiModel(model, rowsOf(trainEnd, testEnd));
    const metrics = measureFold(prediction, y.subarray(trainEnd, testEnd));
    const fold = { trainEnd, testEnd, prediction, metrics };
    onFold(fold, k);
    return fold;
  });
}

function measureFold(
  { all, minimum, maximum }: MultiPrediction,
  actual: Float64Array,
): Record<string, number> {
  return {
    MAE_MIN: meanAbsoluteError(actual, minimum),
    MAE_MAX: meanAbsoluteError(actual, maximum),
    ...Object.fromEntries(all.map((values, k) => [`MAE${k}`, meanAbsoluteError(actual, values)])),
  };
}

/** Both of the same length, at least 1. */
export function meanAbsoluteError(actual: Float64Array, predicted: Float64Array): number {
  return actual.reduce((sum, y, i) => sum + Math.abs(y - predicted[i]), 0) / actual.length;
}

/** Share of the values that lie within the range, ends included. */
export function rangeCoverage(
  actual: Float64Array,
  { minimum, maximum }: Pick<MultiPrediction, 'minimum' | 'maximum'>,
): number {
  const nHeld = actual.filter((y, i) => y >= minimum[i] && y <= maximum[i]).length;
  return nHeld / actual.length;
}
