/**
 * The three tables of sales, in memory: bronze (as received), silver (weeks, clean names, added up) and gold
 * (months).
 *
 * What posts do to the tables is planned first and applied when it is durable, so that nobody reads what could
 * still be lost. Sums run over rows in an order of their own, so that the tables are the same bits whatever the
 * order in which rows came.
 */
import { compareMonthly, compareText, compareWeekly, sumShares } from './monthly-sales.ts';
import type { MonthlySales, WeekShare, WeeklySales } from './monthly-sales.ts';
import type { ResolvedName } from './names.ts';
import { createOutlierIndex } from './outlier-index.ts';
import type { OutlierRule } from './outliers.ts';
import { firstDayOf } from './rows.ts';
import type { SalesRow } from './rows.ts';
import { createSortedTable } from './sorted-table.ts';
import { monthShares } from './weeks.ts';
import type { Day, WeekNumbering } from './weeks.ts';

export interface MedallionOptions {
  readonly weeks: WeekNumbering;
  readonly resolveName: (written: string) => ResolvedName;
  readonly outliers: OutlierRule;
}

/** Rows of the three tables, one of each key. */
export interface Tables {
  readonly bronze: readonly SalesRow[];
  readonly silver: readonly WeeklySales[];
  readonly gold: readonly MonthlySales[];
}

/** What became of the rows of one post. */
export interface PostCounts {
  readonly nNew: number;
  /** The key was there with another value. */
  readonly nChanged: number;
  readonly nUnchanged: number;
}

/** What posts do to the tables. */
export interface Plan {
  /** Rows that are new or have another value. */
  readonly changes: Tables;
  /** One of each post. */
  readonly counts: readonly PostCounts[];
  /** Does it; to be called once, before anything else is planned. */
  apply(): void;
}

export interface TaggedMonthlySales extends MonthlySales {
  /** One of the weeks that the month has days of stands out of all weeks of the vegetable. */
  readonly is_outlier: boolean;
}

/** A name that rows were sent with, and what was made of it. */
export interface WrittenName extends ResolvedName {
  readonly written: string;
  readonly nRows: number;
}

/** The arrays are the tables' own: they change when a plan is applied. */
export interface Medallion {
  /** Posts in their order; of rows with the same key the last one counts. */
  plan(posts: readonly (readonly SalesRow[])[]): Plan;
  /** Ordered by first day, then as texts by `year_week` or `date`, then by name. */
  bronze(): readonly SalesRow[];
  /** Ordered by first day, then vegetable. */
  silver(): readonly WeeklySales[];
  /** Ordered by month, then vegetable. */
  gold(): readonly MonthlySales[];
  /** Gold with its outliers, in the same order. */
  taggedGold(): readonly TaggedMonthlySales[];
  /** Ordered as texts. */
  names(): readonly WrittenName[];
}

/** A row of bronze, with what follows from it alone. */
interface Entry {
  readonly row: SalesRow;
  readonly key: string;
  readonly firstDay: Day;
  readonly name: ResolvedName;
  readonly sales: number;
}

interface Group<Row, Part> {
  readonly row: Row;
  /** In the order in which they are added up. */
  readonly parts: readonly Part[];
}
type Week = Group<WeeklySales, Entry>;
type Month = Group<MonthlySales, MonthPart>;
interface MonthPart extends WeekShare {
  readonly firstDay: Day;
}

export function createMedallion(options: MedallionOptions): Medallion {
  const entries = new Map<string, Entry>();
  const weeks = new Map<string, Week>();
  const months = new Map<string, Month>();
  const names = new Map<string, WrittenName>();
  const tables = {
    bronze: createSortedTable(compareEntries),
    silver: createSortedTable(compareWeekly),
    gold: createSortedTable<MonthlySales>(compareMonthly),
    names: createSortedTable<WrittenName>((a, b) => compareText(a.written, b.written)),
  };
  const outliers = createOutlierIndex(options.outliers);

  const resolveName = (written: string): ResolvedName =>
    names.get(written) ?? options.resolveName(written);
  const plan = (posts: readonly (readonly SalesRow[])[]): Plan => {
    const drafted = new Map<string, Entry>();
    const counts = posts.map((rows) => draft(rows, entries, drafted, { ...options, resolveName }));
    const newEntries = [...drafted.values()].filter(
      ({ key, sales }) => entries.get(key)?.sales !== sales,
    );
    const newWeeks = planWeeks(newEntries, weeks);
    const newMonths = planMonths([...newWeeks.values()], months);
    const newNames = planNames(
      newEntries.filter(({ key }) => !entries.has(key)),
      names,
    );
    const bronze = newEntries.map(({ row }) => row);
    const silver = [...newWeeks.values()].map(({ row }) => row);
    const gold = [...newMonths.values()].map(({ row }) => row);
    const apply = (): void => {
      for (const entry of newEntries) entries.set(entry.key, entry);
      for (const [key, week] of newWeeks) weeks.set(key, week);
      for (const [key, month] of newMonths) months.set(key, month);
      for (const name of newNames) names.set(name.written, name);
      tables.names.put(newNames);
      tables.bronze.put(newEntries);
      tables.silver.put(silver);
      tables.gold.put(gold);
      outliers.put(silver);
    };
    return { changes: { bronze, silver, gold }, counts, apply };
  };

  return {
    plan,
    bronze: () => tables.bronze.rows.map(({ row }) => row),
    silver: () => tables.silver.rows,
    gold: () => tables.gold.rows,
    taggedGold: () =>
      tables.gold.rows.map((row) => {
        const { parts } = months.get(monthKey(row))!;
        return { ...row, is_outlier: outliers.holdsAny(row.vegetable, parts) };
      }),
    names: () => tables.names.rows,
  };
}

