/** Calendar: weekdays and months as columns of 0 and 1, hours and months as angles. Known for all time. */
import { toCalendarDay } from '../frequency.ts';
import type { CalendarDay } from '../frequency.ts';
import type { Feature } from './feature.ts';

export interface CalendarOptions {
  /** `weekday_1` (Monday) to `weekday_7`; `drop first` leaves Monday out, so that they do not add up to 1. */
  readonly weekday?: 'all' | 'drop first' | 'none';
  /** `hour_cos_1`, `hour_sin_1` … up to this degree: of hour × degree × 2π / 24. */
  readonly hourDegree?: number;
  /** `month_cos_1`, `month_sin_1` … up to this degree: of (month - 1) × degree × 2π / 12. */
  readonly monthDegree?: number;
  /** `month`, 1 to 12. */
  readonly month?: boolean;
  /** `year`. */
  readonly year?: boolean;
}

interface CalendarColumn {
  readonly name: string;
  readonly valueOf: (day: CalendarDay) => number;
}

/** @throws Error when it is filled for the frequency `1`. */
export function calendar(options: CalendarOptions): Feature {
  const {
    weekday = 'none',
    hourDegree = 0,
    monthDegree = 0,
    month = false,
    year = false,
  } = options;
  const columns: CalendarColumn[] = [
    ...weekdays(weekday),
    ...angles('hour', hourDegree, (day) => day.hour / 24),
    ...angles('month', monthDegree, (day) => (day.month - 1) / 12),
    ...(month ? [{ name: 'month', valueOf: (day: CalendarDay) => day.month }] : []),
    ...(year ? [{ name: 'year', valueOf: (day: CalendarDay) => day.year }] : []),
  ];
  return {
    names: columns.map(({ name }) => name),
    sees: 'known ahead',
    reach: 0,
    fill({ freq, start, y }, from, into, at) {
      for (let t = from; t < y.length; t++) {
        const day = toCalendarDay(freq, start + t);
        columns.forEach(({ valueOf }, j) => (into[j][at + t - from] = valueOf(day)));
      }
    },
  };
}

function weekdays(option: 'all' | 'drop first' | 'none'): CalendarColumn[] {
  if (option === 'none') return [];
  const first = option === 'all' ? 1 : 2;
  return Array.from({ length: 8 - first }, (_, i) => ({
    name: `weekday_${first + i}`,
    valueOf: (day) => (day.weekday === first + i ? 1 : 0),
  }));
}

/** @param turnOf - Share of the whole turn. */
function angles(
  name: string,
  degree: number,
  turnOf: (day: CalendarDay) => number,
): CalendarColumn[] {
  return Array.from({ length: degree }, (_, i) => i + 1).flatMap((i) => [
    {
      name: `${name}_cos_${i}`,
      valueOf: (day: CalendarDay) => Math.cos(2 * Math.PI * i * turnOf(day)),
    },
    {
      name: `${name}_sin_${i}`,
      valueOf: (day: CalendarDay) => Math.sin(2 * Math.PI * i * turnOf(day)),
    },
  ]);
}
