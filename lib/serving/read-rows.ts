/** Rows of a request as the raw rows of the model, with everything that is wrong with them. */
import type { RawRows } from '../models/row-scorer.ts';
import type { Column } from '../sql.ts';
import { didYouMean } from '../suggest.ts';
import { createFaultList, show } from './fault.ts';
import type { FaultList } from './fault.ts';
import type { SentRows } from './invocation.ts';

/** Columns of a request. */
export interface RowSchema {
  /** Those that the model needs, in its order. */
  readonly input: readonly Column[];
  /** Names of these, and of what may be there and is not looked at: target and id. */
  readonly known: ReadonlySet<string>;
  /** Whether any other column may be there: texts stand among much else. */
  readonly allowsUnknown: boolean;
}

/**
 * @returns The rows; they are of no use where there are faults.
 */
export function readRows(schema: RowSchema, sent: SentRows): { rows: RawRows; faults: FaultList } {
  const faults = createFaultList();
  const nRows = 'records' in sent ? sent.records.length : sent.data.length;
  const writer = createWriter(schema.input, nRows, faults);
  if ('records' in sent) readRecords(schema, sent.records, writer, faults);
  else readTable(schema, sent, writer, faults);
  return { rows: writer.rows, faults };
}

type Writer = ReturnType<typeof createWriter>;

function createWriter(input: readonly Column[], nRows: number, faults: FaultList) {
  const numbers = new Float64Array(nRows * input.length).fill(NaN);
  const texts = new Map(
    input.flatMap(({ name, kind }) =>
      kind === 'number' ? [] : [[name, new Array<string | null>(nRows).fill(null)] as const],
    ),
  );
  return {
    rows: { nRows, numbers, texts } satisfies RawRows,
    /** Puts a value of row i in its place, column j. */
    write(i: number, j: number, value: unknown): void {
      if (value === null) return;
      const { name, kind } = input[j];
      if (kind === 'number') {
        const found = typeof value === 'boolean' ? Number(value) : value;
        if (Number.isFinite(found)) numbers[i * input.length + j] = found as number;
        else faults.add(i, name, 'a finite number, or null', show(value));
      } else if (typeof value === 'string') texts.get(name)![i] = value;
      else faults.add(i, name, 'a text, or null', show(value));
    },
  };
}

function readRecords(
  schema: RowSchema,
  records: readonly Readonly<Record<string, unknown>>[],
  { write }: Writer,
  faults: FaultList,
): void {
  const { input } = schema;
  for (const [i, record] of records.entries()) {
    let nFound = 0;
    for (let j = 0; j < input.length; j++) {
      const { name } = input[j];
      const value = Object.hasOwn(record, name) ? record[name] : undefined;
      if (value === undefined) faults.add(i, name, MUST_BE_THERE, 'nothing');
      else {
        nFound++;
        write(i, j, value);
      }
    }
    const names = Object.keys(record);
    if (names.length === nFound || schema.allowsUnknown) continue;
    for (const name of names) addUnknown(schema, i, name, faults);
  }
}

const MUST_BE_THERE = 'a value, or null where it is missing';

function addUnknown(
  { input, known }: RowSchema,
  row: number | null,
  name: string,
  faults: FaultList,
): void {
  if (known.has(name)) return;
  // the search takes its time, and names may be as many and as long as they like
  const isWorth = !faults.isFull() && name.length <= MAX_NAME;
  const names = isWorth ? input.map((column) => column.name) : [];
  faults.add(row, name, `a column of the model${didYouMean(name, names)}`, 'an unknown one');
}

const MAX_NAME = 100;

function readTable(
  schema: RowSchema,
  { columns, data, areTexts }: Exclude<SentRows, { records: unknown }>,
  { write }: Writer,
  faults: FaultList,
): void {
  const names = columns ?? schema.input.map(({ name }) => name);
  const placeOf = new Map(names.map((name, place) => [name, place]));
  const places = schema.input.map(({ name }) => placeOf.get(name));
  checkColumns(schema, names, placeOf, faults);
  for (const [i, row] of data.entries()) {
    if (row.length !== names.length) {
      faults.add(i, '', `${names.length} values, one for each column`, `${row.length}`);
      continue;
    }
    for (const [j, place] of places.entries()) {
      if (place === undefined) continue;
      const { kind } = schema.input[j];
      write(i, j, areTexts ? readText(row[place] as string, kind) : (row[place] ?? null));
    }
  }
}

function checkColumns(
  schema: RowSchema,
  names: readonly string[],
  placeOf: ReadonlyMap<string, number>,
  faults: FaultList,
): void {
  for (const { name } of schema.input) {
    if (!placeOf.has(name)) faults.add(null, name, 'a column of the table', 'none');
  }
  for (const [place, name] of names.entries()) {
    if (placeOf.get(name) !== place) faults.add(null, name, 'one column of this name', 'two');
    else if (!schema.allowsUnknown) addUnknown(schema, null, name, faults);
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** A cell of CSV as the value that JSON would have; a text that is no number stays what it is. */
function readText(cell: string, kind: Column['kind']): unknown {
  if (cell === '') return null;
  if (kind !== 'number') return cell;
  const text = cell.trim();
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : (BOOLEANS.get(text.toLowerCase()) ?? cell);
}
