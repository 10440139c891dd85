/** The weeks by which the files of orders are named, as hours. */
import { toStep } from '../frequency.ts';
import { HOURLY, WEEK } from './hourly-features.ts';

/** Week 200 begins on Monday, 2018-10-29. */
const WEEK_0 = toStep(HOURLY, '2014-12-29')!;

/** Step of the first hour of a week. */
export function startOfWeek(week: number): number {
  return WEEK_0 + week * WEEK;
}

/** Step of the first hour of the week that an hour lies in. */
export function weekStartOf(step: number): number {
  return startOfWeek(Math.floor((step - WEEK_0) / WEEK));
}
