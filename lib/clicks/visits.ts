/**
 * Who visited what, as two sparse tables of counts: users by pages, behind their attributes one-hot, and pages by
 * users.
 */
import { StageError } from '../errors.ts';
import { fromTriplets } from '../sparse/csr.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
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
  const [i, j, counts] = await readTriplets(
    engine,
    `SELECT i::DOUBLE, j::DOUBLE, count(*)::DOUBLE
     FROM ${requests.sql} JOIN visitors USING (user_id) JOIN visited USING (page_id)
     GROUP BY i, j`,
  );
  const oneHot = await readAttributes(engine, users, attributes);
  const nAttributes = oneHot.columns.length;
  return {
    users: {
      ids: userIds,
      columns: [...oneHot.columns, ...[...pageIds].map((id) => `page=${id}`)],
      features: fromTriplets({
        nRows: userIds.length,
        nColumns: nAttributes + pageIds.length,
        rows: concatenate(oneHot.rows, i),
        columns: concatenate(
          oneHot.indices,
          j.map((page) => nAttributes + page),
        ),
        values: concatenate(new Float64Array(oneHot.rows.length).fill(1), counts),
      }),
    },
    pages: {
      ids: pageIds,
      columns: [...userIds].map((id) => `user=${id}`),
      features: fromTriplets({
        ...{ nRows: pageIds.length, nColumns: userIds.length },
        ...{ rows: j, columns: i, values: counts },
      }),
    },
  };
}

/** Where each user has each value of an attribute, `sex=F`; columns in the order of attributes and values. */
async function readAttributes(
  engine: CountEngine,
  users: Relation,
  attributes: readonly string[],
): Promise<{ columns: string[]; rows: Float64Array; indices: Float64Array }> {
  const columns: string[] = [];
  let [rows, indices] = [new Float64Array(), new Float64Array()];
  for (const name of attributes) {
    const values = `SELECT DISTINCT CAST(${identifier(name)} AS VARCHAR) AS value FROM ${users.sql}`;
    await engine.query(
      `CREATE OR REPLACE TABLE values_of_attribute AS
       SELECT value, row_number() OVER (ORDER BY value) - 1 AS v FROM (${values}) WHERE value IS NOT NULL`,
    );
    const [own, at] = await readTriplets(
      engine,
      `SELECT i::DOUBLE, (v + ${columns.length})::DOUBLE FROM ${users.sql} JOIN visitors USING (user_id)
       JOIN values_of_attribute ON CAST(${identifier(name)} AS VARCHAR) = value`,
    );
    const found = await engine.query('SELECT value FROM values_of_attribute ORDER BY v');
    columns.push(...found.map(({ value }) => `${name}=${value}`));
    rows = concatenate(rows, own);
    indices = concatenate(indices, at);
  }
  return { columns, rows, indices };
}

/** Of a query without rows no columns come. */
async function readTriplets(engine: CountEngine, sql: string): Promise<Float64Array[]> {
  const columns = await engine.readDoubles(sql);
  return columns.length > 0
    ? columns
    : [new Float64Array(), new Float64Array(), new Float64Array()];
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

function concatenate(first: Float64Array, second: Float64Array): Float64Array<ArrayBuffer> {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
