/**
 * Table files of the stages: one file, or a folder of splits (train, valid, test), in Parquet or CSV.
 *
 * Statistics are fitted on `fit` alone, which is train, or the one table there is.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import { identifier, literal } from '../sql.ts';
import type { Column, Database, Relation } from '../sql.ts';
import { assertEvenRows, assertNoStrayText } from './check-csv.ts';
import { UNNAMED } from './data-errors.ts';
import type { FileDatabase } from './database.ts';
import { explainQuotes } from './unmatched-quote.ts';

export const SPLITS = ['train', 'valid', 'test'] as const;
/** Half of DuckDB's own: groups wait in memory until they are full; files are no larger and no slower. */
const ROW_GROUP_SIZE = 61_440;
/** DuckDB's own 32 MB make the whole file wait in memory; with these it is read as fast. */
const CSV_BUFFER_BYTES = 2 ** 21;
/** What names of tables end in. */
export const ENDINGS = ['.parquet', '.csv', '.csv.gz', '.tsv'] as const;

export interface FileRelation extends Relation {
  /** The query that reads the file, whose name stands in it once as a literal. */
  readonly from: string;
}

export interface Tables {
  /** `train`, `valid`, `test` of a folder (those that are there), or `table` of a file. */
  readonly relations: ReadonlyMap<string, Relation>;
  /** The rows that statistics may be fitted on. */
  readonly fit: Relation;
  readonly isFolder: boolean;
}

/**
 * Opens a table file or a folder of splits as views.
 *
 * @throws StageError E_DATA when a file is missing, empty, truncated or no table, when it has no row, when
 *   the splits differ in their columns, or when a column of a CSV file is of numbers but for a few texts.
 */
export async function openTables(
  database: FileDatabase,
  path: string,
  texts: readonly string[] = [],
): Promise<Tables> {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const files = isFolder ? listSplits(path) : new Map([['table', path]]);
  const relations = new Map<string, Relation>();
  for (const [name, file] of files) {
    relations.set(name, await openTable(database, file, name, texts));
  }
  const fit = relations.get('train') ?? relations.get('table');
  if (fit === undefined) {
    throw new StageError(
      'E_DATA',
      `${path} must hold train.parquet or train.csv; got ${[...files.keys()].join(', ') || 'no split'}`,
      {
        hint: 'statistics are fitted on train alone; name a folder that split wrote, or one file',
      },
    );
  }
  for (const relation of relations.values()) assertSameColumns(fit, relation);
  return { relations, fit, isFolder };
}

/**
 * Opens one table file under the name `name`.
 *
 * @param texts - Columns that hold texts, whatever these look like in a CSV file; a name of no column is passed over.
 */
export async function openTable(
  database: FileDatabase,
  file: string,
  name: string,
  texts: readonly string[] = [],
): Promise<FileRelation> {
  assertReadable(file);
  if (endingOf(file) === '.parquet') {
    return await openView(database, file, name, `FROM read_parquet(${literal(file)})`);
  }
  const relation = await explainQuotes(file, async () => {
    const opened = await openView(database, file, name, await sniffCsv(database, file, texts));
    await assertEvenRows(database, opened);
    return opened;
  });
  await assertNoStrayText(database, relation, texts);
  return relation;
}

async function openView(
  database: FileDatabase,
  file: string,
  name: string,
  from: string,
): Promise<FileRelation> {
  const sql = identifier(name);
  await naming(file, database.run(`CREATE OR REPLACE VIEW ${sql} AS ${from}`));
  const columns = await describeColumns(database, sql);
  const [row] = await database.query(`SELECT count(*) AS n FROM (FROM ${sql} LIMIT 1)`);
  if (row.n === 0) {
    throw new StageError('E_DATA', `${file} must have at least one row; got a header alone`);
  }
  return { sql, columns, source: file, from };
}

/** @param sql - What stands after FROM. */
export async function describeColumns(database: Database, sql: string): Promise<Column[]> {
  const rows = await database.query(`DESCRIBE FROM ${sql}`);
  return rows.map(({ column_name: name, column_type: type }) => ({
    name: String(name),
    kind: toKind(String(type)),
  }));
}

/** DuckDB does not always say which file is damaged. */
async function naming<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StageError) || !error.message.startsWith(UNNAMED)) throw error;
    const { code, hint } = error;
    throw new StageError(code, error.message.replace(UNNAMED, file), { hint, cause: error });
  }
}

/**
 * Writes `select(relation)` of every table: to files of the folder `out` when a folder was read, else to
 * the file `out`.
 *
 * @returns Rows written per table.
 */
export async function writeTables(
  database: FileDatabase,
  tables: Tables,
  out: string,
  select: (relation: Relation, name: string) => string,
): Promise<Record<string, number>> {
  if (tables.isFolder) mkdirSync(out, { recursive: true });
  const names = [...tables.relations.keys()];
  const statements = names.map((name) => {
    const relation = tables.relations.get(name)!;
    const file = tables.isFolder ? join(out, `${name}${endingOf(relation.source)}`) : out;
    return copyStatement(select(relation, name), file);
  });
  const counts = await database.copy(statements);
  return Object.fromEntries(names.map((name, index) => [name, counts[index]]));
}

