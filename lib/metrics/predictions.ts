/** Truth and predicted probabilities of a classifier, in the form that the metrics read. */
import { contingencyTable, type ContingencyTable } from './contingency.ts';

export interface Predictions {
  readonly nClasses: number;
  /** True class indices in [0, nClasses), shape (nSamples). */
  readonly yTrue: Int32Array;
  /** Predicted probabilities in [0, 1], row-major, shape (nSamples, nClasses); each row sums to 1. */
  readonly yProba: Float32Array;
  /** Weights >= 0, shape (nSamples); null: every row counts once. */
  readonly sampleWeight: Float64Array | null;
  /** As {@link decideLabels} has it. */
  readonly threshold: number | null;
  /** Predicted class indices, shape (nSamples); null: what {@link decideLabels} makes of the probabilities. */
  readonly yPred: Int32Array | null;
}

/**
 * Puts predictions together and checks them, once for all metrics.
 *
 * @throws RangeError if there is no row, a length does not fit, or a value is out of its range (NaN is).
 */
export function createPredictions(
  yTrue: Int32Array,
  yProba: Float32Array,
  {
    nClasses,
    sampleWeight = null,
    threshold = null,
    yPred = null,
  }: {
    nClasses: number;
    sampleWeight?: Float64Array | null;
    threshold?: number | null;
    yPred?: Int32Array | null;
  },
): Predictions {
  const nSamples = yTrue.length;
  if (nSamples === 0) throw new RangeError('predictions must hold at least one row; got none');
  if (yProba.length !== nSamples * nClasses) {
    throw new RangeError(
      `yProba must hold ${nSamples} × ${nClasses} probabilities; got ${yProba.length}`,
    );
  }
  if (sampleWeight !== null && sampleWeight.length !== nSamples) {
    throw new RangeError(`sampleWeight must hold ${nSamples} weights; got ${sampleWeight.length}`);
  }
  if (yPred !== null && yPred.length !== nSamples) {
    throw new RangeError(`yPred must hold ${nSamples} labels; got ${yPred.length}`);
  }
  const wrongLabel = yTrue.findIndex((label) => !(label >= 0 && label < nClasses));
  if (wrongLabel >= 0) {
    throw new RangeError(
      `yTrue must lie in [0, ${nClasses}); got ${yTrue[wrongLabel]} in row ${wrongLabel}`,
    );
  }
  const wrongProba = yProba.findIndex((proba) => !(proba >= 0 && proba <= 1));
  if (wrongProba >= 0) {
    const row = Math.floor(wrongProba / nClasses);
    throw new RangeError(`yProba must lie in [0, 1]; got ${yProba[wrongProba]} in row ${row}`);
  }
  return { nClasses, yTrue, yProba, sampleWeight, threshold, yPred };
}

/** The predicted class of each row, shape (nSamples). */
export function predictedLabels({ yProba, nClasses, threshold, yPred }: Predictions): Int32Array {
  return yPred ?? decideLabels(yProba, nClasses, threshold);
}

/**
 * The most probable class of each row, of equal ones the first.
 *
 * @param yProba - Row-major, shape (nSamples, nClasses).
 * @param threshold - Of two classes, the second is predicted from this probability on; null: the more
 *   probable is.
 */
export function decideLabels(
  yProba: Float32Array,
  nClasses: number,
  threshold: number | null,
): Int32Array {
  return Int32Array.from({ length: yProba.length / nClasses }, (_, row) => {
    const start = row * nClasses;
    if (threshold !== null && nClasses === 2) return yProba[start + 1] >= threshold ? 1 : 0;
    let best = 0;
    for (let label = 1; label < nClasses; label++) {
      if (yProba[start + label] > yProba[start + best]) best = label;
    }
    return best;
  });
}

/** Weight of each pair of true class (row) and predicted class (column). */
export function confusionMatrix(predictions: Predictions): ContingencyTable {
  const { nClasses, yTrue, sampleWeight } = predictions;
  return contingencyTable(yTrue, predictedLabels(predictions), {
    nRows: nClasses,
    nColumns: nClasses,
    sampleWeight,
  });
}

/** Weighted mean of a value per row. */
export function meanOverRows(predictions: Predictions, value: (row: number) => number): number {
  const { yTrue, sampleWeight } = predictions;
  let sum = 0;
  let total = 0;
  for (let row = 0; row < yTrue.length; row++) {
    const weight = sampleWeight === null ? 1 : sampleWeight[row];
    sum += weight * value(row);
    total += weight;
  }
  return sum / total;
}
