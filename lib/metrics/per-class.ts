/** Precision, recall and F1 of each class against all others, from the confusion matrix. */
import { columnSums, rowSums, type ContingencyTable } from './contingency.ts';

export interface ClassScores {
  /** tp / (tp + fp): of the rows predicted as this class, the share that is of it. */
  readonly precision: number;
  /** tp / (tp + fn): of the rows of this class, the share that was predicted as it. */
  readonly recall: number;
  /** 2 tp / (2 tp + fp + fn): the harmonic mean of both. */
  readonly f1: number;
  /** Weight of the rows of this class. */
  readonly support: number;
  /** Weight of the rows predicted as this class. */
  readonly predicted: number;
}

/** Scores of each class in the order of the matrix; 0/0 is 0 (scikit-learn's `zero_division=0`). */
export function perClassScores(confusion: ContingencyTable): ClassScores[] {
  const supports = rowSums(confusion);
  const predictedSums = columnSums(confusion);
  return Array.from(supports, (support, label) => {
    const truePositives = confusion.counts[label * confusion.nColumns + label];
    const predicted = predictedSums[label];
    return {
      precision: ratio(truePositives, predicted),
      recall: ratio(truePositives, support),
      f1: ratio(2 * truePositives, support + predicted),
      support,
      predicted,
    };
  });
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
