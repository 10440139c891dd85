/** Statistics of a stretch of values, as rolling and expanding windows have them. */

/**
 * `std` is that of a sample (divisor n - 1), as pandas and SQL's STDDEV_SAMP have it; NaN of a single value.
 */
export const STATISTICS = ['mean', 'std', 'min', 'max'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** @returns Over values `start` to `end`, the latter not included; NaN of none. */
export function describe(
  statistic: Statistic,
  values: Float64Array,
  start: number,
  end: number,
): number {
  if (end <= start) return NaN;
  if (statistic === 'mean') return meanOf(values, start, end);
  if (statistic === 'std') return deviationOf(values, start, end);
  const pick = statistic === 'min' ? Math.min : Math.max;
  let found = values[start];
  for (let t = start + 1; t < end; t++) found = pick(found, values[t]);
  return found;
}

export function meanOf(values: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let t = start; t < end; t++) sum += values[t];
  return sum / (end - start);
}

function deviationOf(values: Float64Array, start: number, end: number): number {
  if (end - start < 2) return NaN;
  const mean = meanOf(values, start, end);
  let squares = 0;
  for (let t = start; t < end; t++) squares += (values[t] - mean) ** 2;
  return Math.sqrt(squares / (end - start - 1));
}
