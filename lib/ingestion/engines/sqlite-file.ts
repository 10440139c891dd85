/** The tables in a file of SQLite, written and read by the thread that opens it. */
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { FIRST_COLUMNS, TABLE_NAMES } from './stored-rows.ts';
import type { StoredRow, StoredTables, TableName } from './stored-rows.ts';

export interface SqliteFile {
  read(): StoredTables;
  /**
   * In one transaction, which is on the disk when it returns.
   *
   * @param emptied - Tables that lose their rows before.
   */
  write(rows: StoredTables, emptied: readonly TableName[]): void;
  close(): void;
}

/** Opens the file, and makes it where there is none. Others may read it meanwhile. */
export function openSqliteFile(file: string): SqliteFile {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  for (const table of TABLE_NAMES) database.exec(createTable(table));
  const prepare = (sql: (table: TableName) => string): Record<TableName, StatementSync> => {
    const [bronze, silver, gold] = TABLE_NAMES.map((table) => database.prepare(sql(table)));
    return { bronze, silver, gold };
  };
  const inserts = prepare((table) => `INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?)`);
  const selects = prepare((table) => `SELECT * FROM ${table}`);
  const deletes = prepare((table) => `DELETE FROM ${table}`);

  const readTable = (table: TableName): StoredRow[] => {
    selects[table].setReturnArrays(true);
    return selects[table].all() as unknown as StoredRow[];
  };
  const write: SqliteFile['write'] = (rows, emptied) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const table of emptied) deletes[table].run();
      for (const table of TABLE_NAMES) {
        for (const row of rows[table]) inserts[table].run(...row);
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  return {
    read: () => ({
      bronze: readTable('bronze'),
      silver: readTable('silver'),
      gold: readTable('gold'),
    }),
    write,
    close: () => database.close(),
  };
}

function createTable(table: TableName): string {
  const first = FIRST_COLUMNS[table];
  const type = table === 'gold' ? 'INTEGER' : 'TEXT';
  return `CREATE TABLE IF NOT EXISTS ${table} (
    ${first} ${type} NOT NULL, vegetable TEXT NOT NULL, sales REAL NOT NULL,
    PRIMARY KEY (${first}, vegetable)
  ) WITHOUT ROWID`;
}
