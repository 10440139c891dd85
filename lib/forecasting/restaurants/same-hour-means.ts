/** How this hour went on the last days of the same weekday: lags of one week and more, their noise averaged. */
import type { Feature } from '../features/feature.ts';
import { meanOf } from '../features/statistics.ts';
import { DAY } from './hourly-features.ts';
import { meantDay } from './meant-dates.ts';
import { weekStartOf } from './weeks.ts';

/**
 * `same_hour_mean_4` …: mean of the hour over the last so many days of the weekday that was meant, among those before
 * the Monday on which the week of the row begins, so that the whole week is forecast at its first midnight. Days
 * without an order are passed over: their files lack them. NaN where there is no such day, else of as many as
 * there are.
 *
 * @param windows - In days, at least 1 each.
 */
export function sameHourMeans(windows: readonly number[]): Feature {
  const most = Math.max(...windows);
  return {
    names: windows.map((window) => `same_hour_mean_${window}`),
    sees: 'past',
    reach: Infinity,
    fill({ start, y }, from, columns, at) {
      let [weekStart, days] = [NaN, [] as readonly (readonly number[])[]];
      for (let t = from; t < y.length; t++) {
        const monday = weekStartOf(start + t) - start;
        if (monday !== weekStart) [weekStart, days] = [monday, listDays(y, start, monday, most)];
        const { weekday, hour } = meantDay(start + t);
        const values = Float64Array.from(days[weekday], (day) => y[day + hour]);
        windows.forEach((window, j) => {
          columns[j][at + t - from] = meanOf(values, 0, Math.min(window, values.length));
        });
      }
    },
  };
}

/** By weekday, 1 to 7: the rows at which its days before row `end` begin, the last `most` of them, latest first. */
function listDays(y: Float64Array, start: number, end: number, most: number): number[][] {
  const days = Array.from({ length: 8 }, (): number[] => []);
  for (let day = end - DAY; day >= 0; day -= DAY) {
    const known = days[meantDay(start + day).weekday];
    if (known.length < most && hasOrders(y, day)) known.push(day);
  }
  return days;
}

/** Whether the day that begins at a row brought something in; a day that is not known did not. */
export function hasOrders(y: Float64Array, day: number): boolean {
  return meanOf(y, day, day + DAY) > 0;
}
