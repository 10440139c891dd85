/**
 * Who visited what, as two sparse tables of counts: users by pages, behind their attributes one-hot, and pages by
 * users.
 */
import { StageError } from '../errors.ts';
import { fromTriplets, transpose } from '../sparse/csr.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { stackColumns } from '../sparse/stack-columns.ts';
import { identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';

export interface CountEngine extends Database {
  /** The columns of a query, each DOUBLE without NULL, in the order of its rows. */
  readDoubles(sql: string): Promise<Float64Array[]>;
}

export interface VisitTable {
  readonly features: CsrMatrix;
  readonly columns: readonly string[];
  /** In the order of the rows, which is that of the ids. */
  readonly ids: Float64Array | readonly string[];
}

export interface Visits {
  /** Of all users of the table, and of those that only requests name, who have no attributes. */
  readonly users: VisitTable;
  /** Of the pages that were visited. */
  readonly pages: VisitTable;
}

/**
 * @param requests - user_id and page_id of each visit, none empty.
 * @param users - user_id, each once, and attributes; an empty cell is no value.
 * @param attributes - Columns of `users`.
 * @throws StageError E_DATA for ids that are no integers below 2^53 and no texts.
 */
export async function countVisits(
  engine: CountEngine,
  { requests, users }: { readonly requests: Relation; readonly users: Relation },
  attributes: readonly string[],
): Promise<Visits> {
  await engine.query(
    `CREATE OR REPLACE TABLE visitors AS SELECT user_id, row_number() OVER (ORDER BY user_id) - 1 AS i
     FROM (SELECT user_id FROM ${users.sql} UNION SELECT user_id FROM ${requests.sql}) ORDER BY i`,
  );
  await engine.query(
    `CREATE OR REPLACE TABLE visited AS SELECT page_id, row_number() OVER (ORDER BY page_id) - 1 AS j
     FROM (SELECT DISTINCT page_id FROM ${requests.sql}) ORDER BY j`,
  );
  const userIds = await readIds(engine, 'visitors', 'user_id', requests.source);
  const pageIds = await readIds(engine, 'visited', 'page_id', requests.source);
  const visits = await readMatrix(
    engine,
    `SELECT i::DOUBLE, j::DOUBLE, count(*)::DOUBLE
     FROM ${requests.sql} JOIN visitors USING (user_id) JOIN visited USING (page_id)
     GROUP BY i, j`,
    { nRows: userIds.length, nColumns: pageIds.length },
  );
  const oneHot = await readAttributes(engine, users, attributes, userIds.length);
  return {
    users: {
      ids: userIds,
      columns: [...oneHot.columns, ...[...pageIds].map((id) => `page=${id}`)],
      features: stackColumns([...oneHot.features, visits]),
    },
    pages: {
      ids: pageIds,
      columns: [...userIds].map((id) => `user=${id}`),
      features: transpose(visits),
    },
  };
}

/** A matrix for each attribute: where each user has each value, `sex=F`; columns in the order of the values. */
async function readAttributes(
  engine: CountEngine,
  users: Relation,
  attributes: readonly string[],
  nRows: number,
): Promise<{ columns: string[]; features: CsrMatrix[] }> {
  const columns: string[] = [];
  const features: CsrMatrix[] = [];
  for (const name of attributes) {
    const values = `SELECT DISTINCT CAST(${identifier(name)} AS VARCHAR) AS value FROM ${users.sql}`;
    await engine.query(
      `CREATE OR REPLACE TABLE values_of_attribute AS
       SELECT value, row_number() OVER (ORDER BY value) - 1 AS v FROM (${values}) WHERE value IS NOT NULL`,
    );
    const found = await engine.query('SELECT value FROM values_of_attribute ORDER BY v');
    columns.push(...found.map(({ value }) => `${name}=${value}`));
    features.push(
      await readMatrix(
        engine,
        `SELECT i::DOUBLE, v::DOUBLE, 1::DOUBLE FROM ${users.sql} JOIN visitors USING (user_id)
         JOIN values_of_attribute ON CAST(${identifier(name)} AS VARCHAR) = value`,
        { nRows, nColumns: found.length },
      ),
    );
  }
  return { columns, features };
}

/** The matrix of a query of row, column and value, in any order. */
async function readMatrix(
  engine: CountEngine,
  sql: string,
  shape: { readonly nRows: number; readonly nColumns: number },
): Promise<CsrMatrix> {
  // of a query without rows no columns come
  const [rows = [], columns = [], values = []] = await engine.readDoubles(sql);
  return fromTriplets({ ...shape, rows, columns, values });
}

async function readIds(
  engine: CountEngine,
  table: string,
  name: string,
  source: string,
): Promise<VisitTable['ids']> {
  const rows = await engine.query(`SELECT ${name} AS id FROM ${table} ORDER BY id`);
  const ids = rows.map(({ id }) => id);
  if (ids.every((id): id is string => typeof id === 'string')) return ids;
  const wrong = ids.find((id) => !Number.isSafeInteger(id));
  if (wrong === undefined) return Float64Array.from(ids as number[]);
  throw new StageError(
    'E_DATA',
    `${source} column ${name} must hold integers below 2^53 or texts as ids; got ${String(wrong)}`,
  );
}
