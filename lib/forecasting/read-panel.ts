/**
 * A long table as a panel, through SQL: one row for each series and step, every problem of the table in one
 * message.
 *
 * Series come in the order of their ids, numbers as numbers, rows in that of time.
 */
import { StageError } from '../errors.ts';
import { assertColumns, identifier } from '../sql.ts';
import type { Database, Relation, Row } from '../sql.ts';
import { toTime } from './frequency.ts';
import type { Frequency } from './frequency.ts';
import type { Exogenous, ExogenousKind, Panel } from './panel.ts';
import { onGridSql, stepSql, timeSql, weekdaySql } from './step-sql.ts';

/** A database that gives columns as arrays. */
export interface ColumnDatabase extends Database {
  /** The columns of a query, each DOUBLE without NULL, in the order of its rows. */
  readDoubles(sql: string): Promise<Float64Array[]>;
}

export interface PanelColumns {
  /** `unique_id`, `ds` and `y`, where the table calls them otherwise. */
  readonly id?: string;
  readonly time?: string;
  readonly target?: string;
  /** Numeric columns by what is known of them; NULL is NaN. */
  readonly exogenous?: Readonly<Record<string, ExogenousKind>>;
}

/**
 * @param freq - Weeks begin on its weekday; rows of another one are between two steps.
 * @throws StageError E_DATA for missing columns, an empty table, and times that are none or between two steps,
 *   steps that come twice or lack, and values that are no finite numbers: all of them in one message.
 */
export async function readPanel(
  database: ColumnDatabase,
  relation: Relation,
  freq: Frequency,
  { id = 'unique_id', time = 'ds', target = 'y', exogenous = {} }: PanelColumns = {},
): Promise<Panel> {
  const names = Object.keys(exogenous);
  assertColumns(relation, [id, time, target, ...names]);
  assertNumbers(relation, [target, ...names]);
  const timestamp = timeSql(relation, time, freq);
  const weekday = freq.name === 'W' ? weekdaySql(timestamp) : 'NULL';
  const rows = `SELECT CAST(${identifier(id)} AS VARCHAR) AS id, CAST(${identifier(time)} AS VARCHAR) AS ds,
    ${stepSql(freq, timestamp)} AS step, ${onGridSql(freq, timestamp)} AS on_grid, ${weekday} AS weekday,
    CAST(${identifier(target)} AS DOUBLE) AS y${names.map((name, j) => `, CAST(${identifier(name)} AS DOUBLE) AS x${j}`).join('')}
    FROM ${relation.sql}`;
  const isNumeric = relation.columns.some(({ name, kind }) => name === id && kind === 'number');
  const order = isNumeric ? 'CAST(id AS DOUBLE), id' : 'id';
  const problems = await database.query(problemSql(rows));
  if (problems.length > 0) throw toError(problems, relation, freq, { id, time, target });

  const series = await database.query(
    `SELECT id, min(step) AS first, count(*) AS n FROM (${rows}) GROUP BY id ORDER BY ${order}`,
  );
  if (series.length === 0)
    throw new StageError('E_DATA', `${relation.source} must have rows; got none`);
  const offsets = new Uint32Array(series.length + 1);
  series.forEach(({ n }, i) => (offsets[i + 1] = offsets[i] + Number(n)));
  const columns = ['y', ...names.map((_, j) => `coalesce(x${j}, CAST('NaN' AS DOUBLE))`)];
  const [y, ...values] = await database.readDoubles(
    `SELECT ${columns.join(', ')} FROM (${rows}) ORDER BY ${order}, step`,
  );
  return {
    freq,
    ids: series.map((row) => String(row.id)),
    starts: Int32Array.from(series, ({ first }) => Number(first)),
    offsets,
    y,
    exogenous: names.map((name, j): Exogenous => ({
      name,
      kind: exogenous[name],
      values: values[j],
    })),
  };
}

function assertNumbers({ columns, source }: Relation, names: readonly string[]): void {
  const wrong = columns.filter(({ name, kind }) => names.includes(name) && kind !== 'number');
  if (wrong.length === 0) return;
  const got = wrong.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  throw new StageError(
    'E_DATA',
    `${source} must have numbers in y and exogenous columns; got ${got}`,
    { hint: 'numbers have a point and no other marks: 1234.5' },
  );
}

