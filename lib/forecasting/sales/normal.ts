/** The normal distribution above and below a limit. */

const SQRT_2_PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
const density = (z: number): number => Math.exp((-z * z) / 2) / SQRT_2_PI;

/**
 * Probability that a standard normal variable is above `z`, to 1.2 parts in 10^7.
 *
 * @see Press, W. H. et al. (2007), Numerical Recipes, 3rd edition, section 6.2.2 (erfccheb)
 */
export function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const series =
    -1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t *
                      (0.27886807 +
                        t *
                          (-1.13520398 +
                            t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const tail = (t * Math.exp(-x * x + series)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/** Mean of a normal variable given that it is at least `limit`. */
export function meanAbove(limit: number, mean: number, deviation: number): number {
  const z = (limit - mean) / deviation;
  // far out, where the tail underflows, the mean stands just above the limit
  if (z > 6) return limit + deviation / z;
  return mean + (deviation * density(z)) / upperTail(z);
}

/** Mean of the smaller of a normal variable and `limit`. */
export function meanOfMinimum(limit: number, mean: number, deviation: number): number {
  const z = (limit - mean) / deviation;
  const tail = upperTail(z);
  return mean * (1 - tail) + limit * tail - deviation * density(z);
}
