/**
 * What a direct model knows at an origin of a series: how it has moved to where it is, how it moved in the same season
 * of years before, and a quarter of a season before (three months have whole months of weeks); every distance in units
 * of the series' mean step so far.
 */
import { meanOf } from '../features/statistics.ts';
import type { ForecastOptions } from '../model.ts';
import { N_SEASONS, noiseAt, quarterOf, unitAt } from './direct-series.ts';
import type { DirectSeries } from './direct-series.ts';

/** Quarters of a season back that are looked at, one by one: the fourth is the season. */
const N_QUARTERS = 3;
/** Seasons that the likeness of seasons is measured over. */
const LIKENESS_SEASONS = 4;

export function directFeatureNames({ lags, seasonLength }: ForecastOptions): string[] {
  const windows = lags.filter((lag) => lag > 1);
  const ofOrigin = [
    ...lags.map((lag) => `change_${lag}`),
    ...windows.map((window) => `above_mean_${window}`),
    'step_h',
    'step_season',
    'noise',
    'log_n',
    'likeness',
  ];
  if (seasonLength === 1) return [...ofOrigin, 'step_ahead'];
  const seasons = Array.from({ length: N_SEASONS }, (_, k) => `season_${k + 1}`);
  const around = ['season_early', 'season_late', 'season_1_smooth', 'season_2_smooth'];
  const together = ['season_mean', 'season_std', 'season_above', 'season_path'];
  const ofSeason = [...seasons, ...around, ...together];
  if (quarterOf(seasonLength) === null) return [...ofOrigin, 'step_ahead', ...ofSeason];
  const quarters = Array.from({ length: N_QUARTERS }, (_, k) => `quarter_${k + 1}`);
  return [...ofOrigin, 'step_ahead', ...ofSeason, ...quarters, 'quarter_mean', 'quarter_above'];
}

/**
 * Writes the h rows of origin `t`, whose last known value is z(t): one row for each step ahead.
 *
 * @param rows - Row-major; written from row `at`. NaN where the series does not reach back far enough.
 */
export function fillDirectRows(
  series: DirectSeries,
  t: number,
  { h, lags, seasonLength: m }: ForecastOptions,
  rows: Float32Array,
  at: number,
): void {
  const { z, sums, steps } = series;
  const unit = unitAt(series, t);
  const valueAt = (i: number): number => (i < 0 ? NaN : z[i]);
  const meanStep = (window: number): number =>
    t < window ? NaN : (steps[t] - steps[t - window]) / window / unit;
  const aboveMean = (window: number): number =>
    t + 1 < window ? NaN : (z[t] - (sums[t + 1] - sums[t + 1 - window]) / window) / unit;
  const ofOrigin = [
    ...lags.map((lag) => (z[t] - valueAt(t - lag)) / unit),
    ...lags.filter((lag) => lag > 1).map(aboveMean),
    meanStep(h),
    meanStep(m),
    noiseAt(series, t),
    Math.log(t + 1),
    likenessAt(series, t, h, m),
  ];
  const smoothAt = (i: number): number => (valueAt(i - 1) + valueAt(i) + valueAt(i + 1)) / 3;
  const quarter = quarterOf(m);
  let place = at;
  const write = (value: number): void => void (rows[place++] = value);
  for (let step = 1; step <= h; step++) {
    ofOrigin.forEach(write);
    write(step);
    if (m === 1) continue;
    // of a season shorter than the horizon, the last one that is wholly known
    const lastKnown = (period: number): number => period * Math.ceil(step / period);
    const changeOf = (lag: number): number =>
      lag < step ? NaN : (valueAt(t + step - lag) - valueAt(t - lag)) / unit;
    const changesOf = (n: number, period: number): number[] =>
      Array.from({ length: n }, (_, k) => changeOf(lastKnown(period) + k * period));
    const back = lastKnown(m);
    const changes = changesOf(N_SEASONS, m);
    changes.forEach(write);
    write(changeOf(back - 1));
    write(changeOf(back + 1));
    write(step === back ? changes[0] : (smoothAt(t + step - back) - smoothAt(t - back)) / unit);
    write((smoothAt(t + step - back - m) - smoothAt(t - back - m)) / unit);
    const known = knownOf(changes);
    const mean = meanOfAll(known);
    write(mean);
    write(Math.sqrt(meanOfAll(known.map((change) => (change - mean) ** 2))));
    const before = t - back;
    write((z[t] - valueAt(before + step)) / unit);
    write(
      before < 0 ? NaN : ((sums[before + step + 1] - sums[before + 1]) / step - z[before]) / unit,
    );
    if (quarter === null) continue;
    const inQuarters = changesOf(N_QUARTERS, quarter);
    inQuarters.forEach(write);
    write(meanOfAll(knownOf(inQuarters)));
    write((z[t] - valueAt(t + step - lastKnown(quarter))) / unit);
  }
}

function knownOf(values: readonly number[]): Float64Array {
  return Float64Array.from(values.filter((value) => !Number.isNaN(value)));
}

/** NaN of none. */
function meanOfAll(values: Float64Array): number {
  return meanOf(values, 0, values.length);
}

/** Correlation of changes over the horizon with those a season before, over the last seasons. */
function likenessAt({ squares, products }: DirectSeries, t: number, h: number, m: number): number {
  const first = Math.max(t - LIKENESS_SEASONS * m, m + h);
  if (m === 1 || t < m + h + m / 2) return NaN;
  const sumOf = (of: Float64Array, shift: number): number => of[t + 1 - shift] - of[first - shift];
  const spread = Math.sqrt(sumOf(squares, 0) * sumOf(squares, m));
  return spread > 0 ? sumOf(products, 0) / spread : 0;
}
