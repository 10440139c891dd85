/** Metrics of predicted probabilities: one number from the truth and the probability of each class. */
import { reliabilityCurve } from './calibration.ts';
import { meanOverRows, type Predictions } from './predictions.ts';

/** Float32 epsilon, 2^-23: probabilities come as float32, and log(0) must stay finite. */
const EPSILON = 2 ** -23;

/**
 * Mean of -ln(probability of the true class), also called cross-entropy. A probability is first clipped to
 * [2^-23, 1 - 2^-23] as scikit-learn does with float32, so that one row adds at most 15.94.
 *
 * @see Good, I. J. (1952), Journal of the Royal Statistical Society B 14, 107-114,
 *   doi:10.1111/j.2517-6161.1952.tb00104.x
 */
export function logLoss(predictions: Predictions): number {
  return meanOverRows(predictions, (row) => logLossOfRow(predictions, row));
}

export function logLossOfRow({ nClasses, yTrue, yProba }: Predictions, row: number): number {
  const proba = yProba[row * nClasses + yTrue[row]];
  return -Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, proba)));
}

/**
 * Mean over rows of the squared distance between the probabilities and the truth (1 for the true class,
 * else 0): a value in [0, 2]. With two classes half of it, in [0, 1], which is the squared error of one
 * of the two; scikit-learn's `scale_by_half="auto"` does the same.
 *
 * @see Brier, G. W. (1950), Monthly Weather Review 78, 1-3
 */
export function brierScore(predictions: Predictions): number {
  return meanOverRows(predictions, (row) => brierScoreOfRow(predictions, row));
}

export function brierScoreOfRow({ nClasses, yTrue, yProba }: Predictions, row: number): number {
  let distanceSquared = 0;
  for (let label = 0; label < nClasses; label++) {
    distanceSquared += (yProba[row * nClasses + label] - (label === yTrue[row] ? 1 : 0)) ** 2;
  }
  return nClasses === 2 ? distanceSquared / 2 : distanceSquared;
}

/**
 * How far confidence is from accuracy: Σ share of rows in bin × |accuracy - mean confidence| over the bins
 * of {@link reliabilityCurve}. 0 for a model whose predictions of confidence c are right in c of the cases.
 *
 * @see Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017), On calibration of modern neural networks,
 *   ICML, arXiv:1706.04599
 */
export function expectedCalibrationError(predictions: Predictions): number {
  const bins = reliabilityCurve(predictions);
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  return bins.reduce(
    (sum, { weight, accuracy, confidence }) =>
      weight === 0 ? sum : sum + (weight / total) * Math.abs(accuracy - confidence),
    0,
  );
}

/**
 * Share of rows whose true class is among the k most probable. Of equally probable classes those with the
 * higher index count as more probable, as in scikit-learn's `top_k_accuracy_score`.
 */
export function topKAccuracy(predictions: Predictions, k: number): number {
  return meanOverRows(predictions, (row) => topKAccuracyOfRow(predictions, row, k));
}

export function topKAccuracyOfRow(
  { nClasses, yTrue, yProba }: Predictions,
  row: number,
  k: number,
): number {
  const offset = row * nClasses;
  const own = yProba[offset + yTrue[row]];
  let nBefore = 0;
  for (let label = 0; label < nClasses; label++) {
    const proba = yProba[offset + label];
    if (proba > own || (proba === own && label > yTrue[row])) nBefore++;
  }
  return nBefore < k ? 1 : 0;
}
