/** Fits one form of exponential smoothing by maximum likelihood, initial states with the rest. */
import { minimize } from '../../models/linear-model/lbfgs.ts';
import { meanOf } from '../features/statistics.ts';
import { negativeLogLikelihood, smooth } from './exponential-smoothing.ts';
import type { EtsForm, EtsStates, EtsValues } from './exponential-smoothing.ts';
import { decompose } from './seasonal-adjustment.ts';

export interface FittedEts {
  readonly form: EtsForm;
  readonly values: EtsValues;
  readonly states: EtsStates;
  /** But for a constant; Infinity where none fits. */
  readonly negativeLogLikelihood: number;
  /** Corrected information criterion of Akaike; Infinity where there are too few values, or none fits. */
  readonly aicc: number;
}

/** Of shares: α in [low, high], β in α [low, high], γ in (1 - α) [low, high]. */
const SHARES = { low: 1e-4, high: 0.9999 };
const DAMPING = { low: 0.8, high: 0.98 };
/** Where searches begin, as shares of the ranges: the likelihood has more than one hill. */
const STARTS = [
  { alpha: 0.3, beta: 0.1, phi: 0.9, gamma: 0.1 },
  { alpha: 0.1, beta: 0.01, phi: 0.9, gamma: 0.3 },
];
const MAX_ITER = 200;
/** Of the likelihood's slope: far below what a criterion can tell. */
const TOL = 1e-5;
/** A fit is perfect when errors are no larger, relative to the steps of the series. */
const ROUNDING = 1e-9;

/** @param seasonLength - The season's, at most half the length of `y`; 1 where the form has none. */
export async function fitEts(
  y: Float64Array,
  form: EtsForm,
  seasonLength: number,
): Promise<FittedEts> {
  const n = y.length;
  const unit = meanStep(y) || Math.abs(y[0]) || 1;
  const coordinates = chooseCoordinates(form, startOf(y, form, seasonLength), unit);
  const { starts, reach, toValues, toGradient } = coordinates;
  const states = {
    level: new Float64Array(n + 1),
    trend: new Float64Array(n + 1),
    season: new Float64Array(n + seasonLength),
  };
  const relative = form.error === 'multiplicative' ? unit / Math.abs(meanOf(y, 0, n)) : unit;
  const floor = n * (ROUNDING * relative) ** 2;
  const byValues = toValues(starts[0]);
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    const values = toValues(x);
    smooth(y, form, values, states);
    const value = negativeLogLikelihood(y, form, values, states, floor, byValues);
    toGradient(x, byValues, gradient);
    return value;
  };

  const nParameters = reach.length + 1;
  const nSpare = n - nParameters - 1;
  let best = { value: Infinity, x: starts[0] };
  for (const start of nSpare > 0 ? starts : []) {
    const value = objective(start, new Float64Array(start.length));
    if (Number.isNaN(value)) continue;
    if (value < best.value) best = { value, x: start };
    await minimize(objective, start, {
      maxIter: MAX_ITER,
      tol: TOL * n,
      precondition: (vector) => reach.forEach((length, i) => (vector[i] *= length / n)),
      onStep: async (_step, value, x) => {
        if (value < best.value) best = { value, x };
        return true;
      },
    });
  }
  const values = toValues(best.x);
  smooth(y, form, values, states);
  const aicc = 2 * best.value + 2 * nParameters * (1 + (nParameters + 1) / nSpare);
  return {
    ...{ form, values, states, negativeLogLikelihood: best.value },
    aicc: nSpare > 0 ? aicc : Infinity,
  };
}

function meanStep(y: Float64Array): number {
  let sum = 0;
  for (let t = 1; t < y.length; t++) sum += Math.abs(y[t] - y[t - 1]);
  return sum / (y.length - 1);
}

/** Initial states: factors of the decomposition, and the line through the first values without them. */
function startOf(
  y: Float64Array,
  { trend, season }: EtsForm,
  seasonLength: number,
): Pick<EtsValues, 'level' | 'trend' | 'season'> {
  const isMultiplicative = season === 'multiplicative';
  const factors =
    season === 'none' ? new Float64Array(1) : decompose(y, seasonLength, isMultiplicative);
  const first = y.subarray(0, Math.min(y.length, Math.max(10, 2 * seasonLength)));
  const adjusted = first.map((value, t) => {
    const factor = factors[t % seasonLength];
    return isMultiplicative ? value / factor : value - factor;
  });
  const n = adjusted.length;
  const mean = meanOf(adjusted, 0, n);
  if (trend === 'none') return { level: mean, trend: 0, season: factors };
  let [products, squares] = [0, 0];
  adjusted.forEach((value, t) => {
    const distance = t - (n - 1) / 2;
    products += distance * (value - mean);
    squares += distance ** 2;
  });
  const slope = products / squares;
  return { level: mean - (slope * (n + 1)) / 2, trend: slope, season: factors };
}

