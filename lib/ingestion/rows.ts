/**
 * Rows as senders write them, and what is wrong with those that are none.
 *
 * Numbers are JSON numbers: a text such as "489" is refused, since accepting it would make "202001" and 202001
 * one week under two keys, and what was received could not be given back as it was received.
 */
import { isRecord } from '../params/schema.ts';
import { FIRST_YEAR, LAST_YEAR, firstDayOfWeek, parseDate } from './weeks.ts';
import type { Day, WeekNumbering } from './weeks.ts';

/** Kilograms of a vegetable, as it was written, sold in a numbered week: 202001 is week 01 of 2020. */
export interface WeekRow {
  readonly year_week: number;
  readonly vegetable: string;
  readonly sales: number;
}
/** Kilograms sold in the seven days that begin with `date`, `YYYY-MM-DD`. */
export interface DateRow {
  readonly date: string;
  readonly vegetable: string;
  readonly kilo_sold: number;
}
/** A row that passed the checks: its own fields in this order, and no others. */
export type SalesRow = WeekRow | DateRow;

/** A field that is why its row was not taken; several of one row have the same index. */
export interface RefusedField {
  /** Place in the list, from 0. */
  readonly index: number;
  /** Null: the row is no object, or says both, or neither, of `year_week` and `date`. */
  readonly field: string | null;
  /** "must be …; got …", "is missing" and the like. */
  readonly reason: string;
}
/** A field that no row has; its row was taken without it. */
export interface ExtraField {
  readonly index: number;
  readonly field: string;
}

export interface CheckedRows {
  /** In the order of the list. */
  readonly rows: readonly SalesRow[];
  readonly refused: readonly RefusedField[];
  readonly extra: readonly ExtraField[];
  readonly nRefusedRows: number;
}

/** Longer names are no names; both ends are included. */
export const MAX_NAME_LENGTH = 200;
/** A thousand times what the world harvests in a year, so that no sum overflows. */
export const MAX_SALES = 1e15;

const MAX_SHOWN = 40;

/**
 * The first of the seven days that a row stands for.
 *
 * @throws RangeError for a row that did not pass the checks.
 */
export function firstDayOf(row: SalesRow, numbering: WeekNumbering): Day {
  const day = 'date' in row ? parseDate(row.date) : firstDayOfWeek(row.year_week, numbering);
  if (day === null) throw new RangeError(`no such seven days: ${JSON.stringify(row)}`);
  return day;
}

/** Checks each row of a list for itself, whatever the values are; those that pass are in `rows`. */
export function checkRows(list: readonly unknown[], numbering: WeekNumbering): CheckedRows {
  const rows: SalesRow[] = [];
  const refused: RefusedField[] = [];
  const extra: ExtraField[] = [];
  list.forEach((value, index) => {
    const nRefused = refused.length;
    const row = checkRow(value, numbering, (field, reason) =>
      refused.push({ index, field, reason }),
    );
    if (row === null || refused.length > nRefused) return;
    rows.push(row);
    for (const field of Object.keys(value as object)) {
      if (!Object.hasOwn(row, field)) extra.push({ index, field });
    }
  });
  return { rows, refused, extra, nRefusedRows: list.length - rows.length };
}

type Refuse = (field: string | null, reason: string) => void;

/** The row, of which nothing holds when `refuse` was called. */
function checkRow(value: unknown, numbering: WeekNumbering, refuse: Refuse): SalesRow | null {
  if (!isRecord(value)) {
    refuse(null, `must be an object; got ${show(value)}`);
    return null;
  }
  const hasWeek = Object.hasOwn(value, 'year_week');
  const hasDate = Object.hasOwn(value, 'date');
  if (hasWeek === hasDate) {
    refuse(null, `must have year_week or date; got ${hasWeek ? 'both' : 'neither'}`);
    return null;
  }
  const { year_week, date, vegetable } = value;
  if (hasWeek) refuseWrong(refuse, 'year_week', weekFault(year_week, numbering));
  else refuseWrong(refuse, 'date', dateFault(date));
  refuseWrong(refuse, 'vegetable', vegetableFault(vegetable));
  const field = hasWeek ? 'sales' : 'kilo_sold';
  const sales = value[field];
  const fault = salesFault(sales);
  refuseWrong(refuse, field, fault);
  if (fault !== null) return null;
  // -0 is written as 0, and must compare as it
  const amount = (sales as number) + 0;
  return hasWeek
    ? { year_week: year_week as number, vegetable: vegetable as string, sales: amount }
    : { date: date as string, vegetable: vegetable as string, kilo_sold: amount };
}

function refuseWrong(refuse: Refuse, field: string, fault: string | null): void {
  if (fault !== null) refuse(field, fault);
}

function weekFault(value: unknown, numbering: WeekNumbering): string | null {
  const absent = absence(value);
  if (absent !== null) return absent;
  if (!Number.isInteger(value) || !/^\d{6}$/.test(String(value))) {
    return `must be a number of six digits, year and week; got ${show(value)}`;
  }
  if (firstDayOfWeek(value as number, numbering) !== null) return null;
  const last = (value as number) % 100 > 53 ? 'weeks go up to 53' : 'the year has no such week';
  return `must be a week that exists (${last}, ${numbering} numbering); got ${show(value)}`;
}

function dateFault(value: unknown): string | null {
  const absent = absence(value);
  if (absent !== null) return absent;
  if (typeof value === 'string' && parseDate(value) !== null) return null;
  return `must be a date that exists, YYYY-MM-DD of ${FIRST_YEAR} to ${LAST_YEAR}; got ${show(value)}`;
}

function vegetableFault(value: unknown): string | null {
  const absent = absence(value);
  if (absent !== null) return absent;
  if (typeof value !== 'string') return `must be a text; got ${show(value)}`;
  if (value.trim() === '') return 'is empty';
  if (value.length > MAX_NAME_LENGTH) return `must have at most ${MAX_NAME_LENGTH} characters`;
  if (/\p{Cc}/u.test(value) || !value.isWellFormed()) {
    return `must have no control characters or broken ones; got ${show(value)}`;
  }
  return null;
}

function salesFault(value: unknown): string | null {
  const absent = absence(value);
  if (absent !== null) return absent;
  // 1e999 of JSON is Infinity
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return `must be a number; got ${show(value)}`;
  }
  if (value < 0) return `must not be negative; got ${value}`;
  return value <= MAX_SALES ? null : `must be at most ${MAX_SALES}; got ${value}`;
}

function absence(value: unknown): string | null {
  if (value === undefined) return 'is missing';
  return value === null ? 'is null' : null;
}

function show(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
