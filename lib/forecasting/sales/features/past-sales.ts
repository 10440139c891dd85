/** The sales of the past that a month is predicted from; each looks at months before t alone. */

/** A feature of one series: its value in month `t`, NaN where the series does not reach back far enough. */
export type PastFeature = (series: Float64Array, t: number) => number;

const mean = (series: Float64Array, start: number, end: number): number => {
  if (start < 0) return NaN;
  let sum = 0;
  for (let t = start; t < end; t++) sum += series[t];
  return sum / (end - start);
};

const valueAt = (series: Float64Array, t: number): number => (t < 0 ? NaN : series[t]);

/** y(M-1). */
export const lastMonth: PastFeature = (series, t) => valueAt(series, t - 1);

/** y(M-12). */
export const sameMonthLastYear: PastFeature = (series, t) => valueAt(series, t - 12);

/** Mean of y(M-1) … y(M-12). */
export const lastYearAverage: PastFeature = (series, t) => mean(series, t - 12, t);

/** y(M-12) × the quarter before the month over the same quarter a year earlier. */
export const growth: PastFeature = (series, t) =>
  (valueAt(series, t - 12) * mean(series, t - 3, t)) / mean(series, t - 15, t - 12);

/** By the names that configurations have for them; `past_sales` is three of them. */
export const PAST_FEATURES: Readonly<Record<string, readonly PastFeature[]>> = {
  past_sales: [sameMonthLastYear, lastYearAverage, growth],
  last_month: [lastMonth],
  same_month_last_year: [sameMonthLastYear],
  last_year_average: [lastYearAverage],
  growth: [growth],
};
