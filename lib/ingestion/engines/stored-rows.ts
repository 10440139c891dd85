/** Rows as engines keep them: each table has a first column, `vegetable` and `sales`. */
import type { Tables } from '../medallion.ts';
import type { SalesRow } from '../rows.ts';
import { formatDate, parseDate } from '../weeks.ts';

/** First column, vegetable, sales. */
export type StoredRow = readonly [string | number, string, number];
export type StoredTables = Readonly<Record<TableName, readonly StoredRow[]>>;

export const TABLE_NAMES = ['bronze', 'silver', 'gold'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** `period` is `year_week` or `date`, as it was sent: 202001 or 2020-01-06. */
export const FIRST_COLUMNS: Readonly<Record<TableName, string>> = {
  bronze: 'period',
  silver: 'first_day',
  gold: 'year_month',
};

export function toStored({ bronze, silver, gold }: Tables): StoredTables {
  return {
    bronze: bronze.map(toStoredBronze),
    silver: silver.map((row) => [formatDate(row.firstDay), row.vegetable, row.sales]),
    gold: gold.map((row) => [row.year_month, row.vegetable, row.sales]),
  };
}

export function fromStored({ bronze, silver, gold }: StoredTables): Tables {
  return {
    bronze: bronze.map(fromStoredBronze),
    silver: silver.map(([firstDay, vegetable, sales]) => ({
      ...{ firstDay: parseDate(String(firstDay))!, vegetable, sales },
    })),
    gold: gold.map(([yearMonth, vegetable, sales]) => ({
      ...{ year_month: Number(yearMonth), vegetable, sales },
    })),
  };
}

function toStoredBronze(row: SalesRow): StoredRow {
  return 'date' in row
    ? [row.date, row.vegetable, row.kilo_sold]
    : [String(row.year_week), row.vegetable, row.sales];
}

function fromStoredBronze([period, vegetable, sales]: StoredRow): SalesRow {
  return String(period).includes('-')
    ? { date: String(period), vegetable, kilo_sold: sales }
    : { year_week: Number(period), vegetable, sales };
}
