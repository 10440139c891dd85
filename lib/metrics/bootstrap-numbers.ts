/**
 * How far chance may have moved the metrics of predicted numbers: percentile intervals over bootstrap samples of the
 * rows.
 *
 * Beyond {@link MAX_UNITS} rows what is drawn are as many groups, which chance puts together: the mean of a group
 * varies as much less as it has rows, so that their samples tell the same, at a cost that no longer grows.
 *
 * @see Efron, B. and Tibshirani, R. J. (1993), An Introduction to the Bootstrap, chapters 6 and 13,
 *   doi:10.1201/9780429246593
 */
import type { Rng } from '../rng.ts';
import { shuffledIndices } from '../tensors/shuffle.ts';
import type { NumericPredictions } from './regression.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const N_RESAMPLES = 1000;
const MAX_UNITS = 2000;

/** Sums over the rows of each unit, a row or a group; shape (nUnits). */
interface Units {
  readonly count: Float64Array;
  /** Squared errors. */
  readonly squares: Float64Array;
  /** Of the truth less its mean, and of the square of that. */
  readonly truth: Float64Array;
  readonly truthSquares: Float64Array;
  /** Of the truth of all rows. */
  readonly variance: number;
}

/**
 * @param confidenceLevel - In (0, 1): 0.95 leaves 2.5 % at either end.
 * @returns r2 is null where more than a tail of the samples has no variance of the truth, as with one row.
 */
export function bootstrapNumbers(
  predictions: NumericPredictions,
  { confidenceLevel, rng }: { confidenceLevel: number; rng: Rng },
): { rmse: Interval; r2: Interval | null } {
  const units = sumUnits(predictions, rng);
  const least = MIN_VARIANCE * units.variance;
  const nUnits = units.count.length;
  const rmse = new Float64Array(N_RESAMPLES);
  const r2 = new Float64Array(N_RESAMPLES);
  for (let sample = 0; sample < N_RESAMPLES; sample++) {
    let [n, squares, truth, truthSquares] = [0, 0, 0, 0];
    for (let draw = 0; draw < nUnits; draw++) {
      const unit = Math.floor(rng() * nUnits);
      n += units.count[unit];
      squares += units.squares[unit];
      truth += units.truth[unit];
      truthSquares += units.truthSquares[unit];
    }
    rmse[sample] = Math.sqrt(squares / n);
    const total = truthSquares - (truth * truth) / n;
    r2[sample] = total > n * least ? 1 - squares / total : -Infinity;
  }
  const interval = percentiles(r2, confidenceLevel);
  return {
    rmse: percentiles(rmse, confidenceLevel),
    r2: Number.isFinite(interval.low) ? interval : null,
  };
}

/** Share of the variance of all rows: what a sample has less of is rounding. */
const MIN_VARIANCE = 1e-12;

function sumUnits({ yTrue, yPred }: NumericPredictions, rng: Rng): Units {
  const nSamples = yTrue.length;
  const nUnits = Math.min(nSamples, MAX_UNITS);
  const mean = yTrue.reduce((sum, truth) => sum + truth, 0) / nSamples;
  const variance = yTrue.reduce((sum, truth) => sum + (truth - mean) ** 2, 0) / nSamples;
  const [count, squares, truth, truthSquares] = Array.from(
    { length: 4 },
    () => new Float64Array(nUnits),
  );
  const order = nUnits < nSamples ? shuffledIndices(nSamples, rng) : null;
  for (let i = 0; i < nSamples; i++) {
    const row = order === null ? i : order[i];
    const unit = i % nUnits;
    const centered = yTrue[row] - mean;
    count[unit]++;
    squares[unit] += (yPred[row] - yTrue[row]) ** 2;
    truth[unit] += centered;
    truthSquares[unit] += centered * centered;
  }
  return { count, squares, truth, truthSquares, variance };
}

function percentiles(samples: Float64Array, confidenceLevel: number): Interval {
  samples.sort();
  const tail = (1 - confidenceLevel) / 2;
  const at = (share: number): number =>
    samples[Math.min(N_RESAMPLES - 1, Math.max(0, Math.ceil(share * N_RESAMPLES) - 1))];
  return { low: at(tail), high: at(1 - tail) };
}
