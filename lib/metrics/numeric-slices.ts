/** Errors of groups of rows: where a model that is good on the whole is not. */
import { normalQuantile } from '../preprocessing/normal-quantile.ts';
import type { NumericPredictions } from './regression.ts';
import type { SliceKeys } from './slices.ts';

export interface NumericSlice {
  readonly name: string;
  /** At least 1. */
  readonly nSamples: number;
  readonly rmse: number;
  readonly mae: number;
  /** Interval of the mean absolute error, by the normal distribution of a mean. */
  readonly maeLow: number;
  readonly maeHigh: number;
  /** Above 0, too much is predicted here. */
  readonly meanError: number;
}

/** Slices of one way to divide the rows, which together hold all of them. */
export interface NumericSliceGroup {
  readonly by: string;
  readonly slices: readonly NumericSlice[];
}

/**
 * Measures each slice that holds a row, in the order of the names.
 *
 * @param confidenceLevel - Of the interval, in (0, 1).
 */
export function measureNumericSlices(
  { yTrue, yPred }: NumericPredictions,
  { by, names, keys }: SliceKeys,
  confidenceLevel: number,
): NumericSliceGroup {
  const sums = names.map(() => ({ nSamples: 0, error: 0, absolute: 0, squares: 0 }));
  keys.forEach((key, row) => {
    const slice = sums[key];
    const error = yPred[row] - yTrue[row];
    slice.nSamples++;
    slice.error += error;
    slice.absolute += Math.abs(error);
    slice.squares += error * error;
  });
  const z = normalQuantile((1 + confidenceLevel) / 2);
  const slices = sums.flatMap(({ nSamples: n, error, absolute, squares }, i): NumericSlice[] => {
    if (n === 0) return [];
    const mae = absolute / n;
    const reach = z * Math.sqrt(Math.max(0, squares / n - mae ** 2) / Math.max(1, n - 1));
    return [
      {
        ...{ name: names[i], nSamples: n, rmse: Math.sqrt(squares / n), mae },
        ...{ maeLow: Math.max(0, mae - reach), maeHigh: mae + reach, meanError: error / n },
      },
    ];
  });
  return { by, slices };
}