/**
 * Writes `select` in the place of the fitted table, and the other tables as they are.
 *
 * @param select - null: all tables as they are.
 */
export async function copyTables(
  database: FileDatabase,
  tables: Tables,
  out: string,
  select: string | null,
): Promise<void> {
  if (tables.isFolder) mkdirSync(out, { recursive: true });
  for (const [name, relation] of tables.relations) {
    const ending = endingOf(relation.source);
    const file = tables.isFolder ? join(out, `${name}${ending}`) : out;
    const isChanged = relation === tables.fit && select !== null;
    // by the file system where it can be, so that the bytes are the same and nothing is decoded
    if (!isChanged && endingOf(file) === ending) copyFileSync(relation.source, file);
    else await writeTable(database, isChanged ? select : `FROM ${relation.sql}`, file);
  }
}

/** Writes the rows of a query, in its order, to a file whose ending names the format. */
export async function writeTable(
  database: FileDatabase,
  query: string,
  file: string,
): Promise<number> {
  const [count] = await database.copy([copyStatement(query, file)]);
  return count;
}

const CSV_OPTIONS = {
  '.csv': '',
  '.csv.gz': ', COMPRESSION gzip',
  '.tsv': String.raw`, DELIMITER '\t'`,
} as const;

/** COPY of the rows of a query, in its order, to a file whose ending names the format. */
export function copyStatement(query: string, file: string): string {
  const ending = endingOf(file);
  const format =
    ending === '.parquet'
      ? // nothing here looks for single values, which is what bloom filters are for
        `FORMAT parquet, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE ${ROW_GROUP_SIZE}`
      : `FORMAT csv, HEADER true${CSV_OPTIONS[ending]}`;
  return `COPY (${query}) TO ${literal(file)} (${format})`;
}

function listSplits(folder: string): Map<string, string> {
  const entries = readdirSync(folder);
  const files = new Map<string, string>();
  for (const name of SPLITS) {
    const file = ENDINGS.map((ending) => `${name}${ending}`).find((entry) =>
      entries.includes(entry),
    );
    if (file !== undefined) files.set(name, join(folder, file));
  }
  return files;
}

export function assertReadable(file: string): void {
  if (!existsSync(file)) {
    throw new StageError('E_DATA', `${file} must exist; got no such file`, {
      hint: 'name the file with its flag, or run the stage that writes it (npx dvc repro)',
    });
  }
  if (statSync(file).size === 0) {
    throw new StageError('E_DATA', `${file} must be a table; got an empty file`);
  }
}

/**
 * A query that reads the CSV file with the dialect and types that its first rows show: found once, since
 * DuckDB would look for them again at every use of a view.
 */
async function sniffCsv(
  database: FileDatabase,
  file: string,
  texts: readonly string[],
): Promise<string> {
  // skip = 0: the first line is the header, whatever the lines below it are
  const options = `header = true, skip = 0, quote = '"', escape = '"', buffer_size = ${CSV_BUFFER_BYTES}`;
  const sniff = async (more: string): Promise<string> => {
    const [{ Prompt: query }] = await database.query(
      `SELECT Prompt FROM sniff_csv(${literal(file)}, ${options}${more})`,
    );
    return String(query).replace(/;\s*$/, '');
  };
  const query = await sniff('');
  if (texts.length === 0) return query;
  const columns = await describeColumns(database, `(${query})`);
  const mistaken = columns.filter(({ name, kind }) => kind !== 'text' && texts.includes(name));
  if (mistaken.length === 0) return query;
  const types = mistaken.map(({ name }) => `${literal(name)}: 'VARCHAR'`);
  return await sniff(`, types = {${types.join(', ')}}`);
}

/** @throws StageError E_USAGE for an ending that names no table format. */
export function endingOf(file: string): (typeof ENDINGS)[number] {
  const ending = ENDINGS.find((candidate) => file.endsWith(candidate));
  if (ending === undefined) {
    throw new StageError('E_USAGE', `${file} must end in ${ENDINGS.join(', ')}`);
  }
  return ending;
}

export function toKind(type: string): Column['kind'] {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL|BOOLEAN)/.test(type))
    return 'number';
  if (/^(DATE|TIME)/.test(type)) return 'time';
  return type === 'VARCHAR' ? 'text' : 'other';
}

/** @throws StageError E_DATA when `other` has other columns than `fit`, or another order. */
export function assertSameColumns(fit: Relation, other: Relation): void {
  const expected = fit.columns.map(({ name }) => name);
  const found = other.columns.map(({ name }) => name);
  if (expected.join('\0') === found.join('\0')) return;
  const missing = expected.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !expected.includes(name));
  const difference =
    missing.length + extra.length === 0
      ? 'another order'
      : [...missing.map((name) => `no ${name}`), ...extra.map((name) => `an extra ${name}`)].join(
          ', ',
        );
  throw new StageError(
    'E_DATA',
    `${other.source} must have the columns of ${fit.source}; got ${difference}`,
  );
}
