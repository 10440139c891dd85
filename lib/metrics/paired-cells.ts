/** The predictions of two models for the same rows, counted: what all paired tests of labels need. */
import { predictedLabels, type Predictions } from './predictions.ts';

/** Rows of one true class that the two models predict alike. */
export interface PairedCell {
  readonly truth: number;
  readonly first: number;
  readonly second: number;
  readonly count: number;
}

export interface PairedCells {
  readonly nClasses: number;
  /** None empty; the largest first, equal ones by truth, first and second. */
  readonly cells: readonly PairedCell[];
  /** Index in `cells` of each row, shape (nSamples). */
  readonly cellOfRow: Int32Array;
}

/**
 * Counts the rows by true class, class of the first model and class of the second.
 *
 * @throws RangeError if the models do not have the same truth.
 */
export function pairPredictions(first: Predictions, second: Predictions): PairedCells {
  const { nClasses, yTrue } = first;
  if (second.nClasses !== nClasses || second.yTrue.some((label, row) => label !== yTrue[row])) {
    throw new RangeError('both models must have predicted the same rows');
  }
  const secondLabels = predictedLabels(second);
  // the cube of 10,000 classes is beyond 32 bits
  const codes = Float64Array.from(
    predictedLabels(first),
    (label, row) => (yTrue[row] * nClasses + label) * nClasses + secondLabels[row],
  );
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const ordered = [...counts].toSorted(([a, n], [b, m]) => m - n || a - b);
  const places = new Map(ordered.map(([code], place) => [code, place]));
  return {
    nClasses,
    cells: ordered.map(([code, count]) => ({
      truth: Math.floor(code / nClasses ** 2),
      first: Math.floor(code / nClasses) % nClasses,
      second: code % nClasses,
      count,
    })),
    cellOfRow: Int32Array.from(codes, (code) => places.get(code)!),
  };
}
