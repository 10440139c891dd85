/** Whether tables have what declarations ask of them. */
import { StageError, listExamples } from '../errors.ts';
import type { Column, Database, Relation } from '../sql.ts';
import { didYouMean } from '../suggest.ts';
import { eventsSql } from './column-sql.ts';
import type { JoinColumn } from './declarations.ts';
import { assertTimes } from './times.ts';

/** Tables by name, each of one or more parts with the same columns, one below the other. */
export type JoinTables = ReadonlyMap<string, readonly Relation[]>;

/**
 * @throws StageError E_DATA naming every table or column that is missing, of another kind than needed, or there
 *   already; then the first times that are none; then the keys of look-ups that come more than once.
 */
export async function assertJoinable(
  database: Database,
  base: Relation,
  tables: JoinTables,
  columns: readonly JoinColumn[],
): Promise<void> {
  const names = new Set(base.columns.map(({ name }) => name));
  const problems = columns.flatMap((column) => {
    const isThere = names.has(column.name);
    names.add(column.name);
    const found = findProblems(base, tables, column).map((what) => `${column.name}: ${what}`);
    return isThere ? [...found, `${column.name} is a column already`] : found;
  });
  if (problems.length > 0) {
    throw new StageError(
      'E_DATA',
      `join.columns must fit ${base.source} and join.tables; got ${problems.join('; ')}`,
    );
  }
  await assertAllTimes(database, base, tables, columns);
  for (const column of columns.filter(({ kind }) => kind === 'lookup')) {
    await assertKeysOnce(database, tables.get(column.table)!, column);
  }
}

function findProblems(base: Relation, tables: JoinTables, column: JoinColumn): string[] {
  const [part] = tables.get(column.table) ?? [];
  if (part === undefined) {
    return [
      `${column.table} is none of join.tables${didYouMean(column.table, [...tables.keys()])}`,
    ];
  }
  const problems: string[] = [];
  const find = ({ columns, source }: Relation, name: string): Column | undefined => {
    const found = columns.find((known) => known.name === name);
    const known = columns.map((each) => each.name);
    if (found === undefined)
      problems.push(`${name} is no column of ${source}${didYouMean(name, known)}`);
    return found;
  };
  for (const key of column.on) {
    const [left, right] = [find(base, key.base), find(part, key.table)];
    if (left !== undefined && right !== undefined && left.kind !== right.kind) {
      problems.push(
        `${key.base} holds ${left.kind} in ${base.source}, ${key.table} ${right.kind} in ${part.source}`,
      );
    }
  }
  if (column.times !== null) {
    find(base, column.times.base);
    find(part, column.times.table);
  }
  const value = column.column === null ? undefined : find(part, column.column);
  if (value !== undefined) problems.push(...findValueProblems(column, value, part.source));
  return problems;
}

function findValueProblems({ kind, missing }: JoinColumn, value: Column, source: string): string[] {
  const isAdded = kind === 'sum' || kind === 'mean';
  if (isAdded && value.kind !== 'number') {
    return [`${value.name} of ${source} holds ${value.kind}, and has no ${kind}`];
  }
  if (missing === null) return [];
  const missingKind = typeof missing === 'number' ? 'number' : 'text';
  return missingKind === value.kind
    ? []
    : [`missing is a ${missingKind}, ${value.name} of ${source} holds ${value.kind}`];
}

/** Each column of times is looked at once. */
async function assertAllTimes(
  database: Database,
  base: Relation,
  tables: JoinTables,
  columns: readonly JoinColumn[],
): Promise<void> {
  const pairs = columns.flatMap(({ table, times }) =>
    times === null
      ? []
      : [
          { relation: base, name: times.base },
          ...tables.get(table)!.map((relation) => ({ relation, name: times.table })),
        ],
  );
  const byKey = new Map(pairs.map((pair) => [`${pair.relation.sql} ${pair.name}`, pair]));
  for (const { relation, name } of byKey.values()) await assertTimes(database, relation, name);
}

async function assertKeysOnce(
  database: Database,
  parts: readonly Relation[],
  column: JoinColumn,
): Promise<void> {
  const keys = column.on.map((_, k) => `k${k}`).join(', ');
  const rows = await database.query(
    `SELECT ${keys}, count(*) AS n FROM (${eventsSql(parts, column, [])}) GROUP BY ${keys} HAVING count(*) > 1
     ORDER BY ${keys} LIMIT 6`,
  );
  if (rows.length === 0) return;
  const names = column.on.map(({ table }) => table);
  const examples = listExamples(rows, (row) => {
    const values = names.map((_, k) => JSON.stringify(row[`k${k}`]));
    return `${values.join(', ')} (${row.n} times)`;
  });
  throw new StageError(
    'E_DATA',
    `${parts.map(({ source }) => source).join(', ')} must have each ${names.join(', ')} once, to look up ${column.name}; got ${examples}`,
    { hint: 'drop the repeated rows, or take the latest row before a time (latest)' },
  );
}
