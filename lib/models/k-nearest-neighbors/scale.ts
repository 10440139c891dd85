import { matchesPattern } from '../../column-names.ts';
import { StageError, listExamples } from '../../errors.ts';
import { didYouMean } from '../../suggest.ts';

/**
 * The factor of each column: that of the last pattern that matches its name, or 1.
 *
 * @throws StageError E_PARAMS for patterns that match no column, or when every factor is 0.
 */
export function factorsOf(
  columns: readonly string[],
  scale: Readonly<Record<string, number>>,
): number[] {
  const patterns = Object.keys(scale);
  const unmatched = patterns.filter((pattern) => !columns.some((c) => matchesPattern(pattern, c)));
  if (unmatched.length > 0) {
    const names = listExamples(unmatched, (pattern) => pattern + didYouMean(pattern, columns));
    throw new StageError(
      'E_PARAMS',
      `k_nearest_neighbors.scale must name features that the model takes; got ${names}`,
      { hint: 'a * stands for any text' },
    );
  }
  const factors = columns.map((column) => {
    const pattern = patterns.findLast((candidate) => matchesPattern(candidate, column));
    return pattern === undefined ? 1 : scale[pattern];
  });
  if (factors.some((factor) => factor > 0)) return factors;
  throw new StageError(
    'E_PARAMS',
    'k_nearest_neighbors.scale must leave a feature; got a factor of 0 for each',
    { hint: 'raise the factor of what tells the classes apart' },
  );
}

const LARGEST = 3.4028234663852886e38;

/**
 * Features times their factors as float32, cut off at its largest number; columns of factor 0 are left out.
 *
 * @param features - Row-major, shape (nSamples, factors), every value finite.
 * @returns Row-major, shape (nSamples, factors above 0).
 */
export function scaleColumns(features: Float32Array, factors: readonly number[]): Float32Array {
  const kept = factors.flatMap((factor, j) => (factor > 0 ? [j] : []));
  const nSamples = features.length / factors.length;
  const scaled = new Float32Array(nSamples * kept.length);
  for (let i = 0, at = 0; i < nSamples; i++) {
    for (const j of kept) {
      const value = features[i * factors.length + j] * factors[j];
      scaled[at++] = Math.max(-LARGEST, Math.min(LARGEST, value));
    }
  }
  return scaled;
}
