/** Rolling statistics: mean, spread and ends of a window of fixed length that ends before the row. */
import { fillColumn } from './feature.ts';
import type { Feature } from './feature.ts';
import { describe } from './statistics.ts';
import type { Statistic } from './statistics.ts';

/**
 * `rolling_mean_12` …: over y(t - lag - window + 1) to y(t - lag); `rolling_mean_12_lag_3` where the lag is not 1.
 *
 * @param options.windows - Lengths, at least 1 each.
 * @param options.lag - Distance from the row to the window's last value, at least 1.
 */
export function rollingStatistics({
  windows,
  statistics,
  lag = 1,
}: {
  readonly windows: readonly number[];
  readonly statistics: readonly Statistic[];
  readonly lag?: number;
}): Feature {
  const kinds = windows.flatMap((window) => statistics.map((statistic) => ({ window, statistic })));
  const suffix = lag === 1 ? '' : `_lag_${lag}`;
  return {
    names: kinds.map(({ window, statistic }) => `rolling_${statistic}_${window}${suffix}`),
    sees: 'past',
    reach: Math.max(0, ...windows) + lag - 1,
    fill({ y }, from, columns, at) {
      kinds.forEach(({ window, statistic }, j) =>
        fillColumn(y.length, from, columns[j], at, (t) => {
          const end = t - lag + 1;
          return end < window ? NaN : describe(statistic, y, end - window, end);
        }),
      );
    },
  };
}
