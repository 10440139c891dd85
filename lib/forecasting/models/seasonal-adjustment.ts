/**
 * Seasonal adjustment as the benchmarks of the M4 competition have it: a test whether there is a season, and
 * factors by classical decomposition.
 *
 * @see Makridakis, Spiliotis and Assimakopoulos (2020), doi:10.1016/j.ijforecast.2019.04.014, and the code of its
 *   benchmarks
 */
import { meanOf } from '../features/statistics.ts';

/** Of the normal distribution, 90 % two-sided. */
const CRITICAL = 1.645;

export interface Season {
  /** Whether values are divided by the factors; else factors are subtracted. */
  readonly isMultiplicative: boolean;
  /** Shape (seasonLength), of the step after the history first. */
  readonly ahead: Float64Array;
  /** The history without its season. */
  readonly adjusted: Float64Array;
}

/**
 * Takes the season out, multiplicative where all values are above 0, and nothing where no season is seen.
 *
 * @param y - Not modified.
 */
export function adjustSeason(y: Float64Array, seasonLength: number): Season {
  const isMultiplicative = y.every((value) => value > 0);
  const factors = isSeasonal(y, seasonLength)
    ? decompose(y, seasonLength, isMultiplicative)
    : new Float64Array(seasonLength).fill(isMultiplicative ? 1 : 0);
  const adjusted = y.map((value, t) => {
    const factor = factors[t % seasonLength];
    return isMultiplicative ? value / factor : value - factor;
  });
  const ahead = factors.map((_, k) => factors[(y.length + k) % seasonLength]);
  return { isMultiplicative, ahead, adjusted };
}

/** Puts the season back into a forecast of the adjusted history. */
export function addSeason(
  forecast: Float64Array,
  { isMultiplicative, ahead }: Season,
): Float64Array {
  return forecast.map((value, k) => {
    const factor = ahead[k % ahead.length];
    return isMultiplicative ? value * factor : value + factor;
  });
}

/**
 * Whether the autocorrelation at the season differs from 0 (90 %), that at shorter lags given; false of less than
 * three seasons, and where nothing can repeat.
 */
export function isSeasonal(y: Float64Array, seasonLength: number): boolean {
  if (seasonLength < 2 || y.length < 3 * seasonLength) return false;
  const mean = meanOf(y, 0, y.length);
  const covariance = (lag: number): number => {
    let sum = 0;
    for (let t = lag; t < y.length; t++) sum += (y[t] - mean) * (y[t - lag] - mean);
    return sum;
  };
  const variance = covariance(0);
  let squares = 0;
  for (let lag = 1; lag < seasonLength; lag++) squares += (covariance(lag) / variance) ** 2;
  const limit = CRITICAL * Math.sqrt((1 + 2 * squares) / y.length);
  return Math.abs(covariance(seasonLength) / variance) > limit;
}

/**
 * Factors by position in the season, the first value's first: what the history is relative to its centred moving
 * average over a season, averaged, with the mean 1 (multiplicative) or 0.
 *
 * @param y - At least two seasons.
 */
export function decompose(
  y: Float64Array,
  seasonLength: number,
  isMultiplicative: boolean,
): Float64Array {
  const sums = new Float64Array(seasonLength);
  const counts = new Float64Array(seasonLength);
  const half = Math.floor(seasonLength / 2);
  const isEven = seasonLength % 2 === 0;
  for (let t = half; t + half < y.length; t++) {
    const before = meanOf(y, t - half, t + half + (isEven ? 0 : 1));
    // of an even season, the two ends count half
    const trend = before + (isEven ? (y[t + half] - y[t - half]) / (2 * seasonLength) : 0);
    sums[t % seasonLength] += isMultiplicative ? y[t] / trend : y[t] - trend;
    counts[t % seasonLength]++;
  }
  const factors = sums.map((sum, k) => sum / counts[k]);
  const mean = meanOf(factors, 0, seasonLength);
  return factors.map((factor) => (isMultiplicative ? factor / mean : factor - mean));
}
