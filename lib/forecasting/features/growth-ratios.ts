/** Growth ratios: a recent stretch over the same stretch a season earlier. */
import { fillColumn } from './feature.ts';
import type { Feature } from './feature.ts';
import { meanOf } from './statistics.ts';

/**
 * `growth_3_12`: sum of y(t - window) … y(t - 1) over that of y(t - season - window) … y(t - season - 1); NaN where
 * the latter is 0.
 *
 * @param options.windows - Lengths, at least 1 each.
 * @param options.season - Steps between the two, at least 1.
 */
export function growthRatios({
  windows,
  season,
}: {
  readonly windows: readonly number[];
  readonly season: number;
}): Feature {
  return {
    names: windows.map((window) => `growth_${window}_${season}`),
    sees: 'past',
    reach: Math.max(0, ...windows) + season,
    fill({ y }, from, columns, at) {
      windows.forEach((window, j) =>
        fillColumn(y.length, from, columns[j], at, (t) => {
          if (t < window + season) return NaN;
          const before = meanOf(y, t - season - window, t - season);
          return before === 0 ? NaN : meanOf(y, t - window, t) / before;
        }),
      );
    },
  };
}
