/** What a linear model of texts looks for. */
import type { Bundle, ClassValue } from './bundle.ts';

/** The terms that speak most for a class, the strongest first. */
export interface StrongestTerms {
  readonly value: ClassValue;
  readonly terms: readonly string[];
}

/**
 * Terms of each class by their coefficient less the mean of all classes, those above 0 alone.
 *
 * @param nTerms - Of a class at most.
 * @returns null for a model that takes no texts, or has no coefficients.
 */
export function strongestTerms(
  { model, preprocessing, classes }: Pick<Bundle, 'model' | 'preprocessing' | 'classes'>,
  nTerms: number,
): StrongestTerms[] | null {
  const coefficients = model.tensors.coefficients?.data;
  if (preprocessing.vectorizer === undefined || coefficients === undefined) return null;
  const nClasses = classes.length;
  const weights = Float64Array.from(coefficients, Number);
  for (let start = 0; start < weights.length; start += nClasses) {
    const row = weights.subarray(start, start + nClasses);
    const mean = row.reduce((sum, weight) => sum + weight, 0) / nClasses;
    row.forEach((weight, k) => (row[k] = weight - mean));
  }
  return classes.map((value, k) => {
    const weightOf = (j: number): number => weights[j * nClasses + k];
    const places = model.columns.map((_, j) => j).filter((j) => weightOf(j) > 0);
    const order = places.sort((a, b) => weightOf(b) - weightOf(a) || a - b);
    return { value, terms: order.slice(0, nTerms).map((j) => model.columns[j]) };
  });
}
