/** DuckDB as the table engine of the stages: CSV and Parquet files, SQL, larger than memory. */
import { DuckDBInstance } from '@duckdb/node-api';
import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBScalarFunction,
} from '@duckdb/node-api';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import type { Database, Row, Value } from '../sql.ts';
import { toDataError } from './data-errors.ts';

export interface FileDatabase extends Database {
  /** Runs a statement that gives no rows. */
  run(sql: string): Promise<void>;
  /** Chunks of at most 2,048 rows, in order, without holding the whole result. */
  stream(sql: string): AsyncIterable<DuckDBDataChunk>;
  /** Adds rows to a table of the database. */
  createAppender(table: string): Promise<DuckDBAppender>;
  register(scalarFunction: DuckDBScalarFunction): void;
  close(): void;
}

/**
 * Opens an in-memory database; what does not fit into `memoryMb` spills to the temporary folder.
 *
 * @param options.threads - DuckDB's threads, at least 2; what is written does not depend on it.
 */
export async function openDatabase(options: {
  readonly threads: number;
  readonly memoryMb: number;
}): Promise<FileDatabase> {
  const instance = await DuckDBInstance.create(':memory:', {
    // with one thread DuckDB cuts the row groups of Parquet elsewhere, with any other count alike
    threads: String(Math.max(2, options.threads)),
    memory_limit: `${options.memoryMb}MB`,
    temp_directory: join(tmpdir(), `timberline-${pid}`),
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  return {
    async query(sql) {
      return await translate(async () => await readRows(connection, sql));
    },
    async run(sql) {
      await translate(async () => await connection.run(sql));
    },
    async *stream(sql) {
      const result = await translate(async () => await connection.stream(sql));
      for (;;) {
        const chunk = await translate(async () => await result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk;
      }
    },
    createAppender: async (table) => await connection.createAppender(table),
    register: (scalarFunction) => connection.registerScalarFunction(scalarFunction),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Runs `use` with a database that is closed afterwards. */
export async function withDatabase<T>(
  options: { readonly threads: number; readonly memoryMb: number },
  use: (database: FileDatabase) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(options);
  try {
    return await use(database);
  } finally {
    database.close();
  }
}

async function readRows(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJS().map((row) =>
    Object.fromEntries(
      // counts and ids come as bigint; they stay below 2^53
      Object.entries(row).map(([name, value]) => [name, toNumber(value as Value)]),
    ),
  );
}

function toNumber(value: Value): Value {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

async function translate<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDataError(error) ?? error;
  }
}
