/**
 * The dates that the orders of the restaurants were taken on: their data set has day and month swapped for the days
 * 1 to 12 of a month.
 *
 * Order numbers say so: with the dates as they are written, the date falls from one order to the next 75 times in the
 * first restaurant and 72 times in the second; with the dates swapped back, never and three times. Orders are counted
 * where they are written, as their files are; a model may know the day that was meant.
 */
import { toCalendarDay } from '../frequency.ts';
import type { CalendarDay } from '../frequency.ts';
import { HOURLY } from './hourly-features.ts';

/** What the calendar says of the hour that was meant by the one that is written; its own inverse. */
export function meantDay(step: number): CalendarDay {
  const written = toCalendarDay(HOURLY, step);
  if (written.day > 12) return written;
  const { year, month: day, day: month, hour } = written;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
  return { year, month, day, weekday, hour };
}
