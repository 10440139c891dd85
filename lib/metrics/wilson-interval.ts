import { normalQuantile } from '../preprocessing/normal-quantile.ts';

/**
 * Interval of a share of few rows: the true shares that a score test does not reject. Unlike the bootstrap
 * it has a width where all rows are right, or none is.
 *
 * @param nCorrect - In [0, nSamples].
 * @param nSamples - At least 1.
 * @param confidenceLevel - In (0, 1).
 * @returns Both ends, in [0, 1].
 * @see Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212,
 *   doi:10.1080/01621459.1927.10502953
 */
export function wilsonInterval(
  nCorrect: number,
  nSamples: number,
  confidenceLevel: number,
): { low: number; high: number } {
  const z = normalQuantile((1 + confidenceLevel) / 2);
  const share = nCorrect / nSamples;
  const center = share + z ** 2 / (2 * nSamples);
  const reach = z * Math.sqrt((share * (1 - share)) / nSamples + (z / (2 * nSamples)) ** 2);
  const scale = 1 + z ** 2 / nSamples;
  // the ends of 0 and 1 are exact, whatever the roots round to
  return {
    low: nCorrect === 0 ? 0 : (center - reach) / scale,
    high: nCorrect === nSamples ? 1 : (center + reach) / scale,
  };
}
