/** Metrics of groups of rows: where a model that is good on the whole is not. */
import { predictedLabels, type Predictions } from './predictions.ts';
import { logLossOfRow } from './probabilistic.ts';
import { wilsonInterval } from './wilson-interval.ts';

/** The slice of each row. */
export interface SliceKeys {
  /** What divides the rows. */
  readonly by: string;
  readonly names: readonly string[];
  /** Indices into `names`, shape (nSamples). */
  readonly keys: Int32Array;
}

export interface Slice {
  readonly name: string;
  /** At least 1. */
  readonly nSamples: number;
  readonly accuracy: number;
  /** Wilson's interval of accuracy. */
  readonly accuracyLow: number;
  readonly accuracyHigh: number;
  readonly logLoss: number;
  /** Mean probability of the predicted class; above accuracy, the model is too sure here. */
  readonly confidence: number;
}

/** Slices of one way to divide the rows, which together hold all of them. */
export interface SliceGroup {
  readonly by: string;
  readonly slices: readonly Slice[];
}

/**
 * Measures each slice that holds a row, in the order of the names.
 *
 * @param confidenceLevel - Of the interval of accuracy, in (0, 1).
 */
export function measureSlices(
  predictions: Predictions,
  { by, names, keys }: SliceKeys,
  confidenceLevel: number,
): SliceGroup {
  const { nClasses, yTrue, yProba } = predictions;
  const sums = names.map(() => ({ nSamples: 0, nCorrect: 0, loss: 0, confidence: 0 }));
  predictedLabels(predictions).forEach((label, row) => {
    const slice = sums[keys[row]];
    slice.nSamples++;
    if (label === yTrue[row]) slice.nCorrect++;
    slice.loss += logLossOfRow(predictions, row);
    slice.confidence += yProba[row * nClasses + label];
  });
  const slices = sums.flatMap(({ nSamples, nCorrect, loss, confidence }, i): Slice[] => {
    if (nSamples === 0) return [];
    const { low, high } = wilsonInterval(nCorrect, nSamples, confidenceLevel);
    return [
      {
        name: names[i],
        nSamples,
        accuracy: nCorrect / nSamples,
        accuracyLow: low,
        accuracyHigh: high,
        logLoss: loss / nSamples,
        confidence: confidence / nSamples,
      },
    ];
  });
  return { by, slices };
}
