/** Rows times coefficients. */
import type { LinearScores } from '../../models/linear-model/ridge-regression.ts';

/** @param features - Row-major, shape (nRows, nFeatures). */
export function predictLinearRows(
  { coefficients, intercepts }: LinearScores,
  features: Float64Array,
  nRows: number,
): Float64Array {
  const nColumns = coefficients.length;
  const predicted = new Float64Array(nRows).fill(intercepts[0]);
  for (let i = 0, at = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++, at++) predicted[i] += features[at] * coefficients[j];
  }
  return predicted;
}
