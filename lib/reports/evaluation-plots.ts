/** Rows of the plots that DVC draws and compares between revisions: one object per line of the CSV. */
import { roundMetric, type Evaluation } from '../metrics/evaluate.ts';

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
