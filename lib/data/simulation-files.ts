/** The tables of a simulated world, written item by item: memory does not grow with their number. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import { simulateItem, spreadOverDays } from '../forecasting/sales/simulate.ts';
import type { SimulateParams } from '../forecasting/sales/simulate-params.ts';
import type { Progress } from '../progress.ts';
import type { Rng } from '../rng.ts';
import { writeJson } from './json-files.ts';
import { SALES_TABLES, listMonths } from './sales-files.ts';
import type { SalesTable } from './sales-files.ts';

/** Writes sales.csv, marketing.csv, price.csv, stock.csv, objectives.csv and parameters.json to the folder `out`. */
export function writeSimulation(
  out: string,
  params: SimulateParams,
  rng: (purpose: string) => Rng,
  progress: Progress,
  signal: AbortSignal,
): void {
  const months = listMonths(startOf(params), params.nMonths);
  mkdirSync(out, { recursive: true });
  const tables = Object.keys(SALES_TABLES) as SalesTable[];
  const files = tables.map((table) => openSync(join(out, `${table}.csv`), 'w'));
  try {
    for (const [k, table] of tables.entries()) {
      const { time, value } = SALES_TABLES[table];
      writeSync(files[k], `${time},item_id,${value}\n`);
    }
    for (let i = 0; i < params.nItems; i++) {
      signal.throwIfAborted();
      const lines = listLines(`item_${i}`, months, params, rng(`item ${i}`));
      for (const [k, table] of tables.entries()) writeSync(files[k], lines[table]);
      progress.update(i + 1);
    }
  } finally {
    files.forEach(closeSync);
  }
  const { a, b, c, d, e, push, noise } = params;
  writeJson(join(out, 'parameters.json'), { a, b, c, d, e, push, noise });
}

function startOf({ start }: SimulateParams): string {
  if (/^\d{4}-(0[1-9]|1[0-2])-01$/.test(start)) return start;
  throw new StageError(
    'E_PARAMS',
    `simulate.start must be the first day of a month, as 2019-10-01; got ${start}`,
  );
}

function listLines(
  item: string,
  months: readonly string[],
  params: SimulateParams,
  rng: Rng,
): Record<SalesTable, string> {
  const { sales, marketing, price, refills, objectives } = simulateItem(months, params, rng);
  const monthly = (values: Float64Array): string =>
    months.map((month, t) => `${month},${item},${values[t]}\n`).join('');
  const daily = months.map((month, t) =>
    spreadOverDays(refills[t], daysOf(month), rng)
      .map((refill, day) => {
        const date = `${month.slice(0, 8)}${String(day + 1).padStart(2, '0')}`;
        return `${date},${item},${refill}\n`;
      })
      .join(''),
  );
  return {
    sales: monthly(sales),
    marketing: monthly(marketing),
    price: monthly(price),
    stock: daily.join(''),
    objectives: [...objectives].map(([year, value]) => `${year},${item},${value}\n`).join(''),
  };
}

/** 28 to 31. */
function daysOf(month: string): number {
  const [year, index] = month.split('-').map(Number);
  return new Date(Date.UTC(year, index, 0)).getUTCDate();
}
