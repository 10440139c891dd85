/**
 * The SQL of joined columns: one query for all that share table, keys and window, with the values v0, v1 … of each
 * row of the base, in its order.
 */
import { double, identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { JoinColumn } from './declarations.ts';
import { daySql, microsecondsSql } from './times.ts';

/** Columns of one query: alike in all but name, kind of aggregate, column and missing. */
export type JoinGroup = readonly [JoinColumn, ...JoinColumn[]];

export function groupColumns(columns: readonly JoinColumn[]): JoinGroup[] {
  const groups = new Map<string, [JoinColumn, ...JoinColumn[]]>();
  for (const column of columns) {
    const { kind, table, on, times, window } = column;
    const key = JSON.stringify([window === null ? kind : 'window', table, on, times, window]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [column]);
    else group.push(column);
  }
  return [...groups.values()];
}

export function groupSql(base: Relation, parts: readonly Relation[], group: JoinGroup): string {
  const [{ kind }] = group;
  if (kind === 'lookup') return lookupSql(base, parts, group);
  if (kind === 'latest') return latestSql(base, parts, group);
  return windowSql(base, parts, group);
}

/** Rows of the base: its number from 1 on as `i`, keys k0, k1 …, and time `t` in microseconds. */
function baseSql(base: Relation, { on, times }: JoinColumn): string {
  const keys = on.map((key, k) => `${identifier(key.base)} AS k${k}`);
  const time = times === null ? [] : [`${microsecondsSql(base, times.base)} AS t`];
  return `SELECT ${['row_number() OVER () AS i', ...keys, ...time].join(', ')} FROM ${base.sql}`;
}

/**
 * Rows of a table that have all keys: its part and line as `part` and `line`, keys k0, k1 …, time `t`, and the
 * expressions `values` as v0, v1 ….
 */
export function eventsSql(
  parts: readonly Relation[],
  { on, times }: JoinColumn,
  values: readonly string[],
): string {
  const keys = on.map((key, k) => `${identifier(key.table)} AS k${k}`);
  const isWhole = on.map((key) => `${identifier(key.table)} IS NOT NULL`).join(' AND ');
  return parts
    .map((part, p) => {
      const place = [`${p} AS part`, 'row_number() OVER () AS line'];
      const time = times === null ? [] : [`${microsecondsSql(part, times.table)} AS t`];
      const cells = values.map((value, j) => `${value} AS v${j}`);
      const select = [...place, ...keys, ...time, ...cells].join(', ');
      return `SELECT ${select} FROM ${part.sql} WHERE ${isWhole}`;
    })
    .join(' UNION ALL ');
}

function lookupSql(base: Relation, parts: readonly Relation[], group: JoinGroup): string {
  return `SELECT ${orMissing(group)} FROM (${baseSql(base, group[0])}) AS b
    LEFT JOIN (${eventsSql(parts, group[0], cellsOf(group))}) AS e ON ${sameKeys(group[0])} ORDER BY b.i`;
}

/** Of rows with the same keys and time the last one counts, as the parts and their lines have it. */
function latestSql(base: Relation, parts: readonly Relation[], group: JoinGroup): string {
  const keys = keysOf(group[0]);
  const last = `SELECT * FROM (${eventsSql(parts, group[0], cellsOf(group))})
    QUALIFY row_number() OVER (PARTITION BY ${keys}, t ORDER BY part DESC, line DESC) = 1`;
  return `SELECT ${orMissing(group)} FROM (${baseSql(base, group[0])}) AS b
    ASOF LEFT JOIN (${last}) AS e ON ${sameKeys(group[0])} AND b.t > e.t ORDER BY b.i`;
}

/**
 * Aggregates over the rows of the table strictly before each row of the base: both stand in one window, where the
 * values of the rows of the base are NULL, which no aggregate sees.
 */
function windowSql(base: Relation, parts: readonly Relation[], group: JoinGroup): string {
  const keys = keysOf(group[0]);
  const { window } = group[0];
  const values = group.map(({ column }) =>
    column === null ? '1' : `CAST(${identifier(column)} AS DOUBLE)`,
  );
  const names = values.map((_, j) => `v${j}`);
  const partition = window === 'day' ? `${keys}, ${daySql('t')}` : keys;
  const start =
    typeof window === 'object' ? `${window!.microseconds} PRECEDING` : 'UNBOUNDED PRECEDING';
  return `SELECT ${names.join(', ')} FROM (
      SELECT i, ${group.map(aggregateSql).join(', ')}
      FROM (SELECT i, ${keys}, t, ${names.map((name) => `NULL AS ${name}`).join(', ')} FROM (${baseSql(base, group[0])})
        UNION ALL SELECT NULL, ${keys}, t, ${names.join(', ')} FROM (${eventsSql(parts, group[0], values)}))
      WINDOW before AS (PARTITION BY ${partition} ORDER BY t RANGE BETWEEN ${start} AND 1 PRECEDING))
    WHERE i IS NOT NULL ORDER BY i`;
}

function aggregateSql({ kind, missing }: JoinColumn, j: number): string {
  if (kind === 'count') return `count(v${j}) OVER before AS v${j}`;
  if (kind === 'sum') return `coalesce(sum(v${j}) OVER before, 0) AS v${j}`;
  return `${orElse(`avg(v${j}) OVER before`, missing)} AS v${j}`;
}

const keysOf = ({ on }: JoinColumn): string => on.map((_, k) => `k${k}`).join(', ');
const sameKeys = ({ on }: JoinColumn): string =>
  on.map((_, k) => `b.k${k} = e.k${k}`).join(' AND ');
const cellsOf = (group: JoinGroup): string[] => group.map(({ column }) => identifier(column!));
const orMissing = (group: JoinGroup): string =>
  group.map(({ missing }, j) => `${orElse(`e.v${j}`, missing)} AS v${j}`).join(', ');

function orElse(value: string, missing: string | number | null): string {
  if (missing === null) return value;
  if (typeof missing === 'string') return `coalesce(${value}, ${literal(missing)})`;
  return `coalesce(${value}, ${Number.isSafeInteger(missing) ? missing : double(missing)})`;
}
