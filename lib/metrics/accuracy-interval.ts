/**
 * The bootstrap percentile interval of accuracy, without drawing a single sample.
 *
 * Resampling n rows with replacement makes the number of correct ones binomial, B(n, accuracy); the
 * interval that ever more resamples approach is therefore known: the quantiles of that distribution. Time
 * grows with the square root of n; there is no seed and no sampling noise.
 *
 * @see Efron, B. and Tibshirani, R. J. (1993), An Introduction to the Bootstrap, chapters 6 and 13,
 *   doi:10.1201/9780429246593
 */

/**
 * @param nCorrect - Correct rows, in [0, nSamples].
 * @param nSamples - Rows, at least 1.
 * @param confidenceLevel - In (0, 1): 0.95 leaves 2.5 % at either end.
 * @returns Both ends as shares of rows. All rows right, or all wrong, give an interval without width: the
 *   bootstrap knows no error that it has not seen.
 */
export function accuracyInterval(
  nCorrect: number,
  nSamples: number,
  confidenceLevel: number,
): { low: number; high: number } {
  const tail = (1 - confidenceLevel) / 2;
  const { first, weights } = binomialWeights(nCorrect, nSamples);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const quantile = (share: number): number => {
    let cumulated = 0;
    const index = weights.findIndex((weight) => (cumulated += weight) >= share * total);
    return (first + index) / nSamples;
  };
  return { low: quantile(tail), high: quantile(1 - tail) };
}

/** Below this share of the highest probability, what remains of a tail changes no quantile in use. */
const NEGLIGIBLE = 1e-18;

/** Probabilities of first, first + 1, … under B(nSamples, nCorrect / nSamples), relative to the highest. */
function binomialWeights(
  nCorrect: number,
  nSamples: number,
): { first: number; weights: readonly number[] } {
  const odds = nCorrect / (nSamples - nCorrect);
  const below: number[] = [];
  const above: number[] = [];
  // P(k) / P(k-1) = odds (n - k + 1) / k, and nCorrect is the most probable k
  for (let k = nCorrect, weight = 1; k > 0; k--) {
    weight *= k / (odds * (nSamples - k + 1));
    if (!(weight > NEGLIGIBLE)) break;
    below.push(weight);
  }
  for (let k = nCorrect + 1, weight = 1; k <= nSamples; k++) {
    weight *= (odds * (nSamples - k + 1)) / k;
    if (!(weight > NEGLIGIBLE)) break;
    above.push(weight);
  }
  return { first: nCorrect - below.length, weights: [...below.reverse(), 1, ...above] };
}
