/**
 * The catalogue of the tables of a sales forecast: which columns each has, and how they are read into one
 * grid of items and months.
 */
import { StageError, listExamples } from '../errors.ts';
import { fiscalYear } from '../forecasting/sales/world.ts';
import type { SalesWorld } from '../forecasting/sales/world.ts';
import { assertColumns, identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { openTable } from './tables.ts';

/** Time and value of each table; all have the column item_id. */
export const SALES_TABLES = {
  sales: { time: 'dates', value: 'sales' },
  marketing: { time: 'dates', value: 'marketing_spend' },
  price: { time: 'dates', value: 'price' },
  stock: { time: 'date', value: 'stock_refill' },
  objectives: { time: 'fiscal_year', value: 'objective' },
} as const;

export type SalesTable = keyof typeof SALES_TABLES;

/** Paths of the tables of a configuration; null or none: not part of it. */
export type SalesPaths = { readonly sales: string } & Readonly<
  Partial<Record<Exclude<SalesTable, 'sales'>, string | null>>
>;

export interface SalesData {
  readonly world: SalesWorld;
  /** Place `i nMonths + t` of each row of the table of sales, in the order of its rows. */
  readonly rows: Int32Array;
}

const ITEM = 'item_id';

/**
 * Reads the tables that `paths` names.
 *
 * @throws StageError E_DATA where a file or column is missing, a date is none, an item and month come twice or
 *   not at all, a value is missing or negative (sales may be missing at the end alone).
 */
export async function readSalesWorld(
  database: FileDatabase,
  paths: SalesPaths,
): Promise<SalesData> {
  const grid = await readGrid(database, paths.sales);
  const readOther = async (
    table: 'marketing' | 'price' | 'stock',
  ): Promise<Float64Array | null> => {
    const path = paths[table] ?? null;
    return path === null ? null : await readValues(database, table, path, grid);
  };
  const { items, months, rows, sales } = grid;
  const world = {
    items,
    months,
    sales,
    marketing: await readOther('marketing'),
    price: await readOther('price'),
    refills: await readOther('stock'),
    objectives: paths.objectives ? await readObjectives(database, paths.objectives, grid) : null,
  };
  return { world, rows };
}

interface Grid {
  readonly items: readonly string[];
  readonly months: readonly string[];
  readonly sales: Float64Array;
  readonly rows: Int32Array;
}

async function readGrid(database: FileDatabase, path: string): Promise<Grid> {
  const relation = await openSalesTable(database, 'sales', path);
  const found = await database.query(
    `SELECT item FROM ${relation.sql} GROUP BY item ORDER BY min(line)`,
  );
  const [{ first, n }] = await database.query(
    `SELECT CAST(min(month) AS VARCHAR) AS first, datediff('month', min(month), max(month)) + 1 AS n
     FROM ${relation.sql}`,
  );
  const months = listMonths(String(first), Number(n));
  const items = found.map(({ item }) => String(item));
  await database.run(
    `CREATE OR REPLACE TEMP TABLE sales_items AS SELECT item, row_number() OVER (ORDER BY min(line)) - 1 AS i
     FROM ${relation.sql} GROUP BY item`,
  );
  const { at, filled } = await fillPlaces(database, 'sales', path, relation, { items, months });
  return { items, months, sales: filled, rows: Int32Array.from(at) };
}

async function readValues(
  database: FileDatabase,
  table: SalesTable,
  path: string,
  grid: Grid,
): Promise<Float64Array> {
  const relation = await openSalesTable(database, table, path);
  const { filled } = await fillPlaces(database, table, path, relation, grid);
  return filled;
}

/** The values of a table by place, and the place of each of its rows. */
async function fillPlaces(
  database: FileDatabase,
  table: SalesTable,
  path: string,
  relation: Relation,
  grid: Pick<Grid, 'items' | 'months'>,
): Promise<{ at: Float64Array; filled: Float64Array }> {
  const [line, at, values] = await readPlaces(database, relation, grid.months);
  const filled = new Float64Array(grid.items.length * grid.months.length);
  const seen = new Uint8Array(filled.length);
  const twice: number[] = [];
  for (const [row, place] of at.entries()) {
    if (seen[place] === 1) twice.push(row);
    seen[place] = 1;
    filled[place] += values[row];
  }
  const name = (place: number): string => nameOf(grid, place);
  // a month has many refills, and one value of everything else
  if (twice.length > 0 && table !== 'stock') {
    throw new StageError(
      'E_DATA',
      `${path} must have every item and month once; got ${listExamples(twice, (row) => `${name(at[row])} again in line ${line[row]}`)}`,
    );
  }
  assertComplete(path, table, seen, name);
  assertValues(path, SALES_TABLES[table].value, filled, grid);
  return { at, filled };
}

async function readObjectives(
  database: FileDatabase,
  path: string,
  { items, months }: Grid,
): Promise<Float64Array> {
  const relation = await openTable(database, path, 'objectives_file');
  const { time, value } = SALES_TABLES.objectives;
  assertColumns(relation, [ITEM, time, value]);
  const [index, years, objectives] = await database.readDoubles(
    `SELECT i::DOUBLE, ${identifier(time)}::DOUBLE, coalesce(try_cast(${identifier(value)} AS DOUBLE), 'NaN')
     FROM ${relation.sql} JOIN sales_items ON item = CAST(${identifier(ITEM)} AS VARCHAR)`,
  );
  const byYear = new Map<string, number>();
  const twice: string[] = [];
  for (const [row, i] of (index ?? new Float64Array()).entries()) {
    if (!(objectives[row] >= 0)) {
      throw new StageError(
        'E_DATA',
        `${path} column ${value} must be a number of at least 0; got ${objectives[row]} of ${items[i]}, ${years[row]}`,
      );
    }
    const key = `${i} ${years[row]}`;
    if (byYear.has(key)) twice.push(`${items[i]} ${years[row]}`);
    byYear.set(key, objectives[row]);
  }
  if (twice.length > 0) {
    throw new StageError(
      'E_DATA',
      `${path} must have every item and ${time} once; got ${listExamples(twice, (name) => name)} again`,
    );
  }
  const yearOf = months.map(fiscalYear);
  return Float64Array.from({ length: items.length * months.length }, (_, at) => {
    const t = at % months.length;
    return byYear.get(`${(at - t) / months.length} ${yearOf[t]}`) ?? NaN;
  });
}

/** A view of line, item, month and value of each row. */
async function openSalesTable(
  database: FileDatabase,
  table: SalesTable,
  path: string,
): Promise<Relation> {
  const relation = await openTable(database, path, `${table}_file`);
  const { time, value } = SALES_TABLES[table];
  assertColumns(relation, [ITEM, time, value]);
  const sql = identifier(`${table}_rows`);
  await database.run(
    `CREATE OR REPLACE TEMP TABLE ${sql} AS SELECT row_number() OVER () + 1 AS line,
       CAST(${identifier(ITEM)} AS VARCHAR) AS item, CAST(${identifier(time)} AS VARCHAR) AS text,
       CAST(date_trunc('month', try_cast(${identifier(time)} AS DATE)) AS DATE) AS month,
       try_cast(${identifier(value)} AS DOUBLE) AS value
     FROM ${relation.sql}`,
  );
  const [broken] = await database.query(
    `SELECT line, item, text FROM ${sql} WHERE month IS NULL OR item IS NULL ORDER BY line LIMIT 1`,
  );
  if (broken !== undefined) {
    const [column, got] = broken.item === null ? [ITEM, null] : [time, broken.text];
    throw new StageError(
      'E_DATA',
      `${path}:${broken.line} column ${column} must be ${column === time ? 'a date' : 'a name'}; got ${got === null ? 'an empty cell' : JSON.stringify(got)}`,
      { hint: 'dates are written as 2023-07-01' },
    );
  }
  return { ...relation, sql };
}

/** Line, place and value of every row of the items and months of the grid, in the order of the rows. */
async function readPlaces(
  database: FileDatabase,
  relation: Relation,
  months: readonly string[],
): Promise<Float64Array[]> {
  const t = `datediff('month', DATE ${literal(months[0])}, month)`;
  const columns = await database.readDoubles(
    `SELECT line::DOUBLE, (i * ${months.length} + ${t})::DOUBLE, coalesce(value, 'NaN')::DOUBLE
     FROM ${relation.sql} JOIN sales_items USING (item)
     WHERE ${t} BETWEEN 0 AND ${months.length - 1} ORDER BY line`,
  );
  return columns.length > 0 ? columns : [0, 1, 2].map(() => new Float64Array());
}

/** First days of `n` months from `first` on. */
export function listMonths(first: string, n: number): string[] {
  const start = Number(first.slice(0, 4)) * 12 + Number(first.slice(5, 7)) - 1;
  return Array.from({ length: n }, (_, t) => {
    const [year, month] = [Math.floor((start + t) / 12), ((start + t) % 12) + 1];
    return `${year}-${String(month).padStart(2, '0')}-01`;
  });
}

function nameOf({ items, months }: Pick<Grid, 'items' | 'months'>, place: number): string {
  const t = place % months.length;
  return `${items[(place - t) / months.length]} ${months[t]}`;
}

function assertComplete(
  path: string,
  table: string,
  seen: Uint8Array,
  name: (place: number) => string,
): void {
  const missing = [...seen.keys()].filter((place) => seen[place] === 0);
  if (missing.length === 0) return;
  throw new StageError(
    'E_DATA',
    `${path} must have a row for every item and month; got none for ${listExamples(missing, name)}`,
    { hint: `a month without ${table === 'stock' ? 'refills' : table} is a row of 0` },
  );
}

/** Values are numbers of at least 0; sales that are not known yet stand at the end. */
function assertValues(
  path: string,
  column: string,
  values: Float64Array,
  grid: Pick<Grid, 'items' | 'months'>,
): void {
  const n = grid.months.length;
  const isUnknownEnd = (at: number): boolean =>
    column === 'sales' &&
    values.subarray(at, at - (at % n) + n).every((value) => Number.isNaN(value));
  const bad = [...values.keys()].filter(
    (at) => !(values[at] >= 0 && values[at] < Infinity) && !isUnknownEnd(at),
  );
  if (bad.length === 0) return;
  throw new StageError(
    'E_DATA',
    `${path} column ${column} must be a number of at least 0; got ${listExamples(bad, (at) => `${values[at]} of ${nameOf(grid, at)}`)}`,
  );
}
