/** DuckDB as the table engine of the stages: CSV and Parquet files, SQL, larger than memory. */
import { DOUBLE, DuckDBInstance, DuckDBScalarFunction } from '@duckdb/node-api';
import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDoubleVector,
} from '@duckdb/node-api';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import type { Database, Row, Value } from '../sql.ts';
import { toDataError } from './data-errors.ts';

export interface FileDatabase extends Database {
  /** Runs a statement that gives no rows. */
  run(sql: string): Promise<void>;
  /**
   * Runs COPY statements, as many at once as there are threads, each on one thread: with more, DuckDB cuts
   * the row groups of Parquet where chance has it, and a sum of floating-point numbers varies.
   *
   * @returns Rows written by each.
   */
  copy(statements: readonly string[]): Promise<number[]>;
  /** Chunks of at most 2,048 rows, in order, without holding the whole result. */
  stream(sql: string): AsyncIterable<DuckDBDataChunk>;
  /** The columns of a query, each DOUBLE without NULL, in the order of its rows. */
  readDoubles(sql: string): Promise<Float64Array[]>;
  /** Adds rows to a table of the database. */
  createAppender(table: string): Promise<DuckDBAppender>;
  /** Rows of a query that runs on one thread, so that sums of doubles are the same on every machine. */
  queryInOrder(sql: string): Promise<Row[]>;
  /** Makes `compute` a function of SQL, from DOUBLE to DOUBLE; it is never given NULL. */
  registerDouble(name: string, compute: (value: number) => number): void;
  close(): void;
}

/**
 * Opens an in-memory database; what does not fit into `memoryMb` spills to the temporary folder.
 *
 * @param options.threads - DuckDB's threads; what is written does not depend on it.
 */
export async function openDatabase(options: {
  readonly threads: number;
  readonly memoryMb: number;
}): Promise<FileDatabase> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: `${options.memoryMb}MB`,
    temp_directory: join(tmpdir(), `timberline-${pid}`),
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  // what a time with a zone becomes depends on no machine
  await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
  const onOneThread = async <T>(work: () => Promise<T>): Promise<T> => {
    await connection.run('SET threads = 1');
    try {
      return await translate(work);
    } finally {
      await connection.run(`SET threads = ${options.threads}`);
    }
  };
  async function* stream(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const result = await translate(async () => await connection.stream(sql));
    for (;;) {
      const chunk = await translate(async () => await result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }
  return {
    async query(sql) {
      return await translate(async () => await readRows(connection, sql));
    },
    async run(sql) {
      await translate(async () => await connection.run(sql));
    },
    async queryInOrder(sql) {
      return await onOneThread(async () => await readRows(connection, sql));
    },
    async copy(statements) {
      const counts: number[] = [];
      const queue = [...statements.entries()];
      const work = async (own: DuckDBConnection): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const [row] = await readRows(own, next[1]);
          counts[next[0]] = Number(row.Count);
        }
      };
      const nOthers = Math.min(options.threads, statements.length) - 1;
      await onOneThread(async () => {
        const others = await Promise.all(Array.from({ length: nOthers }, () => instance.connect()));
        // all have ended before one's failure goes on: nobody closes a database that is at work
        const ended = await Promise.allSettled([connection, ...others].map(work));
        for (const other of others) other.closeSync();
        for (const end of ended) if (end.status === 'rejected') throw end.reason;
      });
      return counts;
    },
    stream,
    async readDoubles(sql) {
      const parts: Float64Array[][] = [];
      for await (const chunk of stream(sql)) {
        parts.push(Array.from({ length: chunk.columnCount }, (_, i) => doublesOf(chunk, i)));
      }
      return Array.from({ length: parts[0]?.length ?? 0 }, (_, i) =>
        concatenate(parts.map((columns) => columns[i])),
      );
    },
    createAppender: async (table) => await connection.createAppender(table),
    registerDouble: (name, compute) =>
      connection.registerScalarFunction(createDoubleFunction(name, compute)),
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

function createDoubleFunction(
  name: string,
  compute: (value: number) => number,
): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    returnType: DOUBLE,
    parameterTypes: [DOUBLE],
    mainFunction(_info, input, output) {
      const values = input.getColumnVector(0) as DuckDBDoubleVector;
      // its own accessors make an object of each number
      const from = (values as unknown as { items: Float64Array }).items;
      const to = (output as unknown as { items: Float64Array }).items;
      for (let i = 0; i < input.rowCount; i++) to[i] = compute(from[i]);
      output.flush();
    },
  });
}

/** A copy of the numbers; DuckDB's own accessors make an object of each. */
function doublesOf(chunk: DuckDBDataChunk, column: number): Float64Array {
  const { items } = chunk.getColumnVector(column) as unknown as { items: Float64Array };
  return items.slice(0, chunk.rowCount);
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
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
