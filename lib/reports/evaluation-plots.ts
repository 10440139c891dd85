/** Rows of the plots that DVC draws and compares between revisions: one object per line of the CSV. */
import { roundMetric, type Evaluation } from '../metrics/evaluate.ts';
import { roundQuantity, type RegressionEvaluation } from '../metrics/evaluate-numbers.ts';

/** Every pair of classes, zeros included, so that revisions differ in counts alone. */
export function confusionRows({
  classes,
  confusion,
}: Evaluation): { actual: string; predicted: string; count: number }[] {
  return Array.from(confusion.counts, (count, index) => ({
    actual: classes[Math.floor(index / classes.length)],
    predicted: classes[index % classes.length],
    count,
  }));
}

/** Mean confidence and accuracy of each bin that holds rows. */
export function calibrationRows({
  reliability,
}: Evaluation): { confidence: number; accuracy: number; n_samples: number }[] {
  return reliability
    .filter(({ weight }) => weight > 0)
    .map(({ confidence, accuracy, weight }) => ({
      confidence: roundMetric(confidence),
      accuracy: roundMetric(accuracy),
      n_samples: weight,
    }));
}

/** Every pair of bands of a number, zeros included. */
export function bandRows({
  bands: { names, counts },
}: RegressionEvaluation): { actual: string; predicted: string; count: number }[] {
  return Array.from(counts, (count, index) => ({
    actual: names[Math.floor(index / names.length)],
    predicted: names[index % names.length],
    count,
  }));
}

/** Mean predicted and true number of each band. */
export function bandCalibrationRows({
  calibration,
}: RegressionEvaluation): { prediction: number; actual: number; n_samples: number }[] {
  return calibration.map(({ prediction, actual, nSamples }) => ({
    prediction: roundQuantity(prediction),
    actual: roundQuantity(actual),
    n_samples: nSamples,
  }));
}