/** In the order that the message names them. */
const PROBLEMS = ['no id', 'no time', 'off grid', 'no value', 'duplicate', 'gap'] as const;
type Problem = (typeof PROBLEMS)[number];

const N_EXAMPLES = 5;

/** Rows with a problem: the first few of each kind, with how many there are. */
function problemSql(rows: string): string {
  const kinds = `CASE WHEN id IS NULL THEN 'no id' WHEN step IS NULL THEN 'no time' WHEN NOT on_grid THEN 'off grid'
    WHEN y IS NULL OR NOT isfinite(y) THEN 'no value' WHEN step = previous THEN 'duplicate'
    WHEN step > previous + 1 THEN 'gap' END`;
  return `SELECT * FROM (
      SELECT *, row_number() OVER (PARTITION BY problem ORDER BY id, step, ds) AS place,
        count(*) OVER (PARTITION BY problem) AS n
      FROM (SELECT id, ds, step, weekday, y, previous, ${kinds} AS problem
        FROM (SELECT *, lag(step) OVER (PARTITION BY id ORDER BY step, ds) AS previous FROM (${rows})))
      WHERE problem IS NOT NULL)
    WHERE place <= ${N_EXAMPLES} ORDER BY problem, place`;
}

function toError(
  problems: readonly Row[],
  { source }: Relation,
  freq: Frequency,
  columns: Readonly<Record<'id' | 'time' | 'target', string>>,
): StageError {
  const step = freq.name === 'W' ? `W-${WEEKDAY_NAMES[freq.weekday - 1]}` : freq.name;
  const titles: Readonly<Record<Problem, string>> = {
    'no id': `rows without ${columns.id}`,
    'no time': `${columns.time} that is no ${freq.name === '1' ? 'integer' : 'time without a zone'}`,
    'off grid': `${columns.time} that begins no step of freq ${step} (${freq.name === 'W' ? 'another weekday, or ' : ''}mixed frequencies)`,
    'no value': `${columns.target} that is no finite number`,
    duplicate: 'duplicates',
    gap: 'gaps',
  };
  const found = PROBLEMS.filter((kind) => problems.some(({ problem }) => problem === kind));
  const parts = found.map((kind) => {
    const rows = problems.filter(({ problem }) => problem === kind);
    const n = Number(rows[0].n);
    const more = n > rows.length ? ` and ${n - rows.length} more` : '';
    return `${titles[kind]}: ${n} (${rows.map((row) => formatExample(kind, row, freq)).join(', ')}${more})`;
  });
  return new StageError(
    'E_DATA',
    `${source} must have one finite ${columns.target} for each step of each series; got ${parts.join('; ')}`,
    { hint: hintOf(found) },
  );
}

const WEEKDAY_NAMES = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

function formatExample(
  kind: Problem,
  { id, ds, step, weekday, y, previous }: Row,
  freq: Frequency,
): string {
  if (kind === 'no id') return String(ds);
  if (kind === 'no value') return `${id}: ${y === null ? 'empty' : String(y)} at ${ds}`;
  if (kind === 'off grid' && weekday !== null)
    return `${id}: ${ds} ${WEEKDAY_NAMES[Number(weekday) - 1]}`;
  if (kind !== 'gap') return `${id}: ${ds === null ? 'empty' : String(ds)}`;
  const [first, last] = [Number(previous) + 1, Number(step) - 1];
  const until = last > first ? ` to ${toTime(freq, last)}` : '';
  return `${id}: ${toTime(freq, first)}${until}`;
}

function hintOf(found: readonly Problem[]): string {
  if (found.includes('off grid') || found.includes('no time')) {
    return 'set freq to that of the times (h, D, W or W-SUN, MS, QS, YS, or 1 for integers), months and quarters by their first day';
  }
  if (found.includes('duplicate')) return 'add up or average the rows of a step first';
  return 'fill the missing steps (fill: zero where nothing was sold, or last), or cut the series';
}
