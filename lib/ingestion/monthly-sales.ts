/** Months out of weeks: each month gets of a week's sales what it has of its seven days. */
import { monthShares } from './weeks.ts';
import type { Day } from './weeks.ts';

/** A row of silver: what was sold of a vegetable in the seven days from `firstDay` on. */
export interface WeeklySales {
  readonly firstDay: Day;
  /** In clean English. */
  readonly vegetable: string;
  readonly sales: number;
}

/** A row of gold, with the names that it goes out with; 202001 is January 2020. */
export interface MonthlySales {
  readonly year_month: number;
  readonly vegetable: string;
  readonly sales: number;
}

/** What a month has of a week: all of its `sales`, and `nDays` of its seven days. */
export interface WeekShare {
  readonly sales: number;
  readonly nDays: number;
}

/**
 * Sales of a month: those of its whole weeks, and n/7 of those that it has n days of. Sevenths are added up before
 * they are divided, so that whole kilograms give the exact quotient, rounded once.
 */
export function sumShares(shares: Iterable<WeekShare>): number {
  let whole = 0;
  let sevenfold = 0;
  for (const { sales, nDays } of shares) {
    if (nDays === 7) whole += sales;
    else sevenfold += sales * nDays;
  }
  return whole + sevenfold / 7;
}

/**
 * Gold from silver, ordered by month, then vegetable. The order of `weekly` does not matter.
 *
 * @param weekly - At most one row of each week and vegetable.
 */
export function computeMonthlySales(weekly: readonly WeeklySales[]): MonthlySales[] {
  const months = new Map<string, { month: number; vegetable: string; shares: WeekShare[] }>();
  for (const { firstDay, vegetable, sales } of weekly.toSorted((a, b) => a.firstDay - b.firstDay)) {
    for (const { yearMonth, nDays } of monthShares(firstDay)) {
      const key = `${yearMonth} ${vegetable}`;
      const known = months.get(key);
      if (known !== undefined) known.shares.push({ sales, nDays });
      else months.set(key, { month: yearMonth, vegetable, shares: [{ sales, nDays }] });
    }
  }
  return [...months.values()]
    .map(({ month, vegetable, shares }) => ({
      year_month: month,
      vegetable,
      sales: sumShares(shares),
    }))
    .toSorted(compareMonthly);
}

/** Months in order; within one, names in order of their code units. */
export function compareMonthly(
  a: Pick<MonthlySales, 'year_month' | 'vegetable'>,
  b: Pick<MonthlySales, 'year_month' | 'vegetable'>,
): number {
  return a.year_month - b.year_month || compareText(a.vegetable, b.vegetable);
}

/** Weeks in order; within one, names in order of their code units. */
export function compareWeekly(a: WeeklySales, b: WeeklySales): number {
  return a.firstDay - b.firstDay || compareText(a.vegetable, b.vegetable);
}

/** By code units, whatever the language of the machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
