/** A table as people hand it in: every cell of a CSV file is the text that it is, and none is refused. */
import { StageError } from '../errors.ts';
import { literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { MalformedLine } from '../validation/table-checks.ts';
import type { FileDatabase } from './database.ts';
import { assertReadable, endingOf, toKind } from './tables.ts';

export interface RawTable {
  readonly relation: Relation;
  /** Lines that the scans so far could not take for rows: of too many cells, of too few, not UTF-8. */
  readMalformedLines(): Promise<readonly MalformedLine[]>;
}

/** Of a malformed line so many characters are shown. */
const MAX_TEXT_LENGTH = 40;

/** DuckDB's table of the lines that it left out; it comes with the first scan. */
const REJECTS = 'reject_errors';

/** @throws StageError E_DATA when the file is missing, empty, no table or has no row; E_USAGE for its ending. */
export async function openRawTable(database: FileDatabase, file: string): Promise<RawTable> {
  assertReadable(file);
  const isParquet = endingOf(file) === '.parquet';
  const options = `header = true, quote = '"', escape = '"', all_varchar = true, store_rejects = true`;
  const reader = isParquet
    ? `read_parquet(${literal(file)})`
    : `read_csv(${literal(file)}, ${options})`;
  await database.run(`CREATE VIEW raw AS FROM ${reader}`);
  const columns = (await database.query('DESCRIBE raw')).map((row) => ({
    name: String(row.column_name),
    kind: toKind(String(row.column_type)),
  }));
  const readMalformedLines = async (): Promise<MalformedLine[]> => {
    if (isParquet) return [];
    const rows = await database.query(
      `SELECT DISTINCT line, error_type AS problem, csv_line FROM ${REJECTS}`,
    );
    return rows.map(({ line, problem, csv_line: text }) => ({
      line: Number(line),
      problem: `${String(problem).toLowerCase()}: ${String(text).slice(0, MAX_TEXT_LENGTH)}`,
    }));
  };
  const [{ n }] = await database.query('SELECT count(*) AS n FROM (FROM raw LIMIT 1)');
  if (n === 0 && (await readMalformedLines()).length === 0) {
    throw new StageError('E_DATA', `${file} must have at least one row; got a header alone`);
  }
  return { relation: { sql: 'raw', columns, source: file }, readMalformedLines };
}
