/** The rows that split tells apart, and the files that it writes them to. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import { identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { copyStatement, openTable, writeTable } from './tables.ts';

/** In `out` while split runs: the rows of a CSV file, which is slow to read more than once. */
const SCRATCH = '.rows.parquet';

/**
 * Opens a table whose rows `id` identifies. Where there is no such column it is added as the first one, of
 * BIGINT: the line of the row in a CSV file (2 for the first, where no cell holds a line break), and the
 * same number in a Parquet file. Whole numbers of a CSV file become INTEGER where all of the column fit.
 *
 * @param out - A folder for the time of the run; {@link writeParts} removes what is left in it.
 * @throws StageError E_DATA as {@link openTable}, and when a value of `id` is missing or there twice.
 */
export async function openRows(
  database: FileDatabase,
  file: string,
  id: string,
  out: string,
): Promise<Relation> {
  const table = await openTable(database, file, 'raw');
  mkdirSync(out, { recursive: true });
  const isParquet = file.endsWith('.parquet');
  const rows = isParquet ? file : join(out, SCRATCH);
  if (!isParquet) await writeTable(database, `FROM ${table.sql}`, rows);
  const columns = isParquet ? '*' : await narrowColumns(database, rows);
  const hasId = table.columns.some(({ name }) => name === id);
  const rowNumber = hasId ? '' : `file_row_number + 2 AS ${identifier(id)}, `;
  await database.run(
    `CREATE VIEW identified AS SELECT ${rowNumber}${columns} FROM read_parquet(${literal(rows)})`,
  );
  const relation = { ...table, sql: 'identified' };
  if (!hasId) return { ...relation, columns: [{ name: id, kind: 'number' }, ...table.columns] };
  await assertDistinct(database, relation, id);
  return relation;
}

/**
 * Writes the rows that meet each condition, in their order, to `out/<name><ending>`.
 *
 * @returns Rows written per part.
 */
export async function writeParts(
  database: FileDatabase,
  relation: Relation,
  conditions: ReadonlyMap<string, string>,
  out: string,
  ending: string,
): Promise<Record<string, number>> {
  const names = [...conditions.keys()];
  const counts = await database.copy(
    names.map((name) =>
      copyStatement(
        `FROM ${relation.sql} WHERE ${conditions.get(name)}`,
        join(out, `${name}.${ending}`),
      ),
    ),
  );
  rmSync(join(out, SCRATCH), { force: true });
  return Object.fromEntries(names.map((name, index) => [name, counts[index]]));
}

async function assertDistinct(
  database: FileDatabase,
  { sql, source }: Relation,
  id: string,
): Promise<void> {
  const column = identifier(id);
  const [row] = await database.query(
    `SELECT count(*) AS n, count(${column}) AS present, count(DISTINCT ${column}) AS n_distinct FROM ${sql}`,
  );
  if (row.n === row.n_distinct) return;
  const [example] = await database.query(
    `SELECT ${column} AS id, count(*) AS n FROM ${sql} GROUP BY 1 HAVING count(*) > 1 OR ${column} IS NULL ORDER BY 1 LIMIT 1`,
  );
  const got =
    row.present === row.n
      ? `${String(example.id)} in ${example.n} rows`
      : `${Number(row.n) - Number(row.present)} rows without a value`;
  throw new StageError('E_DATA', `${source} column ${id} must identify every row; got ${got}`, {
    hint: 'name the column of the row ids in base.id; where the table has none, split adds it',
  });
}

/** Select list of all columns; 64 bits of a whole number that needs 32 only cost memory and time. */
async function narrowColumns(database: FileDatabase, file: string): Promise<string> {
  const rows = await database.query(
    `SELECT path_in_schema AS name, column_id,
       bool_and(type = 'INT64' AND abs(try_cast(stats_min AS HUGEINT)) < ${2 ** 31} AND abs(try_cast(stats_max AS HUGEINT)) < ${2 ** 31}) AS is_narrow
     FROM parquet_metadata(${literal(file)}) GROUP BY ALL ORDER BY column_id`,
  );
  return rows
    .map(({ name, is_narrow: isNarrow }) => {
      const column = identifier(String(name));
      return isNarrow === true ? `CAST(${column} AS INTEGER) AS ${column}` : column;
    })
    .join(', ');
}
