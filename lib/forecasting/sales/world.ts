/**
 * What is known of monthly sales: arrays of shape (nItems, nMonths), row-major, months without a gap.
 *
 * | symbol | meaning |
 * |---|---|
 * | i, t | item, month |
 * | at | i nMonths + t, the place of a value |
 */

export interface SalesWorld {
  readonly items: readonly string[];
  /** First day of each month, ISO, in order and without a gap: `2019-10-01`. */
  readonly months: readonly string[];
  /** NaN where the sales of a month are not known. */
  readonly sales: Float64Array;
  /** null: not part of the configuration, as for all that follow. */
  readonly marketing: Float64Array | null;
  readonly price: Float64Array | null;
  /** Sum of the refills of the days of the month. */
  readonly refills: Float64Array | null;
  /** Objective of the fiscal year that the month belongs to; NaN where it has none. */
  readonly objectives: Float64Array | null;
}

/** Months that the growth of the year before looks back: the first that can be predicted from sales. */
export const N_LAGS = 15;

/** Fiscal years end in this month. */
export const LAST_FISCAL_MONTH = 6;

/** 1 to 12 of `2019-10-01`. */
export function monthOfYear(month: string): number {
  return Number(month.slice(5, 7));
}

/** The year in which the fiscal year of a month ends: 2020 of `2019-10-01`. */
export function fiscalYear(month: string): number {
  return Number(month.slice(0, 4)) + (monthOfYear(month) > LAST_FISCAL_MONTH ? 1 : 0);
}
