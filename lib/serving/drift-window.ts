/** The latest rows of requests, column by column, to be compared with the training rows. */
import type { RawRows } from '../models/row-scorer.ts';
import type { Distribution } from '../preprocessing/distribution.ts';
import type { Column } from '../sql.ts';

/** Values of a column in any order: numbers, NaN where one is missing; texts, null where one is. */
export type WindowValues = Float64Array | readonly (string | null)[];
/** By name. Of texts that the bundle keeps the lengths of, these: in characters. */
export type WindowColumns = ReadonlyMap<string, WindowValues>;

export interface DriftWindow {
  add(rows: RawRows): void;
  /** Rows that it holds now. */
  nRows(): number;
  /** A copy of what it holds. */
  columns(): WindowColumns;
}

/** Longer texts are no categories, but could fill the memory. */
const MAX_TEXT = 100;

/** @param size - Rows; those that came before the latest `size` are forgotten. */
export function createDriftWindow(
  input: readonly Column[],
  { columns }: Distribution,
  size: number,
): DriftWindow {
  const stores = input.map(({ name, kind }, j) => {
    const facts = columns[name];
    if (kind === 'number')
      return storeNumbers(size, ({ numbers }, i) => numbers[i * input.length + j]);
    if (facts.kind !== 'number' && facts.counts !== null) return storeTexts(size, name);
    return storeNumbers(size, ({ texts }, i) => countCharacters(texts.get(name)![i]));
  });
  let nAdded = 0;
  const nRows = (): number => Math.min(nAdded, size);
  return {
    nRows,
    add(rows) {
      for (let i = Math.max(0, rows.nRows - size); i < rows.nRows; i++) {
        const at = nAdded++ % size;
        for (const store of stores) store.put(rows, i, at);
      }
    },
    columns: () => new Map(input.map(({ name }, j) => [name, stores[j].copy(nRows())])),
  };
}

interface Store {
  /** Takes row i of `rows` to place `at`. */
  put(rows: RawRows, i: number, at: number): void;
  copy(nRows: number): WindowValues;
}

function storeNumbers(size: number, valueOf: (rows: RawRows, i: number) => number): Store {
  const values = new Float64Array(size);
  return {
    put(rows, i, at) {
      values[at] = valueOf(rows, i);
    },
    copy: (nRows) => values.slice(0, nRows),
  };
}

function storeTexts(size: number, name: string): Store {
  const values = new Array<string | null>(size).fill(null);
  return {
    put({ texts }, i, at) {
      const text = texts.get(name)![i];
      // by way of its bytes: a slice would keep the whole text alive
      const isLong = text !== null && text.length > MAX_TEXT;
      values[at] = isLong ? Buffer.from(text.slice(0, MAX_TEXT)).toString() : text;
    },
    copy: (nRows) => values.slice(0, nRows),
  };
}

/** Code points, as SQL counts them; NaN for null. */
function countCharacters(text: string | null): number {
  if (text === null) return NaN;
  let n = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) n++;
  return n;
}
