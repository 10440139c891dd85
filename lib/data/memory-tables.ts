/** Tables of a database that come from memory, and go there. */
import { BIGINT, DOUBLE, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { identifier } from '../sql.ts';
import type { Relation, Value } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { describeColumns } from './tables.ts';

/** Values by column, all of one length. */
export type TableColumns = Readonly<Record<string, readonly Value[]>>;

const N_BLOCK_ROWS = 2048;

/**
 * Makes a table of numbers and texts; a column with a text holds texts, one of whole numbers integers.
 *
 * @param source - What messages call it.
 */
export async function createTable(
  database: FileDatabase,
  name: string,
  columns: TableColumns,
  source: string,
): Promise<Relation> {
  const sql = identifier(name);
  const names = Object.keys(columns);
  const types = Object.values(columns).map(typeOf);
  const declared = names.map((column, c) => `${identifier(column)} ${types[c].toString()}`);
  await database.run(`CREATE OR REPLACE TABLE ${sql} (${declared.join(', ')})`);
  const appender = await database.createAppender(name);
  const nRows = columns[names[0]].length;
  for (let start = 0; start < nRows; start += N_BLOCK_ROWS) {
    const end = Math.min(nRows, start + N_BLOCK_ROWS);
    const chunk = DuckDBDataChunk.create(types, end - start);
    for (const [c, column] of names.entries()) {
      const cells = columns[column].slice(start, end);
      chunk.setColumnValues(c, cells.map(CONVERT[types[c].toString()]));
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  return { sql, columns: await describeColumns(database, sql), source };
}

/**
 * Makes a table of the rows of a query.
 *
 * @param source - What messages call it.
 */
export async function keepTable(
  database: FileDatabase,
  name: string,
  query: string,
  source: string,
): Promise<Relation> {
  const sql = identifier(name);
  await database.run(`CREATE OR REPLACE TABLE ${sql} AS ${query}`);
  return { sql, columns: await describeColumns(database, sql), source };
}

/** The columns of a query, in the order of its rows. */
export async function readColumns(database: FileDatabase, sql: string): Promise<TableColumns> {
  const rows = await database.query(sql);
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
}

function typeOf(values: readonly Value[]): typeof BIGINT | typeof DOUBLE | typeof VARCHAR {
  if (values.some((value) => typeof value === 'string')) return VARCHAR;
  return values.every((value) => value === null || Number.isSafeInteger(value)) ? BIGINT : DOUBLE;
}

const orNull =
  <T>(convert: (value: Value) => T) =>
  (value: Value): T | null =>
    value === null ? null : convert(value);

const CONVERT: Readonly<Record<string, (value: Value) => string | number | bigint | null>> = {
  [VARCHAR.toString()]: orNull(String),
  [DOUBLE.toString()]: orNull(Number),
  [BIGINT.toString()]: orNull((value) => BigInt(Number(value))),
};
