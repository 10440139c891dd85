/** Tables by the hour as CSV: `order_date` and columns of numbers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { StageError } from '../errors.ts';
import { toStep, toTime } from '../forecasting/frequency.ts';
import { HOURLY } from '../forecasting/restaurants/hourly-features.ts';
import type { HourlyTable } from '../forecasting/restaurants/hourly-features.ts';
import { assertReadable } from './tables.ts';

const DATE = 'order_date';

/** `2018-10-31 19:00:00` of a step. */
export function toOrderDate(step: number): string {
  return toTime(HOURLY, step).replace('T', ' ');
}

/** Numbers are written so that they come back as they were. */
export function writeHourlyCsv(file: string, { columns, start, values }: HourlyTable): void {
  const width = columns.length;
  const lines = Array.from({ length: values.length / width }, (_, i) =>
    [toOrderDate(start + i), ...values.subarray(i * width, (i + 1) * width)].join(','),
  );
  writeFileSync(file, `${[[DATE, ...columns].join(','), ...lines].join('\n')}\n`);
}

/**
 * @param columns - What it must have beside `order_date`, in this order; null: any numbers.
 * @throws StageError E_DATA for other columns, a cell that is no number, hours that do not follow one another, and no
 *   rows.
 */
export function readHourlyCsv(file: string, columns: readonly string[] | null = null): HourlyTable {
  assertReadable(file);
  // no cell of such a table is quoted
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF|[\r\n]+$/g, '');
  const [header, ...rows] = text.split(/\r?\n/).map((line) => line.split(','));
  const names = header.slice(1);
  const isAsWanted = columns === null ? names.length > 0 : names.join() === columns.join();
  const refuse = (line: number, must: string, got: string): never => {
    throw new StageError('E_DATA', `${file}:${line} must ${must}; got ${JSON.stringify(got)}`, {
      hint: 'run the step that writes it again (npx dvc repro)',
    });
  };
  if (header[0] !== DATE || !isAsWanted) {
    refuse(1, `have the columns ${[DATE, ...(columns ?? ['…'])].join()}`, header.join());
  }
  if (rows.length === 0) refuse(2, 'be an hour', '');
  const start = toStep(HOURLY, rows[0][0]) ?? refuse(2, `have an hour as ${DATE}`, rows[0][0]);
  const values = new Float64Array(rows.length * names.length);
  rows.forEach(([date, ...cells], i) => {
    if (cells.length !== names.length) {
      refuse(i + 2, `have ${header.length} cells`, [date, ...cells].join());
    }
    if (toStep(HOURLY, date) !== start + i) {
      refuse(i + 2, `have ${toOrderDate(start + i)} as ${DATE}`, date);
    }
    cells.forEach((cell, j) => {
      const value = cell.trim() === '' ? NaN : Number(cell);
      if (!Number.isFinite(value)) refuse(i + 2, `have a number as ${names[j]}`, cell);
      values[i * names.length + j] = value;
    });
  });
  return { columns: names, start, values };
}
