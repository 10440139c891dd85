/** What can be asked of the tables of sales, and the rows that answer it. */
import { firstDayOf } from '../../ingestion/rows.ts';
import { formatDate } from '../../ingestion/weeks.ts';
import type { ResolvedName } from '../../ingestion/names.ts';
import type { SalesRow } from '../../ingestion/rows.ts';
import type { SalesStore } from '../../ingestion/sales-store.ts';
import type { WeekNumbering } from '../../ingestion/weeks.ts';

/** true, false, 1 or 0, letters of any case: Python writes True. */
const SWITCH = {
  type: 'string',
  pattern: '^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|1|0)$',
  default: 'false',
} as const;
const COMMON = {
  vegetable: {
    type: 'string',
    minLength: 1,
    maxLength: 200,
    description: 'Only this vegetable, in any spelling that ingestion understands',
  },
  limit: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'At most so many rows' },
  offset: { type: 'integer', minimum: 0, maximum: 1_000_000_000, default: 0, description: 'Rows to leave out before the first' }, // prettier-ignore
  format: { type: 'string', enum: ['json', 'csv'], description: 'In the place of the header accept' }, // prettier-ignore
} as const;
const DATE = { type: 'string', format: 'date' } as const;
const MONTH = { type: 'integer', minimum: 190_001, maximum: 299_912 } as const;

export const RAW_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...COMMON,
    from: { ...DATE, description: 'Weeks that begin on this day or later' },
    to: { ...DATE, description: 'Weeks that begin on this day or before' },
  },
} as const;
export const MONTHLY_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...COMMON,
    from: { ...MONTH, description: 'First month, 202001 for January 2020' },
    to: { ...MONTH, description: 'Last month' },
    remove_outliers: { ...SWITCH, description: 'Leave out the months that outliers are in' },
    is_outlier: { ...SWITCH, description: 'Say of each month whether an outlier is in it' },
  },
} as const;
export const PAGE_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { limit: COMMON.limit, offset: COMMON.offset, format: COMMON.format },
} as const;

interface PageQuery {
  readonly limit?: number;
  readonly offset?: number;
}
export interface RawQuery extends PageQuery {
  readonly vegetable?: string;
  readonly from?: string;
  readonly to?: string;
}
export interface MonthlyQuery extends PageQuery {
  readonly vegetable?: string;
  readonly from?: number;
  readonly to?: number;
  readonly remove_outliers?: string;
  readonly is_outlier?: string;
}

export interface SalesNames {
  readonly weeks: WeekNumbering;
  readonly resolveName: (written: string) => ResolvedName;
}

/** Rows of an answer, and how many there are on all its pages. */
export interface Found {
  readonly columns: readonly string[];
  readonly rows: readonly object[];
  readonly nTotal: number;
}

export function findRawSales(store: SalesStore, names: SalesNames, query: RawQuery): Found {
  const { from, to, vegetable } = query;
  const isNamed = createNameFilter(vegetable, store, names);
  const isWanted = (row: SalesRow): boolean => {
    const day = formatDate(firstDayOf(row, names.weeks));
    return (from === undefined || day >= from) && (to === undefined || day <= to) && isNamed(row.vegetable); // prettier-ignore
  };
  const isFiltered = vegetable !== undefined || from !== undefined || to !== undefined;
  const rows = isFiltered ? store.bronze().filter(isWanted) : store.bronze();
  return page(['year_week', 'date', 'vegetable', 'sales', 'kilo_sold'], rows, query);
}

export function findMonthlySales(
  store: SalesStore,
  { resolveName }: SalesNames,
  query: MonthlyQuery,
): Found {
  const { from = -Infinity, to = Infinity, vegetable } = query;
  const removesOutliers = isOn(query.remove_outliers);
  const showsOutliers = isOn(query.is_outlier);
  const wanted = vegetable === undefined ? null : (resolveName(vegetable).vegetable ?? vegetable);
  const isWanted = (row: { year_month: number; vegetable: string }): boolean =>
    row.year_month >= from && row.year_month <= to && (wanted === null || row.vegetable === wanted);
  const columns = ['year_month', 'vegetable', 'sales'];
  if (!removesOutliers && !showsOutliers) {
    return page(columns, store.gold().filter(isWanted), query);
  }
  const rows = store
    .taggedGold()
    .filter((row) => isWanted(row) && !(removesOutliers && row.is_outlier));
  if (showsOutliers) return page([...columns, 'is_outlier'], rows, query);
  const plain = rows.map(({ year_month, vegetable: name, sales }) => ({ year_month, vegetable: name, sales })); // prettier-ignore
  return page(columns, plain, query);
}

/** Names of bronze of which no vegetable could be told. */
export function findUnknownVegetables(store: SalesStore, query: PageQuery): Found {
  const rows = store
    .names()
    .filter(({ match }) => match === 'none')
    .map(({ written, nRows }) => ({ vegetable: written, n_rows: nRows }));
  return page(['vegetable', 'n_rows'], rows, query);
}

function page(columns: readonly string[], rows: readonly object[], query: PageQuery): Found {
  const { offset = 0, limit = Infinity } = query;
  return { columns, rows: rows.slice(offset, offset + limit), nTotal: rows.length };
}

function isOn(text: string | undefined): boolean {
  return text !== undefined && (text === '1' || text.toLowerCase() === 'true');
}

/** The name as written, or any that stands for the same vegetable. */
function createNameFilter(
  wanted: string | undefined,
  store: SalesStore,
  { resolveName }: SalesNames,
): (written: string) => boolean {
  if (wanted === undefined) return () => true;
  const { vegetable } = resolveName(wanted);
  const same = store.names().filter((name) => name.vegetable === vegetable);
  const names = new Set(vegetable === null ? [wanted] : same.map(({ written }) => written));
  return (written) => names.has(written);
}
