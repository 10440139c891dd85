/** What the calendar says of an hour on the day that was meant: see meant-dates.ts. */
import type { Feature } from '../features/feature.ts';
import { toCalendarDay } from '../frequency.ts';
import type { CalendarDay } from '../frequency.ts';
import { bankHolidays } from './bank-holidays.ts';
import { HOURLY } from './hourly-features.ts';
import { meantDay } from './meant-dates.ts';

/** `hour`, 0 to 23; `weekday`, 1 (Monday) to 7; `holiday`: 2 on a bank holiday, 1 on the day before, else 0. */
export const meantCalendar: Feature = {
  names: ['hour', 'weekday', 'holiday'],
  sees: 'known ahead',
  reach: 0,
  fill({ start, y }, from, [hours, weekdays, holidays], at) {
    for (let t = from; t < y.length; t++) {
      const day = meantDay(start + t);
      hours[at + t - from] = day.hour;
      weekdays[at + t - from] = day.weekday;
      holidays[at + t - from] = isHoliday(day) ? 2 : isHoliday(dayAfter(day)) ? 1 : 0;
    }
  },
};

const HOLIDAYS = new Map<number, ReadonlySet<string>>();

function isHoliday({ year, month, day }: Pick<CalendarDay, 'year' | 'month' | 'day'>): boolean {
  const known = HOLIDAYS.get(year) ?? new Set(bankHolidays(year));
  HOLIDAYS.set(year, known);
  return known.has(new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10));
}

function dayAfter({ year, month, day }: CalendarDay): CalendarDay {
  return toCalendarDay(HOURLY, Date.UTC(year, month - 1, day + 1) / 3_600_000);
}
