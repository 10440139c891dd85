/** Which column of a table is what, where nobody says so. */
import { StageError } from '../errors.ts';
import { assertColumns, identifier } from '../sql.ts';
import type { Column, Database, Relation } from '../sql.ts';

export interface SeriesColumns {
  /** null: the table is one series. */
  readonly id: string | null;
  readonly time: string;
  readonly target: string;
}

/** As in the parameters; null: look for it. */
export interface ColumnOptions {
  readonly idCol: string | null;
  readonly timeCol: string | null;
  readonly targetCol: string | null;
}

/**
 * @throws StageError E_DATA when a named column is none of the table, or one that is not named cannot be told.
 */
export function findColumns(
  relation: Relation,
  { idCol, timeCol, targetCol }: ColumnOptions,
): SeriesColumns {
  assertColumns(
    relation,
    [idCol, timeCol, targetCol].filter((name) => name !== null),
  );
  const has = (name: string): boolean => relation.columns.some((column) => column.name === name);
  const id = idCol ?? (has('unique_id') ? 'unique_id' : null);
  const others = (kind: Column['kind'], taken: readonly (string | null)[]): string[] =>
    relation.columns
      .filter((c) => c.kind === kind && !taken.includes(c.name))
      .map(({ name }) => name);
  const time =
    timeCol ??
    (has('ds') ? 'ds' : only(others('time', [id, targetCol]), relation, 'times', '--time-col'));
  const target =
    targetCol ??
    (has('y') ? 'y' : only(others('number', [id, time]), relation, 'numbers', '--target-col'));
  return { id, time, target };
}

function only(
  names: readonly string[],
  { source, columns }: Relation,
  what: string,
  flag: string,
): string {
  const [name] = names;
  if (names.length === 1) return name;
  const got =
    names.length === 0 ? `none among ${columns.map((c) => c.name).join(', ')}` : names.join(', ');
  throw new StageError('E_DATA', `${source} must have one column of ${what}; got ${got}`, {
    hint: `name it with ${flag}`,
  });
}

/** @throws StageError E_DATA when a table that is one series has most of its times more than once. */
export async function assertOneSeries(
  database: Database,
  { sql, source }: Relation,
  time: string,
): Promise<void> {
  const [{ n, times }] = await database.query(
    `SELECT count(*) AS n, count(DISTINCT ${identifier(time)}) AS times FROM ${sql}`,
  );
  if (Number(times) * 2 > Number(n) || Number(n) < 2) return;
  throw new StageError(
    'E_DATA',
    `${source} must have each ${time} once, as no column names the series; got ${n} rows of ${times} times`,
    { hint: 'name the column of the series with --id-col' },
  );
}

export interface ExogenousColumns {
  readonly names: readonly string[];
  /** Columns of numbers that are left out, since they have empty cells. */
  readonly incomplete: readonly string[];
}

/**
 * @param asked - null: every column of numbers without empty cells.
 * @throws StageError E_DATA when one that is asked for is no column, or has empty cells.
 */
export async function findExogenous(
  database: Database,
  relation: Relation,
  { id, time, target }: SeriesColumns,
  asked: readonly string[] | null,
): Promise<ExogenousColumns> {
  if (asked !== null) assertColumns(relation, asked);
  const isOther = ({ name, kind }: Column): boolean =>
    kind === 'number' && ![id, time, target].includes(name);
  const names = asked ?? relation.columns.filter(isOther).map(({ name }) => name);
  if (names.length === 0) return { names, incomplete: [] };
  const counts = names.map((name, j) => {
    const value = `CAST(${identifier(name)} AS DOUBLE)`;
    return `count(*) FILTER (${value} IS NULL OR NOT isfinite(${value})) AS n${j}`;
  });
  const [row] = await database.query(`SELECT ${counts.join(', ')} FROM ${relation.sql}`);
  const incomplete = names.filter((_, j) => Number(row[`n${j}`]) > 0);
  if (asked !== null && incomplete.length > 0) {
    const got = incomplete
      .map((name) => `${name}: ${row[`n${names.indexOf(name)}`]} empty`)
      .join(', ');
    throw new StageError(
      'E_DATA',
      `${relation.source} must have a number in each row of its exogenous columns; got ${got}`,
      {
        hint: 'fill these cells, or leave the columns out',
      },
    );
  }
  return { names: names.filter((name) => !incomplete.includes(name)), incomplete };
}
