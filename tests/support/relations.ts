import { openDatabase } from '../../lib/data/database.ts';
import type { FileDatabase } from '../../lib/data/database.ts';
import { identifier } from '../../lib/sql.ts';
import type { Column, Relation } from '../../lib/sql.ts';

/** A database for tests that are about SQL and not about files. */
export async function openTestDatabase(): Promise<FileDatabase> {
  return await openDatabase({ threads: 2, memoryMb: 256 });
}

/** Makes a table of the rows of `query`, in their order. */
export async function createRelation(
  database: FileDatabase,
  name: string,
  query: string,
): Promise<Relation> {
  const sql = identifier(name);
  await database.run(`CREATE OR REPLACE TABLE ${sql} AS ${query}`);
  const columns = (await database.query(`DESCRIBE ${sql}`)).map((row): Column => {
    const type = String(row.column_type);
    const kind = type === 'VARCHAR' ? 'text' : /^(DATE|TIME)/.test(type) ? 'time' : 'number';
    return { name: String(row.column_name), kind };
  });
  return { sql, columns, source: `${name}.csv` };
}

/** The numbers of one column of a query, in order. */
export async function readNumbers(database: FileDatabase, query: string): Promise<number[]> {
  return (await database.query(query)).map((row) => Number(Object.values(row)[0]));
}
