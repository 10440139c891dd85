/**
 * Bootstrap samples of a table of counts. Drawing n rows with replacement and counting them per cell gives
 * multinomial counts; drawn as such, a sample costs a few steps per cell and not per row.
 */
import type { Rng } from '../rng.ts';

/**
 * Fills `into` with the counts of a bootstrap sample: as many draws with replacement as there are rows.
 *
 * @param counts - Rows of each cell, whole numbers; large cells first make it faster.
 * @param into - Shape of `counts`.
 */
export function resampleCounts(counts: Float64Array, rng: Rng, into: Float64Array): void {
  let nLeft = counts.reduce((sum, count) => sum + count, 0);
  let countLeft = nLeft;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell];
    into[cell] = countLeft === count ? nLeft : drawBinomial(nLeft, count / countLeft, rng);
    nLeft -= into[cell];
    countLeft -= count;
  }
}

/** Below this mean, searching from 0 takes fewer steps than rejection, which is made for larger ones. */
const MIN_MEAN = 10;

/**
 * One draw of B(n, p).
 *
 * @param n - Trials, a whole number.
 * @param p - Probability of each, in [0, 1].
 */
export function drawBinomial(n: number, p: number, rng: Rng): number {
  if (p > 0.5) return n - drawBinomial(n, 1 - p, rng);
  if (n === 0 || p === 0) return 0;
  return n * p < MIN_MEAN ? searchBinomial(n, p, rng) : rejectBinomial(n, p, rng);
}

/** Inversion: the first k whose cumulated probability passes a uniform number. */
function searchBinomial(n: number, p: number, rng: Rng): number {
  const odds = p / (1 - p);
  let probability = Math.exp(n * Math.log1p(-p));
  let rest = rng();
  let k = 0;
  while (rest > probability && k < n) {
    rest -= probability;
    k++;
    probability *= (odds * (n - k + 1)) / k;
  }
  return k;
}

/**
 * Transformed rejection with squeeze, BTRS.
 *
 * @see Hörmann, W. (1993), Journal of Statistical Computation and Simulation 46, 101-110,
 *   doi:10.1080/00949659308811496
 */
function rejectBinomial(n: number, p: number, rng: Rng): number {
  const odds = p / (1 - p);
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const center = n * p + 0.5;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const squeeze = 0.92 - 4.2 / b;
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = rng() - 0.5;
    const v = rng();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + center);
    if (us >= 0.07 && v <= squeeze) return k;
    if (!(k >= 0 && k <= n)) continue;
    const height =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      stirlingRest(mode) +
      stirlingRest(n - mode) -
      stirlingRest(k) -
      stirlingRest(n - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= height) return k;
  }
}

/** What Stirling's formula leaves of ln k!: ln k! - (k + 1/2) ln(k + 1) + (k + 1) - ln(2π) / 2. */
function stirlingRest(k: number): number {
  if (k < SMALL_RESTS.length) return SMALL_RESTS[k];
  const square = (k + 1) ** 2;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

const SMALL_RESTS = Array.from({ length: 10 }, (_, k) => {
  let logFactorial = 0;
  for (let i = 2; i <= k; i++) logFactorial += Math.log(i);
  return logFactorial - (k + 0.5) * Math.log(k + 1) + k + 1 - Math.log(2 * Math.PI) / 2;
});
