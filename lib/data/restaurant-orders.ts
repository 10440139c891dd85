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
import { CsvError, parse } from 'csv-parse/sync';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StageError, listExamples } from '../errors.ts';
import { stepOfDate } from '../forecasting/frequency.ts';
import { HOURLY } from '../forecasting/restaurants/hourly-features.ts';
import type { HourlyTurnover } from '../forecasting/restaurants/hourly-features.ts';

/** What each restaurant calls the order; the other columns are the same. */
export const ORDER_COLUMNS = { 1: 'Order Number', 2: 'Order ID' } as const;
const COLUMNS = ['Order Date', 'Quantity', 'Product Price'] as const;
const SEPARATORS = [',', ';', '\t'] as const;
const MAX_EXAMPLES = 5;

/**
 * Reads the weeks `startWeek` to `endWeek`, both included, of the files
 * `restaurant_{1,2}_week_NNN.csv` of `folder`.
 *
 * @returns Of every hour from the first order to the last, both restaurants together: Σ quantity × price of its orders,
 *   each to the hundredth; an hour without orders is 0.
 * @throws StageError E_DATA naming every file that is missing or has foreign columns, or the first rows whose
 *   time is none, or whose quantity or price is no number of at least 0, and when there is no order at all.
 */
export function readTurnover(
  folder: string,
  { startWeek, endWeek }: { readonly startWeek: number; readonly endWeek: number },
): HourlyTurnover {
  const files = listOrderFiles(folder, startWeek, endWeek);
  assertFiles(files);
  const hours = new Map<number, number>();
  const problems: string[] = [];
  for (const { path } of files) addOrders(path, hours, problems);
  if (problems.length > 0) {
    const nMore = problems.length - MAX_EXAMPLES;
    const examples = problems.slice(0, MAX_EXAMPLES).join('\n');
    throw new StageError('E_DATA', examples + (nMore > 0 ? `\nand ${nMore} more` : ''), {
      hint: 'dates are written as 2018-10-31 19:24:00 or 31/10/2018 19:24',
    });
  }
  return joinHours(hours);
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

function hasColumns({ path, order }: OrderFile): boolean {
  const header = readHeader(path);
  const names = header.split(separatorOf(header)).map((name) => name.replace(/^"(.*)"$/, '$1'));
  return [order, ...COLUMNS].every((name) => names.includes(name));
}

/**
 * Adds what each order of a file brought in to its hour, in ten-thousandths: whole numbers, whose sums are exact and
 * alike in any order.
 */
function addOrders(path: string, hours: Map<number, number>, problems: string[]): void {
  const [header, ...rows] = readCells(path);
  const [time, quantity, price] = COLUMNS.map((name) => header.indexOf(name));
  // rows of one order follow one another
  let [text, hour] = ['', null as number | null];
  rows.forEach((cells, i) => {
    const refuse = (what: string, got: string): number =>
      problems.push(`${path}:${i + 2} ${what}; got ${got === '' ? 'an empty cell' : JSON.stringify(got)}`); // prettier-ignore
    const written = cells[time] ?? '';
    if (written !== text) [text, hour] = [written, toHour(written)];
    const amounts = [cells[quantity] ?? '', cells[price] ?? ''].map(toHundredths);
    if (cells.length !== header.length) {
      refuse(`must have ${header.length} cells`, cells.join());
    } else if (hour === null) {
      refuse('column Order Date must be a date and time', written);
    } else if (amounts[0] === null) {
      refuse('column Quantity must be a number of at least 0', cells[quantity]);
    } else if (amounts[1] === null) {
      refuse('column Product Price must be a number of at least 0', cells[price]);
    } else {
      hours.set(hour, (hours.get(hour) ?? 0) + amounts[0] * amounts[1]);
    }
  });
}

function readCells(path: string): string[][] {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF|[\r\n]+$/g, '');
  const delimiter = separatorOf(text.split('\n', 1)[0]);
  // most files have no quotes, and are read this way in a fifth of the time
  if (!text.includes('"')) {
    return text.split(/\r?\n/).map((line) => line.split(delimiter)); // prettier-ignore
  }
  try {
    return parse(text, { delimiter, relax_column_count: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { message } = error;
    throw new StageError('E_DATA', `${path} must be a well-formed CSV file; got ${message}`, {
      cause: error,
    });
  }
}

/** The hour of `2018-10-31 19:24:00` or `31/10/2018 19:24`, with seconds or without; null when it is none. */
function toHour(text: string): number | null {
  const [, date, time] = /^\s*(\S+) (\d\S+)\s*$/.exec(text) ?? [];
  if (date === undefined) return null;
  const [day, month, year] = date.split('/');
  const isoDate = year === undefined ? date : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`; // prettier-ignore
  return stepOfDate(HOURLY, `${isoDate} ${time}`);
}

/** null for what is no number of at least 0. */
function toHundredths(text: string): number | null {
  return /^\s*\d+(\.\d*)?\s*$/.test(text) ? Math.round(100 * Number(text)) : null;
}

function joinHours(hours: ReadonlyMap<number, number>): HourlyTurnover {
  if (hours.size === 0) {
    throw new StageError(
      'E_DATA',
      'the weeks from start_week to end_week must have orders; got none',
    );
  }
  const steps = [...hours.keys()].sort((a, b) => a - b);
  const cashIn = new Float64Array(steps.at(-1)! - steps[0] + 1);
  for (const [step, value] of hours) cashIn[step - steps[0]] = value / 10_000;
  return { start: steps[0], cashIn };
}
