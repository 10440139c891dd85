/**
 * Whether two models that were tested on the same rows are right equally often.
 *
 * Rows that both have right, or both wrong, tell nothing; of the others, each model should have half.
 */

/**
 * Two-sided p-value of McNemar's exact test: how likely a division as uneven as this one, or more so, is by
 * chance, under B(nFirst + nSecond, 1/2). Exact for any number of rows, in time linear in it, so that no
 * approximation by chi-squared is needed.
 *
 * @param nFirst - Rows that only the first model has right.
 * @param nSecond - Rows that only the second model has right; exchanging both changes nothing.
 * @returns A value in [0, 1], to about 1 part in 10^9; 1 where the models differ in no row.
 * @see McNemar, Q. (1947), Psychometrika 12(2), 153-157, doi:10.1007/BF02295996
 */
export function mcnemar(nFirst: number, nSecond: number): number {
  const n = nFirst + nSecond;
  const fewer = Math.min(nFirst, nSecond);
  let logTerm = n * Math.log(0.5);
  for (let i = 1; i <= fewer; i++) logTerm += Math.log((n - fewer + i) / i);
  // P(K = k - 1) = P(K = k) k / (n - k + 1), each less than the one before
  let sum = 0;
  for (let k = fewer, share = 1; k >= 0 && share > Number.EPSILON * sum; k--) {
    sum += share;
    share *= k / (n - k + 1);
  }
  return Math.min(1, 2 * Math.exp(logTerm) * sum);
}
