/** Metrics of predicted labels: one number from a confusion matrix (rows: truth, columns: prediction). */
import { columnSums, rowSums, type ContingencyTable } from './contingency.ts';
import { perClassScores, type ClassScores } from './per-class.ts';

/** Share of rows whose class was predicted. */
export function accuracy(confusion: ContingencyTable): number {
  return sum(diagonal(confusion)) / sum(confusion.counts);
}

/**
 * Mean recall over the classes that occur in the truth: accuracy as if all of them were equally frequent.
 *
 * @see Brodersen, K. H. et al. (2010), ICPR, 3121-3124, doi:10.1109/ICPR.2010.764
 */
export function balancedAccuracy(confusion: ContingencyTable): number {
  const present = perClassScores(confusion).filter(({ support }) => support > 0);
  return sum(present.map(({ recall }) => recall)) / present.length;
}

/**
 * Mean F1 over the classes that occur in the truth or in the prediction; a class in neither is left out, as
 * scikit-learn leaves it out when it takes the labels from the data.
 */
export function macroF1(confusion: ContingencyTable): number {
  const present = perClassScores(confusion).filter(occurs);
  return sum(present.map(({ f1 }) => f1)) / present.length;
}

/** Mean F1 weighted with the support of each class. */
export function weightedF1(confusion: ContingencyTable): number {
  const scores = perClassScores(confusion);
  return sum(scores.map(({ f1, support }) => f1 * support)) / sum(confusion.counts);
}

/**
 * Correlation of truth and prediction: 1 perfect, 0 no better than chance, negative worse.
 *
 *     (c s - Σ t_k p_k) / sqrt((s² - Σ p_k²)(s² - Σ t_k²))
 *
 * c correct rows, s rows, t_k rows of class k, p_k rows predicted as k. 0 where truth or prediction has one
 * class only.
 *
 * @see Gorodkin, J. (2004), Computational Biology and Chemistry 28, 367-374,
 *   doi:10.1016/j.compbiolchem.2004.09.006
 */
export function matthewsCorrcoef(confusion: ContingencyTable): number {
  const truth = rowSums(confusion);
  const predicted = columnSums(confusion);
  const nSamples = sum(truth);
  const covariance = sum(diagonal(confusion)) * nSamples - dot(truth, predicted);
  const truthVariance = nSamples ** 2 - dot(truth, truth);
  const predictedVariance = nSamples ** 2 - dot(predicted, predicted);
  if (truthVariance === 0 || predictedVariance === 0) return 0;
  return covariance / Math.sqrt(truthVariance) / Math.sqrt(predictedVariance);
}

/**
 * Agreement of truth and prediction beyond what their class frequencies alone would give.
 *
 *     1 - (s - c) s / (s² - Σ t_k p_k), symbols as in {@link matthewsCorrcoef}
 *
 * NaN where truth and prediction are one and the same single class.
 *
 * @see Cohen, J. (1960), Educational and Psychological Measurement 20, 37-46,
 *   doi:10.1177/001316446002000104
 */
export function cohenKappa(confusion: ContingencyTable): number {
  const truth = rowSums(confusion);
  const nSamples = sum(truth);
  const disagreement = nSamples - sum(diagonal(confusion));
  return 1 - (disagreement * nSamples) / (nSamples ** 2 - dot(truth, columnSums(confusion)));
}

function occurs({ support, predicted }: ClassScores): boolean {
  return support > 0 || predicted > 0;
}

function diagonal({ nColumns, counts }: ContingencyTable): Float64Array {
  return counts.filter((_, index) => index % (nColumns + 1) === 0);
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index];
  return total;
}

function dot(first: Float64Array, second: Float64Array): number {
  return first.reduce((total, value, index) => total + value * second[index], 0);
}
