/** The frequency of a table, from its times. */
import { StageError } from '../errors.ts';
import { identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import { FREQUENCIES, parseFrequency } from './frequency.ts';
import type { Frequency, FrequencyName } from './frequency.ts';
import { onGridSql, stepSql, timeSql, weekdaySql } from './step-sql.ts';

/** The coarsest first: what begins a year begins a day too. */
const COARSE_FIRST: readonly FrequencyName[] = FREQUENCIES.toReversed().filter(
  (name) => name !== '1',
);

export interface TimeColumns {
  /** null: the table is one series. */
  readonly id: string | null;
  readonly time: string;
}

/**
 * The coarsest frequency by which most rows come one step after the row before; a few gaps, duplicates and times
 * between two steps do not hide it, so that {@link readPanel} can name them.
 *
 * @returns `1` for a column of numbers.
 * @throws StageError E_DATA when there is none.
 */
export async function inferFrequency(
  database: Database,
  relation: Relation,
  { id, time }: TimeColumns,
): Promise<Frequency> {
  const kind = relation.columns.find(({ name }) => name === time)?.kind;
  if (kind === 'number') return parseFrequency('1');
  const series = id === null ? '1' : `CAST(${identifier(id)} AS VARCHAR)`;
  for (const name of COARSE_FIRST) {
    const freq = await withWeekday(database, relation, time, parseFrequency(name));
    const [row] = await database.query(shareSql(relation, series, time, freq));
    if (Number(row.total) === 0) throw tooShort(relation, time);
    if (2 * Number(row.n) > Number(row.total)) return freq;
  }
  throw new StageError(
    'E_DATA',
    `${relation.source} must have times of one frequency in ${time}; got ${await describeTimes(database, relation, time)}`,
    {
      hint: 'name it with --freq (h, D, W, MS, QS, YS, or 1 for integers); months and quarters begin on their first day, years on theirs',
    },
  );
}

function tooShort({ source }: Relation, time: string): StageError {
  return new StageError(
    'E_DATA',
    `${source} must have two rows of a series, to tell the frequency of ${time}; got one of each`,
    { hint: 'name it with --freq (h, D, W, MS, QS, YS, or 1 for integers)' },
  );
}

/** Rows that lie one step after the row before, both at the beginning of a step, of rows that have one before. */
function shareSql(relation: Relation, series: string, time: string, freq: Frequency): string {
  const timestamp = timeSql(relation, time, freq);
  return `SELECT count(*) FILTER (step = previous + 1 AND on_grid) AS n, count(*) FILTER (place > 1) AS total
    FROM (SELECT step, on_grid, lag(step) OVER steps AS previous, row_number() OVER steps AS place
      FROM (SELECT ${series} AS id, ${stepSql(freq, timestamp)} AS step, ${onGridSql(freq, timestamp)} AS on_grid
        FROM ${relation.sql})
      WINDOW steps AS (PARTITION BY id ORDER BY step))`;
}

/** Weeks begin on the weekday that most rows have. */
export async function withWeekday(
  database: Database,
  relation: Relation,
  time: string,
  freq: Frequency,
): Promise<Frequency> {
  if (freq.name !== 'W') return freq;
  const timestamp = timeSql(relation, time, freq);
  const [most] = await database.query(
    `SELECT ${weekdaySql(timestamp)} AS weekday FROM ${relation.sql} WHERE ${timestamp} IS NOT NULL
     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`,
  );
  return most === undefined ? freq : { ...freq, weekday: Number(most.weekday) };
}

/** The first times, as they stand. */
async function describeTimes(database: Database, { sql }: Relation, time: string): Promise<string> {
  const rows = await database.query(
    `SELECT CAST(${identifier(time)} AS VARCHAR) AS time FROM ${sql} LIMIT 4`,
  );
  return `${rows.map((row) => row.time ?? 'an empty cell').join(', ')}, …`;
}
