/**
 * Replaces the scores of a row by probabilities that sum to 1, in place; -Infinity becomes 0.
 *
 * @param m - Scores of the row, from `at` on, one of them finite. 1: the score of the second of two classes,
 *   where that of the first is 0; it becomes the probability of the second.
 * @returns Logarithm of the sum of the exponentials of the scores.
 */
export function softmaxRow(scores: Float64Array, at: number, m: number): number {
  if (m === 1) return logisticRow(scores, at);
  let highest = -Infinity;
  for (let k = at; k < at + m; k++) if (scores[k] > highest) highest = scores[k];
  let sum = 0;
  for (let k = at; k < at + m; k++) {
    scores[k] = Math.exp(scores[k] - highest);
    sum += scores[k];
  }
  for (let k = at; k < at + m; k++) scores[k] /= sum;
  return highest + Math.log(sum);
}

/** {@link softmaxRow} of one score. */
export function logisticRow(scores: Float64Array, at: number): number {
  const score = scores[at];
  const smaller = Math.exp(-Math.abs(score));
  scores[at] = (score < 0 ? smaller : 1) / (1 + smaller);
  return Math.max(score, 0) + Math.log1p(smaller);
}
