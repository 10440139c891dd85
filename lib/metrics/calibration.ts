/** How often predictions of a given confidence are right. */
import { predictedLabels, type Predictions } from './predictions.ts';

/** As many equal-width bins as Guo et al. (2017, arXiv:1706.04599) use, so that values compare. */
export const N_CALIBRATION_BINS = 15;

/** Rows whose confidence lies in (low, high]. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  /** Weight of the rows; 0 in an empty bin, whose confidence and accuracy are NaN. */
  readonly weight: number;
  /** Mean confidence. */
  readonly confidence: number;
  /** Share of rows that are predicted right. */
  readonly accuracy: number;
}

/**
 * Sorts rows into {@link N_CALIBRATION_BINS} bins by confidence, which is the probability of the predicted
 * class, and compares it with the accuracy in each.
 */
export function reliabilityCurve(predictions: Predictions): ReliabilityBin[] {
  const { nClasses, yTrue, yProba, sampleWeight } = predictions;
  const weights = new Float64Array(N_CALIBRATION_BINS);
  const confidences = new Float64Array(N_CALIBRATION_BINS);
  const hits = new Float64Array(N_CALIBRATION_BINS);
  predictedLabels(predictions).forEach((label, row) => {
    const confidence = yProba[row * nClasses + label];
    const bin = Math.max(0, Math.ceil(confidence * N_CALIBRATION_BINS) - 1);
    const weight = sampleWeight === null ? 1 : sampleWeight[row];
    weights[bin] += weight;
    confidences[bin] += weight * confidence;
    if (label === yTrue[row]) hits[bin] += weight;
  });
  return Array.from(weights, (weight, bin) => ({
    low: bin / N_CALIBRATION_BINS,
    high: (bin + 1) / N_CALIBRATION_BINS,
    weight,
    confidence: confidences[bin] / weight,
    accuracy: hits[bin] / weight,
  }));
}
