/** Least squares on the rows of features: what ridge and linear share. */
import { fitRidge } from '../../models/linear-model/ridge-regression.ts';
import type { PredictRows } from './recursive-forecast.ts';
import type { RegressionRows } from './training-rows.ts';

/**
 * By the normal equations without a penalty too: a decomposition of all rows would hold them three times over.
 *
 * @param alpha - Strength of the L2 penalty, at least 0.
 */
export function fitLinearRows(
  { names, features, targets }: RegressionRows,
  alpha: number,
): PredictRows {
  const { coefficients, intercepts } = fitRidge(
    { nColumns: names.length, values: features },
    { nColumns: 1, values: targets },
    { alpha, fitIntercept: true, sampleWeight: null },
  );
  return async (rows, nRows) => {
    const predicted = new Float64Array(nRows).fill(intercepts[0]);
    for (let i = 0, at = 0; i < nRows; i++) {
      for (let j = 0; j < names.length; j++, at++) predicted[i] += rows[at] * coefficients[j];
    }
    return predicted;
  };
}
