/**
 * The orders of two restaurants, one CSV for each restaurant and week, as turnover by the hour.
 *
 * Times are taken as the files have them. Of days 1 to 12 of a month the data set has day and month swapped: by the
 * recorded weekday they show no weekend, swapped back they show the same one as the other days. The files of the weeks
 * follow the swapped dates, so that a window of weeks cannot be mended here; a model may know it.
 *
 * Times are local and without a zone, so a night of daylight saving shows as it was written: the hour that the
 * clock skips is 0, the hour that it repeats holds the orders of both.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StageError, listExamples } from '../errors.ts';
import { literal } from '../sql.ts';
import type { FileDatabase } from './database.ts';

/** What each restaurant calls the order; the other columns are the same. */
export const ORDER_COLUMNS = { 1: 'Order Number', 2: 'Order ID' } as const;
const COLUMNS = ['Order Date', 'Quantity', 'Product Price'] as const;
const SEPARATORS = [',', ';', '\t'] as const;
const TIMES = ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M'];

/** Turnover of every hour from the first order to the last, both restaurants together. */
export interface Turnover {
  /** First hour, `2018-10-31 19:00:00`. */
  readonly start: string;
  /** Σ quantity × price of the orders of each hour; an hour without orders is 0. */
  readonly cashIn: Float64Array;
}

/**
 * Reads the weeks `startWeek` to `endWeek`, both included, of the files
 * `restaurant_{1,2}_week_NNN.csv` of `folder`.
 *
 * @throws StageError E_DATA naming every file that is missing or has foreign columns, or the first rows whose
 *   time is none, or whose quantity or price is no number of at least 0, and when there is no order at all.
 */
export async function readTurnover(
  database: FileDatabase,
  folder: string,
  { startWeek, endWeek }: { readonly startWeek: number; readonly endWeek: number },
): Promise<Turnover> {
  const files = listOrderFiles(folder, startWeek, endWeek);
  assertFiles(files);
  // one statement a file: DuckDB holds 30 MiB for each CSV that a query reads
  for (const [i, file] of files.entries()) {
    const into = `${i === 0 ? 'CREATE OR REPLACE TEMP TABLE' : 'INSERT INTO'} restaurant_orders`;
    await database.run(`${into} ${i === 0 ? 'AS ' : ''}${toSelect(file)}`);
  }
  await assertRows(database);
  return await sumByHour(database);
}

/** Whether both restaurants have a file of the week. */
export function hasWeek(folder: string, week: number): boolean {
  return listOrderFiles(folder, week, week).every(({ path }) => existsSync(path));
}

interface OrderFile {
  readonly path: string;
  readonly order: string;
}

function listOrderFiles(folder: string, startWeek: number, endWeek: number): OrderFile[] {
  const weeks = Array.from({ length: endWeek - startWeek + 1 }, (_, i) => startWeek + i);
  return weeks.flatMap((week) =>
    Object.entries(ORDER_COLUMNS).map(([restaurant, order]) => ({
      path: join(folder, `restaurant_${restaurant}_week_${String(week).padStart(3, '0')}.csv`),
      order,
    })),
  );
}

function assertFiles(files: readonly OrderFile[]): void {
  const missing = files.filter(({ path }) => !existsSync(path));
  if (missing.length > 0) {
    throw new StageError(
      'E_DATA',
      `every week from start_week to end_week must have a file of each restaurant; got none at ${listExamples(missing, ({ path }) => path)}`,
      { hint: 'choose start_week and end_week so that no week between them is missing' },
    );
  }
  const foreign = files.filter((file) => !hasColumns(file));
  if (foreign.length === 0) return;
  throw new StageError(
    'E_DATA',
    `${listExamples(foreign, ({ path, order }) => `${path}:1 must have the columns ${[order, ...COLUMNS].join(', ')}; got ${JSON.stringify(readHeader(path))}`)}`,
  );
}

