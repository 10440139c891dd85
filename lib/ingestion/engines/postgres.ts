/** Keeps the tables in a database of PostgreSQL: engine `postgresql`. */
import { Client } from 'pg';
import { StageError } from '../../errors.ts';
import type { Tables } from '../medallion.ts';
import { NO_ROWS } from './engine.ts';
import type { Engine } from './engine.ts';
import { inUse } from './lock-file.ts';
import { FIRST_COLUMNS, TABLE_NAMES, fromStored, toStored } from './stored-rows.ts';
import type { StoredRow, StoredTables, TableName } from './stored-rows.ts';

const CONNECT_MS = 10_000;
/** How long the server may take to notice that the process before was killed. */
const LOCK_MS = 2000;
const LOCK_NOT_AVAILABLE = '55P03';

const TYPES: Readonly<Record<TableName, string>> = { bronze: 'text', silver: 'text', gold: 'int' };

/** @param url - `postgresql://user@host:5432/database`; what it leaves out comes from PGPASSWORD and its kin. */
export function openPostgresEngine(url: string): Engine {
  let client: Client | null = null;

  /** A new connection in the place of one that failed. */
  const connect = async (): Promise<Client> => {
    void client?.end().catch(() => {});
    client = await openClient(url);
    return client;
  };
  const rewrite = async (tables: Tables, emptied: readonly TableName[]): Promise<void> => {
    await client!.query('BEGIN');
    for (const table of emptied) await client!.query(`DELETE FROM ${table}`);
    await upsert(client!, tables);
    await client!.query('COMMIT');
  };
  return {
    load: async () => fromStored(await readTables(await connect())),
    commit: async (changes) => await upsert(client!, changes),
    clear: async () => await rewrite(NO_ROWS, TABLE_NAMES),
    rewrite: async (tables) => await rewrite({ ...tables, bronze: [] }, ['silver', 'gold']),
    close: async () => await client?.end(),
  };
}

async function openClient(url: string): Promise<Client> {
  const place = new URL(url);
  place.password = '';
  place.searchParams.delete('password');
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  });
  // the next query says it too
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(
      `SET synchronous_commit = on; SET lock_timeout = ${LOCK_MS}; SET tcp_keepalives_idle = 30`,
    );
    await client.query(
      `SELECT pg_advisory_lock(hashtext('timberline sales'), hashtext(current_schema()))`,
    );
    for (const table of TABLE_NAMES) await client.query(createTable(table));
  } catch (error) {
    void client.end().catch(() => {});
    const { code, message } = error as Error & { code?: string };
    if (code === LOCK_NOT_AVAILABLE) throw inUse(place.href, error);
    throw new StageError('E_ENVIRONMENT', `${place.href} must be reachable; got ${message}`, {
      hint: 'start the server, or mend the location',
      cause: error,
    });
  }
  return client;
}

function createTable(table: TableName): string {
  const first = FIRST_COLUMNS[table];
  return `CREATE TABLE IF NOT EXISTS ${table} (
    ${first} ${TYPES[table]} NOT NULL, vegetable text NOT NULL, sales double precision NOT NULL,
    PRIMARY KEY (${first}, vegetable)
  )`;
}

async function readTables(client: Client): Promise<StoredTables> {
  const read = async (table: TableName): Promise<StoredRow[]> => {
    const text = `SELECT * FROM ${table}`;
    return (await client.query<[string | number, string, number]>({ text, rowMode: 'array' })).rows;
  };
  // one after the other: a connection has one query at a time
  return { bronze: await read('bronze'), silver: await read('silver'), gold: await read('gold') };
}

/** One statement, which is a transaction of its own where there is none: one way to the server and back. */
const UPSERT = `WITH ${TABLE_NAMES.map((table, i) => `put_${table} AS (${insertFrom(table, 3 * i + 1)})`).join(',\n')}
  SELECT`;

/** @param parameter - Number of the first of the three that hold the columns. */
function insertFrom(table: TableName, parameter: number): string {
  const [first, vegetable, sales] = [0, 1, 2].map((column) => `$${parameter + column}`);
  return `INSERT INTO ${table}
    SELECT * FROM unnest(${first}::${TYPES[table]}[], ${vegetable}::text[], ${sales}::double precision[])
    ON CONFLICT (${FIRST_COLUMNS[table]}, vegetable) DO UPDATE SET sales = excluded.sales`;
}

async function upsert(client: Client, tables: Tables): Promise<void> {
  const stored = toStored(tables);
  const values = TABLE_NAMES.flatMap((table) =>
    [0, 1, 2].map((column) => stored[table].map((row) => row[column])),
  );
  await client.query({ name: 'upsert', text: UPSERT, values });
}
