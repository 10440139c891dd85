/** Keeps the tables in a file of SQLite. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import type { Engine } from './engine.ts';
import { FIRST_COLUMNS, TABLE_NAMES, fromStored, toStored } from './stored-rows.ts';
import type { StoredRow, StoredTables, TableName } from './stored-rows.ts';

/** Opens the file, and makes it where there is none. */
export function openSqliteEngine(file: string): Engine {
  const database = openSqlite(file);
  return {
    load: async () => fromStored(database.read()),
    commit: async (changes) => database.put(toStored(changes), false),
    replace: async (tables) => database.put(toStored(tables), true),
    close: async () => database.close(),
  };
}

interface Sqlite {
  read(): StoredTables;
  /** In one transaction, on the disk when it returns. */
  put(rows: StoredTables, isReplacing: boolean): void;
  close(): void;
}

function openSqlite(file: string): Sqlite {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  // one process at a time: another one would answer from a memory that knows nothing of these writes
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;',
  );
  for (const table of TABLE_NAMES) database.exec(createTable(table));
  const inserts = prepareEach(
    database,
    (table) => `INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?)`,
  );
  const selects = prepareEach(database, (table) => `SELECT * FROM ${table}`);
  const deletes = prepareEach(database, (table) => `DELETE FROM ${table}`);
  for (const select of Object.values(selects)) select.setReturnArrays(true);

  const read = (table: TableName): StoredRow[] => selects[table].all() as unknown as StoredRow[];
  const put: Sqlite['put'] = (rows, isReplacing) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const table of TABLE_NAMES) {
        if (isReplacing) deletes[table].run();
        for (const row of rows[table]) inserts[table].run(...row);
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  return {
    read: () => ({ bronze: read('bronze'), silver: read('silver'), gold: read('gold') }),
    put,
    close: () => database.close(),
  };
}

function createTable(table: TableName): string {
  const first = FIRST_COLUMNS[table];
  const type = table === 'gold' ? 'INTEGER' : 'TEXT';
  return `CREATE TABLE IF NOT EXISTS ${table} (
    ${first} ${type} NOT NULL, vegetable TEXT NOT NULL, sales REAL NOT NULL, PRIMARY KEY (${first}, vegetable)
  ) WITHOUT ROWID`;
}

function prepareEach(
  database: DatabaseSync,
  sql: (table: TableName) => string,
): Record<TableName, StatementSync> {
  const [bronze, silver, gold] = TABLE_NAMES.map((table) => database.prepare(sql(table)));
  return { bronze, silver, gold };
}