function readHeader(path: string): string {
  const [header] = readFileSync(path, 'utf8').split(/\r?\n/, 1);
  return header.replace(/^\uFEFF/, '');
}

function separatorOf(header: string): string {
  return SEPARATORS.find((separator) => header.includes(separator)) ?? ',';
}

function namesOf(header: string): string[] {
  return header.split(separatorOf(header)).map((name) => name.replace(/^"(.*)"$/, '$1'));
}

function hasColumns({ path, order }: OrderFile): boolean {
  const names = namesOf(readHeader(path));
  return [order, ...COLUMNS].every((name) => names.includes(name));
}

/**
 * Amounts are decimals, so that sums are exact and alike in any order. DuckDB is told what the header says: to find
 * the columns by itself takes it most of the time of a file.
 */
function toSelect({ path }: OrderFile): string {
  const header = readHeader(path);
  const names = namesOf(header);
  const [time, quantity, price] = COLUMNS.map((name) => columnAt(names.indexOf(name)));
  const types = names.map((_, i) => `${literal(columnAt(i))}: 'VARCHAR'`).join(', ');
  return `SELECT ${literal(path)} AS path, row_number() OVER () + 1 AS line,
    ${time} AS time_text, ${quantity} AS quantity_text, ${price} AS price_text,
    try_strptime(trim(${time}), [${TIMES.map(literal).join(', ')}]) AS time,
    try_cast(${quantity} AS DECIMAL(9, 2)) AS quantity, try_cast(${price} AS DECIMAL(9, 2)) AS price
    FROM read_csv(${literal(path)}, delim = ${literal(separatorOf(header))}, quote = '"', escape = '"',
      header = true, auto_detect = false, columns = {${types}})`;
}

const columnAt = (i: number): string => `column_${i}`;

async function assertRows(database: FileDatabase): Promise<void> {
  const isBad = 'time IS NULL OR quantity IS NULL OR quantity < 0 OR price IS NULL OR price < 0';
  const bad = await database.query(
    `SELECT *, count(*) OVER () AS n FROM restaurant_orders WHERE ${isBad} ORDER BY path, line LIMIT 5`,
  );
  if (bad.length === 0) return;
  const examples = bad.map((row) => {
    const [column, got, must] =
      row.time === null
        ? ['Order Date', row.time_text, 'a date and time']
        : row.quantity === null || Number(row.quantity) < 0
          ? ['Quantity', row.quantity_text, 'a number of at least 0']
          : ['Product Price', row.price_text, 'a number of at least 0'];
    return `${row.path}:${row.line} column ${column} must be ${must}; got ${got === null ? 'an empty cell' : JSON.stringify(got)}`;
  });
  const nMore = Number(bad[0].n) - bad.length;
  throw new StageError('E_DATA', examples.join('\n') + (nMore > 0 ? `\nand ${nMore} more` : ''), {
    hint: 'dates are written as 2018-10-31 19:24:00 or 31/10/2018 19:24',
  });
}

async function sumByHour(database: FileDatabase): Promise<Turnover> {
  const [{ start }] = await database.query(
    `SELECT strftime(date_trunc('hour', min(time)), '%Y-%m-%d %H:%M:%S') AS start FROM restaurant_orders`,
  );
  if (start === null) {
    throw new StageError(
      'E_DATA',
      'the weeks from start_week to end_week must have orders; got none',
    );
  }
  const [cashIn] = await database.readDoubles(
    `WITH hours AS (SELECT date_trunc('hour', time) AS hour, sum(quantity * price) AS cash_in
       FROM restaurant_orders GROUP BY 1)
     SELECT coalesce(cash_in, 0)::DOUBLE
     FROM (SELECT unnest(generate_series(min(hour), max(hour), INTERVAL 1 HOUR)) AS hour FROM hours)
     LEFT JOIN hours USING (hour) ORDER BY hour`,
  );
  return { start: String(start), cashIn };
}
