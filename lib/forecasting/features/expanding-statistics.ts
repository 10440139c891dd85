/** Expanding statistics: of all values from the first of the series to the one before the row. */
import type { Feature, SeriesRows } from './feature.ts';
import type { Statistic } from './statistics.ts';

/** `expanding_mean` …: over y(0) to y(t - 1). */
export function expandingStatistics({
  statistics,
}: {
  readonly statistics: readonly Statistic[];
}): Feature {
  return {
    names: statistics.map((statistic) => `expanding_${statistic}`),
    sees: 'past',
    reach: Infinity,
    fill: ({ y }, from, columns, at) => fillRunning(y, from, statistics, columns, at),
  };
}

/**
 * One pass over the series.
 *
 * @see Welford, B. P. (1962), Technometrics 4(3), 419-420, doi:10.1080/00401706.1962.10490022
 */
function fillRunning(
  y: SeriesRows['y'],
  from: number,
  statistics: readonly Statistic[],
  columns: readonly Float64Array[],
  at: number,
): void {
  let [mean, squares, min, max] = [0, 0, Infinity, -Infinity];
  for (let t = 0; t < y.length; t++) {
    if (t >= from) {
      const values = {
        mean: t === 0 ? NaN : mean,
        std: t < 2 ? NaN : Math.sqrt(squares / (t - 1)),
        min: t === 0 ? NaN : min,
        max: t === 0 ? NaN : max,
      };
      statistics.forEach((statistic, j) => (columns[j][at + t - from] = values[statistic]));
    }
    const distance = y[t] - mean;
    mean += distance / (t + 1);
    squares += distance * (y[t] - mean);
    min = Math.min(min, y[t]);
    max = Math.max(max, y[t]);
  }
}
