/**
 * Simple forecasts of the change to each step ahead (experts), and how well each has done on a series so far: a model
 * that sees both learns whom to believe, and how much (Montero-Manso et al. 2020, FFORMA,
 * doi:10.1016/j.ijforecast.2019.02.011, learns the same from features of a series).
 */
import type { ForecastOptions } from '../model.ts';
import { N_SEASONS, quarterOf } from './direct-series.ts';
import type { DirectSeries } from './direct-series.ts';

/** Forecasts that the skill of an expert is measured on, in horizons: those that ended last. */
const SKILL_HORIZONS = 8;
/** Fewest of them. */
const MIN_FORECASTS = 6;
/** Beyond these, a slope or an error says no more. */
const SLOPES = [-1, 2] as const;
const MAX_ERROR = 5;

/** Changes from row t to t + step, in the units of z: shape (n, h); NaN where the history is too short. */
type Changes = Float64Array;

/** What an expert says, and how well it did on the forecasts that had ended at each row; shapes (n, h). */
export interface Expert {
  readonly changes: Changes;
  /** Of actual changes on its own: 0, it says nothing; 1, it can be believed. NaN where too few have ended. */
  readonly slopes: Float64Array;
  /** Its absolute error over that of no change. NaN where too few have ended. */
  readonly errors: Float64Array;
}

/** Their number depends on the options alone. */
export function consultExperts(series: DirectSeries, options: ForecastOptions): Expert[] {
  return listChanges(series, options).map((changes) => ({
    changes,
    ...measureSkill(series.z, changes, options.h),
  }));
}

/** Back to a mean, on as before, and where the last season or the quarter of one before leads to. */
function listChanges(
  { z, sums }: DirectSeries,
  { h, seasonLength: m }: ForecastOptions,
): Changes[] {
  const short = Math.ceil(h / 4);
  const valueAt = (i: number): number => (i < 0 ? NaN : z[i]);
  const meanBefore = (t: number, window: number): number =>
    t + 1 < window ? NaN : (sums[t + 1] - sums[t + 1 - window]) / window;
  const changes = (at: (t: number, step: number) => number): Changes => {
    const all = new Float64Array(z.length * h);
    for (let t = 0; t < z.length; t++) {
      for (let step = 1; step <= h; step++) all[t * h + step - 1] = at(t, step);
    }
    return all;
  };
  const toMean = (window: number): Changes => changes((t) => meanBefore(t, window) - z[t]);
  const momentum = changes((t, step) => ((z[t] - valueAt(t - h)) * step) / h);
  // the mean of one value is that value
  const windows = [...new Set([short, h])].filter((window) => window > 1);
  const general = [...windows.map(toMean), momentum];
  if (m === 1) return general;
  const risesOver = (lag: number, window: number): Float64Array =>
    runningMeans(
      z.map((value, t) => value - valueAt(t - lag)),
      window,
    );
  // what stood there so many periods before, and by how much the last values are above those as long before
  const periodic = (
    valueBefore: (i: number, t: number) => number,
    { period, nPeriods, window }: { period: number; nPeriods: number; window: number },
  ): Changes => {
    const lagOf = (step: number): number => period * (Math.ceil(step / period) + nPeriods - 1);
    const rises = new Map<number, Float64Array>();
    for (let step = 1; step <= h; step++) {
      const lag = lagOf(step);
      if (!rises.has(lag)) rises.set(lag, risesOver(lag, window));
    }
    return changes((t, step) => {
      const lag = lagOf(step);
      return valueBefore(t + step - lag, t) + rises.get(lag)![t] - z[t];
    });
  };
  const smoothAt = (i: number, t: number): number =>
    i + 1 > t ? valueAt(i) : (valueAt(i - 1) + valueAt(i) + valueAt(i + 1)) / 3;
  const season = { period: m, nPeriods: 1, window: 2 * short };
  const seasons = (of: (i: number, t: number) => number): Changes =>
    meanOfKnown(
      Array.from({ length: N_SEASONS }, (_, k) => periodic(of, { ...season, nPeriods: k + 1 })),
    );
  const quarter = quarterOf(m);
  return [
    ...general,
    toMean(m),
    periodic(valueAt, season),
    seasons(valueAt),
    seasons(smoothAt),
    ...(quarter === null
      ? []
      : [periodic(valueAt, { period: quarter, nPeriods: 1, window: short })]),
  ];
}

/** Of those of the last `window` values that are known, two at least; a window of one is the value. */
function runningMeans(values: Float64Array, window: number): Float64Array {
  let [sum, count] = [0, 0];
  return values.map((value, t) => {
    const gone = t < window ? NaN : values[t - window];
    if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
    if (!Number.isNaN(gone)) [sum, count] = [sum - gone, count - 1];
    return count < Math.min(window, 2) ? NaN : sum / count;
  });
}

function meanOfKnown(all: readonly Float64Array[]): Float64Array {
  return all[0].map((_, k) => {
    let [sum, count] = [0, 0];
    for (const one of all) {
      if (Number.isNaN(one[k])) continue;
      sum += one[k];
      count++;
    }
    return sum / count;
  });
}

function measureSkill(
  z: Float64Array,
  changes: Changes,
  h: number,
): Pick<Expert, 'slopes' | 'errors'> {
  const [slopes, errors] = [0, 0].map(() => new Float64Array(changes.length).fill(NaN));
  const window = SKILL_HORIZONS * h;
  for (let step = 1; step <= h; step++) {
    let sums = { products: 0, squares: 0, misses: 0, moves: 0, count: 0 };
    const addForecast = (from: number, sign: 1 | -1): void => {
      const said = from < 0 ? NaN : changes[from * h + step - 1];
      if (Number.isNaN(said)) return;
      const moved = z[from + step] - z[from];
      sums.products += sign * said * moved;
      sums.squares += sign * said * said;
      sums.misses += sign * Math.abs(moved - said);
      sums.moves += sign * Math.abs(moved);
      sums.count += sign;
    };
    for (let t = step; t < z.length; t++) {
      addForecast(t - step, 1);
      addForecast(t - step - window, -1);
      if (t % window === 0) {
        // anew, so that what rounding leaves does not stay
        sums = { products: 0, squares: 0, misses: 0, moves: 0, count: 0 };
        for (let from = t - step - window + 1; from <= t - step; from++) addForecast(from, 1);
      }
      if (sums.count < MIN_FORECASTS) continue;
      const slope = sums.squares > 0 ? sums.products / sums.squares : 0;
      slopes[t * h + step - 1] = Math.min(Math.max(slope, SLOPES[0]), SLOPES[1]);
      const error = sums.moves > 0 ? sums.misses / sums.moves : 1;
      errors[t * h + step - 1] = Math.min(Math.max(error, 0), MAX_ERROR);
    }
  }
  return { slopes, errors };
}
