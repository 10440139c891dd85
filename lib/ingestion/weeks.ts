/**
 * Weeks as people number them, and the months that their days lie in.
 *
 * A week is seven days; it is identified by its first one, so that 202052 and 202100 of `strptime` (28 December
 * 2020 to 3 January 2021) are one week with two names.
 */

/** Days since 1 January 1970. */
export type Day = number;

/**
 * `strptime`: `%Y%W` of C and Python. Weeks begin on Monday; the days before a year's first Monday are its week
 * 00. `iso`: ISO 8601. Weeks begin on Monday; week 01 is the one with 4 January.
 */
export const WEEK_NUMBERINGS = ['strptime', 'iso'] as const;
export type WeekNumbering = (typeof WEEK_NUMBERINGS)[number];

/** Years that rows may be of, both ends included: what lies outside is a slip of the keyboard. */
export const FIRST_YEAR = 1900;
export const LAST_YEAR = 2999;

/** How many days of a week lie in one month; `yearMonth` is 202001 for January 2020. */
export interface MonthShare {
  readonly yearMonth: number;
  readonly nDays: number;
}

const DAYS_PER_WEEK = 7;
const DAY_MS = 86_400_000;

/** The day of a date `YYYY-MM-DD`; null: no such text, or no such day, or a year outside of the bounds. */
export function parseDate(text: string): Day | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return null;
  const [year, month, date] = parts.slice(1).map(Number);
  if (year < FIRST_YEAR || year > LAST_YEAR) return null;
  const day = toDay(year, month, date);
  // 30 February comes back as 1 March
  return formatDate(day) === text ? day : null;
}

/** `YYYY-MM-DD` of a day. */
export function formatDate(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The Monday on which a week begins; null: the year has no week of this number. 202400 is none of `strptime`
 * (2024 begins on a Monday, which is 202401), nor is 202053 (2020 ends in 202052).
 *
 * @param yearWeek - Year × 100 + week.
 */
export function firstDayOfWeek(yearWeek: number, numbering: WeekNumbering): Day | null {
  const year = Math.floor(yearWeek / 100);
  const week = yearWeek % 100;
  if (year < FIRST_YEAR || year > LAST_YEAR) return null;
  return numbering === 'iso' ? isoWeek(year, week) : strptimeWeek(year, week);
}

/** The month or the two months of the seven days from `firstDay` on, in order. */
export function monthShares(firstDay: Day): MonthShare[] {
  const first = new Date(firstDay * DAY_MS);
  const [year, month] = [first.getUTCFullYear(), first.getUTCMonth() + 1];
  const nFirst = Math.min(toDay(year, month + 1, 1) - firstDay, DAYS_PER_WEEK);
  const shares = [{ yearMonth: year * 100 + month, nDays: nFirst }];
  if (nFirst === DAYS_PER_WEEK) return shares;
  const next = month === 12 ? (year + 1) * 100 + 1 : year * 100 + month + 1;
  return [...shares, { yearMonth: next, nDays: DAYS_PER_WEEK - nFirst }];
}

function strptimeWeek(year: number, week: number): Day | null {
  const newYear = toDay(year, 1, 1);
  const nBeforeMonday = (DAYS_PER_WEEK - weekday(newYear)) % DAYS_PER_WEEK;
  if (week === 0 && nBeforeMonday === 0) return null;
  const monday = newYear + nBeforeMonday + DAYS_PER_WEEK * (week - 1);
  return monday < toDay(year + 1, 1, 1) ? monday : null;
}

function isoWeek(year: number, week: number): Day | null {
  const fourth = toDay(year, 1, 4);
  const monday = fourth - weekday(fourth) + DAYS_PER_WEEK * (week - 1);
  // a week belongs to the year that its Thursday lies in
  return week > 0 && monday + 3 < toDay(year + 1, 1, 1) ? monday : null;
}

/** Months beyond 12 run into the next year. */
function toDay(year: number, month: number, date: number): Day {
  return Date.UTC(year, month - 1, date) / DAY_MS;
}

/** 0 is Monday. */
function weekday(day: Day): number {
  return (((day + 3) % DAYS_PER_WEEK) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
}
