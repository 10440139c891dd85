/**
 * Keeps the tables as CSV files in a folder: engine `app_csv`.
 *
 * `bronze.csv`, `silver.csv` and `gold.csv` are whole tables, in order, as of the last time that they were written:
 * when the store was opened, emptied or closed, or the journal had grown. What was received since is in
 * `journal.csv`. Reading the journal over tables that have its rows already changes nothing, so that a process may
 * be killed between the two.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Tables } from '../medallion.ts';
import { openCsvJournal } from './csv-journal.ts';
import type { CsvJournal } from './csv-journal.ts';
import { NO_ROWS } from './engine.ts';
import type { Engine } from './engine.ts';
import { lockFile } from './lock-file.ts';
import { FIRST_COLUMNS, TABLE_NAMES, fromStored, toStored } from './stored-rows.ts';
import type { StoredRow, TableName } from './stored-rows.ts';

const MIN_JOURNAL_BYTES = 1 << 22;

/** A batch of this line alone empties the tables. */
const CLEAR = 'clear\n';

/**
 * @param folder - Made where there is none.
 * @param minJournalBytes - A journal goes into the tables when it is larger than this, and than they are.
 */
export function openCsvEngine(folder: string, minJournalBytes = MIN_JOURNAL_BYTES): Engine {
  let unlock: (() => void) | null = null;
  let journal: CsvJournal | null = null;
  let tableBytes = 0;

  const fileOf = (table: TableName): string => join(folder, `${table}.csv`);
  const rewrite = async (tables: Tables): Promise<void> => {
    const stored = toStored(tables);
    tableBytes = 0;
    for (const table of TABLE_NAMES) {
      const header = `${FIRST_COLUMNS[table]},vegetable,sales\n`;
      tableBytes += await replaceFile(fileOf(table), header + toLines(stored[table]));
    }
    await syncFolder(folder);
    await journal!.empty();
  };
  return {
    load: async () => {
      mkdirSync(folder, { recursive: true });
      unlock ??= lockFile(join(folder, 'lock'), folder);
      await journal?.close();
      journal = await openCsvJournal(join(folder, 'journal.csv'));
      await syncFolder(folder);
      const [bronze, silver, gold] = await Promise.all(
        TABLE_NAMES.map(async (table) => await readTable(fileOf(table))),
      );
      return fromStored({ bronze: replay(bronze, journal.batches), silver, gold });
    },
    commit: async (changes, before) => {
      if (journal!.nBytes() > Math.max(minJournalBytes, tableBytes)) await rewrite(before());
      await journal!.append(toLines(toStored(changes).bronze));
    },
    clear: async () => {
      await journal!.append(CLEAR);
      await rewrite(NO_ROWS);
    },
    rewrite,
    close: async (tables) => {
      if (tables !== null) await rewrite(tables());
      await journal?.close();
      unlock?.();
    },
  };
}

/** The rows of bronze after what the journal says. */
function replay(bronze: readonly StoredRow[], batches: readonly string[]): StoredRow[] {
  const clearing = batches.lastIndexOf(CLEAR);
  const rows = new Map<string, StoredRow>();
  const put = (row: StoredRow): void => void rows.set(`${row[0]} ${row[1]}`, row);
  if (clearing === -1) bronze.forEach(put);
  parseRows(batches.slice(clearing + 1).join(''), 1).forEach(put);
  return [...rows.values()];
}

function toLines(rows: readonly StoredRow[]): string {
  return stringify(rows as StoredRow[]);
}

async function readTable(file: string): Promise<StoredRow[]> {
  return existsSync(file) ? parseRows(await readFile(file, 'utf8'), 2) : [];
}

/** @param fromLine - 2: after a header. */
function parseRows(text: string, fromLine: number): StoredRow[] {
  const rows = parse(text, { from_line: fromLine }) as [string, string, string][];
  return rows.map(([first, vegetable, sales]) => [first, vegetable, Number(sales)]);
}

/** Writes a file beside and renames it when it is on the disk; its bytes. */
async function replaceFile(file: string, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  const handle = await open(`${file}.new`, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return bytes.length;
}

/** Names of files are durable when their folder is; Windows knows no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (platform() === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
