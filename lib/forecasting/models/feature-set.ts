/** The features that a model on features takes where nobody chooses them. */
import { calendar } from '../features/calendar.ts';
import type { CalendarOptions } from '../features/calendar.ts';
import type { Feature } from '../features/feature.ts';
import { column, columnLags, lags } from '../features/lags.ts';
import { rollingStatistics } from '../features/rolling-statistics.ts';
import type { FrequencyName } from '../frequency.ts';
import type { ForecastOptions } from '../model.ts';
import type { Panel } from '../panel.ts';

/** What a calendar can say of a step, frequency by frequency. */
const CALENDARS: Readonly<Record<FrequencyName, CalendarOptions>> = {
  h: { weekday: 'drop first', hourDegree: 2 },
  D: { weekday: 'drop first', monthDegree: 1 },
  W: { monthDegree: 1 },
  MS: { monthDegree: 2 },
  QS: { monthDegree: 1 },
  YS: {},
  '1': {},
};

/**
 * The lags; mean and spread of the last season, as far as the longest lag reaches; the calendar; every exogenous
 * column, `past` ones h steps before: the last that is known of every step to forecast.
 */
export function chooseFeatures(
  panel: Panel,
  { lags: distances, seasonLength, h }: ForecastOptions,
): Feature[] {
  const longest = Math.max(...distances);
  const window = seasonLength > 1 ? Math.min(seasonLength, longest) : longest;
  const windows = window > 1 ? [window] : [];
  return [
    lags(distances),
    rollingStatistics({ windows, statistics: ['mean', 'std'] }),
    calendar(CALENDARS[panel.freq.name]),
    ...panel.exogenous.map(({ name, kind }) =>
      kind === 'past' ? columnLags(name, [h]) : column(name),
    ),
  ].filter(({ names }) => names.length > 0);
}