/** The key of a row in bronze: `year_week` or `date` as sent, and the name as written. */
function keyOf(row: SalesRow): string {
  return `${'date' in row ? row.date : row.year_week} ${row.vegetable}`;
}

/** Adds the rows that say something new to `drafted`. */
function draft(
  rows: readonly SalesRow[],
  entries: ReadonlyMap<string, Entry>,
  drafted: Map<string, Entry>,
  options: MedallionOptions,
): PostCounts {
  const counts = { nNew: 0, nChanged: 0, nUnchanged: 0 };
  for (const row of rows) {
    const key = keyOf(row);
    const sales = 'date' in row ? row.kilo_sold : row.sales;
    const known = drafted.get(key) ?? entries.get(key);
    if (known?.sales === sales) counts.nUnchanged++;
    else if (known !== undefined) {
      counts.nChanged++;
      drafted.set(key, { ...known, row, sales });
    } else {
      counts.nNew++;
      const name = options.resolveName(row.vegetable);
      drafted.set(key, { row, key, firstDay: firstDayOf(row, options.weeks), name, sales });
    }
  }
  return counts;
}

function planWeeks(
  newEntries: readonly Entry[],
  weeks: ReadonlyMap<string, Week>,
): Map<string, Week> {
  const plain = newEntries.filter(({ name }) => name.vegetable !== null);
  const groups = Map.groupBy(plain, ({ firstDay, name }) => `${firstDay} ${name.vegetable}`);
  const planned = [...groups].map(([key, changed]): [string, Week] => {
    const { firstDay, name } = changed[0];
    const parts = replaceParts(
      weeks.get(key)?.parts ?? [],
      changed,
      (entry) => entry.key,
      compareEntries,
    );
    const sales = parts.reduce((sum, entry) => sum + entry.sales, 0);
    return [key, { row: { firstDay, vegetable: name.vegetable!, sales }, parts }];
  });
  return new Map(planned);
}

function planMonths(
  newWeeks: readonly Week[],
  months: ReadonlyMap<string, Month>,
): Map<string, Month> {
  const shares = newWeeks.flatMap(({ row: { firstDay, vegetable, sales } }) =>
    monthShares(firstDay).map(({ yearMonth, nDays }) => ({
      ...{ firstDay, sales, nDays },
      ...{ year_month: yearMonth, vegetable },
    })),
  );
  const groups = Map.groupBy(shares, monthKey);
  const planned = [...groups].map(([key, changed]): [string, Month] => {
    const { year_month, vegetable } = changed[0];
    const parts = replaceParts<MonthPart>(
      months.get(key)?.parts ?? [],
      changed,
      ({ firstDay }) => firstDay,
      (a, b) => a.firstDay - b.firstDay,
    );
    return [key, { row: { year_month, vegetable, sales: sumShares(parts) }, parts }];
  });
  return new Map(planned);
}

function monthKey({ year_month, vegetable }: Omit<MonthlySales, 'sales'>): string {
  return `${year_month} ${vegetable}`;
}

/** `parts` with those of `changed` in the places of those with the same id, in order. */
function replaceParts<T>(
  parts: readonly T[],
  changed: readonly T[],
  idOf: (part: T) => unknown,
  compare: (a: T, b: T) => number,
): readonly T[] {
  const ids = new Set(changed.map(idOf));
  return [...parts.filter((part) => !ids.has(idOf(part))), ...changed].sort(compare);
}

function compareEntries(a: Entry, b: Entry): number {
  return a.firstDay - b.firstDay || compareText(a.key, b.key);
}

/** The names of `added` with all their rows. */
function planNames(
  added: readonly Entry[],
  names: ReadonlyMap<string, WrittenName>,
): WrittenName[] {
  return [...Map.groupBy(added, ({ row }) => row.vegetable)].map(([written, rows]) => {
    const { vegetable, match } = rows[0].name;
    return { written, vegetable, match, nRows: rows.length + (names.get(written)?.nRows ?? 0) };
  });
}
