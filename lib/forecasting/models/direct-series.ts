/**
 * A series as direct models see it, and the origins that they learn from: a direct model forecasts the change from the
 * last value to each step ahead, in units of the series' mean step; no forecast is history to another.
 */
import type { ForecastOptions } from '../model.ts';

/** Horizons that origins reach back. The oldest weigh a third (1 / e) of the last: what series do changes over years. */
const MEMORY = 160;
/** Values that an origin has at least behind it. */
export const MIN_HISTORY = 12;
/** Seasons back that are looked at. */
export const N_SEASONS = 4;
/** Beyond this logarithm, numbers are infinite. */
const MAX_LOG = 700;

/** A series, and the sums that features need. */
export interface DirectSeries {
  /** The logarithm where all values are above 0: steps are shares then. */
  readonly z: Float64Array;
  readonly isLog: boolean;
  /** Sum of z before each row, shape (n + 1). */
  readonly sums: Float64Array;
  /** Sum of |z(t) - z(t - 1)| up to each row, shape (n). */
  readonly steps: Float64Array;
  /** Of changes over the horizon: of their squares, and of their products with those a season before; shape (n + 1). */
  readonly squares: Float64Array;
  readonly products: Float64Array;
}

export function openDirectSeries(
  y: Float64Array,
  { h, seasonLength: m }: ForecastOptions,
): DirectSeries {
  const n = y.length;
  const isLog = y.every((value) => value > 0);
  const z = isLog ? y.map(Math.log) : y;
  const [sums, squares, products] = [0, 0, 0].map(() => new Float64Array(n + 1));
  const steps = new Float64Array(n);
  const change = (t: number): number => (t < h ? 0 : z[t] - z[t - h]);
  for (let t = 0; t < n; t++) {
    sums[t + 1] = sums[t] + z[t];
    if (t > 0) steps[t] = steps[t - 1] + Math.abs(z[t] - z[t - 1]);
    squares[t + 1] = squares[t] + change(t) ** 2;
    products[t + 1] = products[t] + (t < m ? 0 : change(t) * change(t - m));
  }
  return { z, isLog, sums, steps, squares, products };
}

/** Mean step up to row t, in the units of z; 1 of a series that has not moved. */
export function unitAt({ steps }: DirectSeries, t: number): number {
  return steps[t] / t || 1;
}

/** Mean step up to row t as a share of the level. */
export function noiseAt(series: DirectSeries, t: number): number {
  const unit = unitAt(series, t);
  if (series.isLog) return unit;
  const level = Math.abs(series.sums[t + 1]) / (t + 1);
  return unit / Math.max(unit, level);
}

/** null: the season has no quarters of several steps. */
export function quarterOf(seasonLength: number): number | null {
  return seasonLength % 4 === 0 && seasonLength > 4 ? seasonLength / 4 : null;
}

/** The origins that a model learns from, and how much each counts. */
interface Origins {
  /** Of each series, the last first: rows t, of which t + h is known. */
  readonly rows: readonly (readonly number[])[];
  /** Of each origin, series after series; above 0. */
  readonly weights: Float64Array;
}

/**
 * Of each series as many as of the others, or all that it has within reach. They weigh as errors do in MASE and sMAPE
 * together: by the series' own step, and by its level. Old origins weigh less.
 *
 * @param nRows - At most about so many origins; where the series are more than these, one of each.
 */
export function chooseOrigins(series: readonly DirectSeries[], h: number, nRows: number): Origins {
  const nOrigins = Math.ceil(nRows / series.length);
  const rows = series.map(({ z }) => {
    const last = z.length - 1 - h;
    const span = Math.min(last - MIN_HISTORY + 2, MEMORY * h);
    const stride = Math.ceil(span / nOrigins);
    return Array.from({ length: Math.ceil(span / stride) }, (_, k) => last - k * stride);
  });
  const noises = series.map((one, i) =>
    rows[i].map((t) => (one.steps[t] === 0 ? 0 : noiseAt(one, t))),
  );
  const meanNoise = noises.flat().reduce((sum, noise) => sum + noise, 0) / noises.flat().length;
  const weights = series.flatMap(({ z }, i) =>
    rows[i].map((t, k) => {
      const age = z.length - 1 - t;
      return Math.exp(-age / (MEMORY * h)) * (1 + noises[i][k] / (meanNoise || 1));
    }),
  );
  return { rows, weights: Float64Array.from(weights) };
}

/** What the h changes after row t were, in units. */
export function changesAfter(one: DirectSeries, t: number, h: number): Float64Array {
  const unit = unitAt(one, t);
  return one.z.subarray(t + 1, t + 1 + h).map((value) => (value - one.z[t]) / unit);
}

/**
 * The forecasts that changes from the last value are.
 *
 * @param changes - In units, shape (nSeries, h). A series that has never moved is not expected to.
 */
export function addChanges(
  series: readonly DirectSeries[],
  changes: Float64Array,
  h: number,
): Float64Array {
  return changes.map((change, at) => {
    const one = series[Math.floor(at / h)];
    const last = one.z.length - 1;
    const ahead = one.z[last] + (one.steps[last] === 0 ? 0 : change * unitAt(one, last));
    return one.isLog ? Math.exp(Math.min(ahead, MAX_LOG)) : ahead;
  });
}
