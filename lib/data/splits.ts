/** The rows that split tells apart, and the files that it writes them to. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import { PARTS } from '../preprocessing/apportion.ts';
import type { Part } from '../preprocessing/apportion.ts';
import { identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { cutCsv } from './csv-halves.ts';
import { copyStatement, openTable, writeTable } from './tables.ts';
import type { FileRelation } from './tables.ts';

/** In `out` while split runs: what is made of a CSV file, which is slow to read more than once. */
const SCRATCH = '.rows';
/** Stands beside the columns of the table, whatever their names. */
const PART_COLUMN = '".part of split"';
/** Two row groups are in memory at once, so they are small. */
const HALF_ROW_GROUP_SIZE = 30_720;

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
  mkdirSync(join(out, SCRATCH), { recursive: true });
  const isParquet = file.endsWith('.parquet');
  const pieces = isParquet ? [file] : await toParquet(database, table, join(out, SCRATCH));
  const columns = isParquet ? '*' : await narrowColumns(database, pieces);
  const hasId = table.columns.some(({ name }) => name === id);
  let nBefore = 2;
  const selects: string[] = [];
  for (const piece of pieces) {
    const rowNumber = hasId ? '' : `file_row_number + ${nBefore} AS ${identifier(id)}, `;
    selects.push(`SELECT ${rowNumber}${columns} FROM read_parquet(${literal(piece)})`);
    nBefore += await countParquetRows(database, piece);
  }
  await database.run(`CREATE VIEW identified AS ${selects.join(' UNION ALL ')}`);
  const relation = { ...table, sql: 'identified' };
  if (!hasId) return { ...relation, columns: [{ name: id, kind: 'number' }, ...table.columns] };
  await assertDistinct(database, relation, id);
  return relation;
}

/**
 * Writes the rows of each part, in their order, to `out/<part>.<ending>`; a part without rows gets no file.
 *
 * @param query - Gives the `part` of every row of `relation`, in its order, as the place in PARTS.
 * @returns Rows written per part.
 */
export async function writeParts(
  database: FileDatabase,
  relation: Relation,
  query: string,
  out: string,
  ending: string,
): Promise<Partial<Record<Part, number>>> {
  await database.run(
    `CREATE TABLE parts AS SELECT CAST(part AS TINYINT) AS ${PART_COLUMN} FROM (${query})`,
  );
  const rows = await database.query(`SELECT DISTINCT ${PART_COLUMN} AS part FROM parts`);
  const found = PARTS.filter((_, place) => rows.some(({ part }) => part === place)).toReversed();
  const counts = await database.copy(
    found.map((part) =>
      copyStatement(
        // a byte a row, found once: the hashes would be computed again for every part
        `SELECT * EXCLUDE (${PART_COLUMN}) FROM ${relation.sql} POSITIONAL JOIN parts WHERE ${PART_COLUMN} = ${PARTS.indexOf(part)}`,
        join(out, `${part}.${ending}`),
      ),
    ),
  );
  rmSync(join(out, SCRATCH), { recursive: true, force: true });
  return Object.fromEntries(found.map((part, index) => [part, counts[index]]));
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

/** Parquet files of the rows of a CSV file, in their order: two at once where the file can be cut. */
async function toParquet(
  database: FileDatabase,
  table: FileRelation,
  folder: string,
): Promise<string[]> {
  const [whole, first, second] = ['whole', 'first', 'second'].map((name) => join(folder, name));
  if (cutCsv(table.source, `${first}.csv`, `${second}.csv`)) {
    const statements = [first, second].map((half) => {
      const query = table.from.replace(literal(table.source), () => literal(`${half}.csv`));
      return `COPY (${query}) TO ${literal(`${half}.parquet`)} (FORMAT parquet, ROW_GROUP_SIZE ${HALF_ROW_GROUP_SIZE})`;
    });
    try {
      await database.copy(statements);
      return [`${first}.parquet`, `${second}.parquet`];
    } catch (error) {
      // the whole file is read again, for a message with its name and line
      if (!(error instanceof StageError)) throw error;
    }
  }
  await writeTable(database, `FROM ${table.sql}`, `${whole}.parquet`);
  return [`${whole}.parquet`];
}

async function countParquetRows(database: FileDatabase, file: string): Promise<number> {
  const [{ n }] = await database.query(
    `SELECT sum(num_rows) AS n FROM parquet_file_metadata(${literal(file)})`,
  );
  return Number(n);
}

/** Select list of all columns; 64 bits of a whole number that needs 32 only cost memory and time. */
async function narrowColumns(database: FileDatabase, files: readonly string[]): Promise<string> {
  const rows = await database.query(
    `SELECT path_in_schema AS name, column_id,
       bool_and(type = 'INT64' AND abs(try_cast(stats_min AS HUGEINT)) < ${2 ** 31} AND abs(try_cast(stats_max AS HUGEINT)) < ${2 ** 31}) AS is_narrow
     FROM parquet_metadata([${files.map(literal).join(', ')}]) GROUP BY ALL ORDER BY column_id`,
  );
  return rows
    .map(({ name, is_narrow: isNarrow }) => {
      const column = identifier(String(name));
      return isNarrow === true ? `CAST(${column} AS INTEGER) AS ${column}` : column;
    })
    .join(', ');
}