interface Coordinates {
  readonly starts: readonly Float64Array[];
  /** How far a search goes at first in each coordinate, relative to the slope there. */
  readonly reach: Float64Array;
  toValues(x: Float64Array): EtsValues;
  /** Derivatives by the coordinates, from those by the values. */
  toGradient(x: Float64Array, byValues: EtsValues, gradient: Float64Array): void;
}

/**
 * Coordinates without bounds: shares by their logits, states in units of the series' steps. One seasonal state
 * follows from the others, as all together weigh nothing.
 */
function chooseCoordinates(
  { trend, season }: EtsForm,
  start: Pick<EtsValues, 'level' | 'trend' | 'season'>,
  unit: number,
): Coordinates {
  const m = start.season.length;
  const hasTrend = trend !== 'none';
  let size = 0;
  const place = (isThere: boolean, n = 1): number => (isThere ? (size += n) - n : -1);
  const at = {
    alpha: place(true),
    beta: place(hasTrend),
    phi: place(trend === 'damped'),
    gamma: place(season !== 'none'),
    level: place(true),
    trend: place(hasTrend),
    season: place(season !== 'none', m - 1),
  };
  const seasonUnit = season === 'multiplicative' ? unit / Math.abs(start.level || unit) : unit;
  const total = season === 'multiplicative' ? m : 0;
  const shareOf = (x: Float64Array, i: number, { low, high } = SHARES): number =>
    i < 0 ? 0 : low + (high - low) * sigmoid(x[i]);
  const slopeOf = (x: Float64Array, i: number, { low, high } = SHARES): number =>
    (high - low) * sigmoid(x[i]) * (1 - sigmoid(x[i]));

  const starts = STARTS.map((shares) => {
    const x = new Float64Array(size);
    for (const name of ['alpha', 'beta', 'phi', 'gamma'] as const) {
      if (at[name] >= 0) x[at[name]] = Math.log(shares[name] / (1 - shares[name]));
    }
    return x;
  });

  return {
    starts,
    reach: new Float64Array(size).fill(1, 0, at.level).fill(10, at.level),
    toValues(x) {
      const alpha = shareOf(x, at.alpha);
      const states = start.season.slice();
      if (at.season >= 0) {
        let rest = total;
        for (let k = 1; k < m; k++) {
          states[k] += seasonUnit * x[at.season + k - 1];
          rest -= states[k];
        }
        states[0] = rest;
      }
      return {
        alpha,
        beta: alpha * shareOf(x, at.beta),
        gamma: (1 - alpha) * shareOf(x, at.gamma),
        phi: at.phi < 0 ? 1 : shareOf(x, at.phi, DAMPING),
        level: start.level + unit * x[at.level],
        trend: at.trend < 0 ? 0 : start.trend + unit * x[at.trend],
        season: states,
      };
    },
    toGradient(x, by, gradient) {
      const [beta, gamma] = [shareOf(x, at.beta), shareOf(x, at.gamma)];
      const alpha = shareOf(x, at.alpha);
      const byAlpha = by.alpha + beta * by.beta - gamma * by.gamma;
      gradient[at.alpha] = byAlpha * slopeOf(x, at.alpha);
      gradient[at.level] = by.level * unit;
      if (at.phi >= 0) gradient[at.phi] = by.phi * slopeOf(x, at.phi, DAMPING);
      if (hasTrend) {
        gradient[at.beta] = by.beta * alpha * slopeOf(x, at.beta);
        gradient[at.trend] = by.trend * unit;
      }
      if (at.season < 0) return;
      gradient[at.gamma] = by.gamma * (1 - alpha) * slopeOf(x, at.gamma);
      for (let k = 1; k < m; k++) {
        gradient[at.season + k - 1] = (by.season[k] - by.season[0]) * seasonUnit;
      }
    },
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
