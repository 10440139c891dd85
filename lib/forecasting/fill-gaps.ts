/** Steps that a table leaves out, and values that it leaves empty, as rows like the others. */
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { Frequency } from './frequency.ts';
import { stepSql, timeSql } from './step-sql.ts';

export interface FilledColumns {
  readonly id: string;
  readonly time: string;
  readonly target: string;
  /** Their last value stands where they have none. */
  readonly exogenous: readonly string[];
}

const INTERVALS = {
  h: '1 HOUR',
  D: '1 DAY',
  W: '7 DAY',
  MS: '1 MONTH',
  QS: '3 MONTH',
  YS: '1 YEAR',
} as const;

/**
 * @param fill - `zero`: 0; `last`: the value before, so that cells before the first value of a series
 *   stay empty.
 * @returns A query of the rows of `relation` and, from the first to the last time of each series, of what lacks.
 */
export function fillGapsSql(
  relation: Relation,
  freq: Frequency,
  fill: 'zero' | 'last',
  { id, time, target, exogenous }: FilledColumns,
): string {
  const timestamp = timeSql(relation, time, freq);
  const by = freq.name === '1' ? '1' : `INTERVAL ${INTERVALS[freq.name]}`;
  const before = (column: string): string =>
    `last_value(${column} IGNORE NULLS) OVER (PARTITION BY grid.id ORDER BY grid.time ROWS UNBOUNDED PRECEDING)`;
  const filled = { zero: `coalesce(rows.y, 0)`, last: before('rows.y') }[fill];
  const others = exogenous.map((name, j) => ({ name: identifier(name), as: `x${j}` }));
  return `WITH rows AS (
      SELECT ${identifier(id)} AS id, ${timestamp} AS time, ${stepSql(freq, timestamp)} AS step,
        TRY_CAST(${identifier(target)} AS DOUBLE) AS y${others.map(({ name, as }) => `, ${name} AS ${as}`).join('')} FROM ${relation.sql}),
    grid AS (
      SELECT id, unnest(generate_series(min(time), max(time), ${by})) AS time FROM rows GROUP BY id)
    SELECT coalesce(rows.id, grid.id) AS ${identifier(id)}, coalesce(rows.time, grid.time) AS ${identifier(time)},
      ${filled} AS ${identifier(target)}${others.map(({ name, as }) => `, ${before(`rows.${as}`)} AS ${name}`).join('')}
    FROM grid FULL JOIN rows ON rows.id = grid.id AND rows.step = ${stepSql(freq, 'grid.time')}`;
}
