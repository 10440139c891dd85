/** Times of any table as microseconds since 1970 in UTC, so that those of two tables can be compared. */
import { StageError, listExamples } from '../errors.ts';
import { double, identifier, ROW_HINT } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';

const DAY_MICROSECONDS = 86_400_000_000;
const N_EXAMPLES = 5;

/** BIGINT; NULL where the cell is empty or no time. A time without a zone is UTC's, a date its midnight. */
export function microsecondsSql({ columns }: Relation, name: string): string {
  const kind = columns.find((column) => column.name === name)!.kind;
  if (kind !== 'time' && kind !== 'text') return 'CAST(NULL AS BIGINT)';
  const time = `TRY_CAST(${identifier(name)} AS TIMESTAMPTZ)`;
  return `(CASE WHEN isfinite(${time}) THEN epoch_us(${time}) END)`;
}

/** Day of the calendar in UTC, counted from 1970. */
export function daySql(microseconds: string): string {
  return `CAST(floor(${microseconds} / ${double(DAY_MICROSECONDS)}) AS BIGINT)`;
}

/** @throws StageError E_DATA naming the first rows whose cell is empty or no time. */
export async function assertTimes(
  database: Database,
  relation: Relation,
  name: string,
): Promise<void> {
  const rows = await database.query(
    `SELECT row, text, count(*) OVER () AS n
     FROM (SELECT row_number() OVER () AS row, CAST(${identifier(name)} AS VARCHAR) AS text,
         ${microsecondsSql(relation, name)} AS time FROM ${relation.sql})
     WHERE time IS NULL ORDER BY row LIMIT ${N_EXAMPLES}`,
  );
  if (rows.length === 0) return;
  const examples = listExamples(rows, ({ row, text }) =>
    text === null ? `an empty cell in row ${row}` : `${JSON.stringify(text)} in row ${row}`,
  );
  const nMore = Number(rows[0].n) - rows.length;
  throw new StageError(
    'E_DATA',
    `${relation.source} column ${name} must be a time in every row; got ${examples}${nMore > 0 ? ` and ${nMore} more` : ''}`,
    {
      hint: `times are written as 2025-03-30T14:05:00Z; without a zone they are taken for UTC; ${ROW_HINT}`,
    },
  );
}
