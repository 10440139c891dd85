import type { Bundle } from './bundle.ts';

/**
 * Probabilities as the shares of the classes are, where train had others; of one row after another, in place.
 *
 * @returns The same array.
 */
export function correctPriors(
  { priorCorrection, classes }: Bundle,
  probabilities: Float32Array,
): Float32Array {
  if (priorCorrection === null) return probabilities;
  const nClasses = classes.length;
  for (let start = 0; start < probabilities.length; start += nClasses) {
    let sum = 0;
    for (let c = 0; c < nClasses; c++) {
      probabilities[start + c] *= priorCorrection[c];
      sum += probabilities[start + c];
    }
    for (let c = 0; c < nClasses; c++) probabilities[start + c] /= sum;
  }
  return probabilities;
}
