/** What the turnover of an hour is forecast from: its weekday, its time of day, the same hour of weeks before. */
import { calendar } from '../features/calendar.ts';
import { lags } from '../features/lags.ts';
import { parseFrequency } from '../frequency.ts';

export const HOURLY = parseFrequency('h');
export const DAY = 24;
export const WEEK = 7 * DAY;

/** Turnover by the hour, without gaps. */
export interface HourlyTurnover {
  /** Step of the first hour, see frequency.ts. */
  readonly start: number;
  readonly cashIn: Float64Array;
}

/** The turnover of `nHours` hours from step `from` on; an hour outside of what is known has no orders: 0. */
export function turnoverFrom(
  { start, cashIn }: HourlyTurnover,
  from: number,
  nHours: number,
): Float64Array {
  return Float64Array.from({ length: nHours }, (_, i) => cashIn[from + i - start] ?? 0);
}

export interface HourlyFeatureParams {
  /** Of `hour_cos_i` and `hour_sin_i`, i = 1 … degree. */
  readonly degree: number;
  /** Of `lag_<n>W`, n = 1 … lagInWeek. */
  readonly lagInWeek: number;
}

/** Consecutive hours and their features. */
export interface HourlyTable {
  readonly columns: readonly string[];
  /** Step of the first row. */
  readonly start: number;
  /** Row-major, shape (nRows, columns), finite. */
  readonly values: Float64Array;
}

/** The feature columns, in their order: `weekday_2` (Tuesday) to `weekday_7`, hours, lags. */
export function listHourlyFeatures({ degree, lagInWeek }: HourlyFeatureParams): string[] {
  return [
    ...calendar({ weekday: 'drop first', hourDegree: degree }).names,
    ...Array.from({ length: lagInWeek }, (_, i) => `lag_${i + 1}W`),
  ];
}

/**
 * The hours that have all their lags, and their turnover; none where there are no more than `lagInWeek` weeks.
 *
 * @returns `y` of shape (nRows).
 */
export function hourlyFeatures(
  { start, cashIn }: HourlyTurnover,
  params: HourlyFeatureParams,
): { readonly x: HourlyTable; readonly y: Float64Array } {
  const first = Math.min(params.lagInWeek * WEEK, cashIn.length);
  return { x: fill(start, cashIn, first, params), y: cashIn.slice(first) };
}

/**
 * The features of a week that is to come: lags that are not known are 0. Looks at the `lagInWeek` weeks before alone:
 * with 1, at the week before.
 *
 * @param start - Step of its first hour.
 */
export function hourlyFeaturesOnline(
  turnover: HourlyTurnover,
  start: number,
  params: HourlyFeatureParams,
): HourlyTable {
  const nBefore = params.lagInWeek * WEEK;
  const hours = turnoverFrom(turnover, start - nBefore, nBefore + WEEK);
  return fill(start - nBefore, hours, nBefore, params);
}

/** The features of the hours from `first` on; `y` has no NaN. */
function fill(
  start: number,
  y: Float64Array,
  first: number,
  params: HourlyFeatureParams,
): HourlyTable {
  const series = { freq: HOURLY, start, y, exogenous: new Map<string, Float64Array>() };
  const weeks = Array.from({ length: params.lagInWeek }, (_, i) => (i + 1) * WEEK);
  const features = [calendar({ weekday: 'drop first', hourDegree: params.degree }), lags(weeks)];
  const nRows = y.length - first;
  const columns = features.flatMap((feature) => {
    const own = feature.names.map(() => new Float64Array(nRows));
    feature.fill(series, first, own, 0);
    return own;
  });
  const values = new Float64Array(nRows * columns.length);
  columns.forEach((column, j) =>
    column.forEach((value, i) => (values[i * columns.length + j] = value)),
  );
  return { columns: listHourlyFeatures(params), start: start + first, values };
}
