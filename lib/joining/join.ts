/**
 * Joins a table with others by declared columns: look-ups, as-of joins, and what was there strictly before.
 *
 * The values of each group of columns become a table of the database, in the order of the rows of the base, and
 * stand beside it at the end: a join by row number would hold all of them in memory at once.
 */
import { identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import { assertJoinable } from './check-join.ts';
import type { JoinTables } from './check-join.ts';
import { groupColumns, groupSql } from './column-sql.ts';
import { toJoinColumn } from './declarations.ts';
import type { JoinParams } from './declarations.ts';

/**
 * @param name - Begins the names of the tables that are made; different for each base of a database.
 * @returns Select statement of all rows and columns of `base` in their order, and the joined ones behind.
 * @throws StageError E_DATA where the tables lack what the declarations need.
 */
export async function joinSelect(
  database: Database,
  base: Relation,
  tables: JoinTables,
  params: Pick<JoinParams, 'columns' | 'time'>,
  name: string,
): Promise<string> {
  const columns = params.columns.map((declaration) => toJoinColumn(declaration, params.time));
  await assertJoinable(database, base, tables, columns);
  const expressions = new Map<string, string>();
  const sources = ['base'];
  for (const [g, group] of groupColumns(columns).entries()) {
    const table = identifier(`${name}_${g}`);
    const query = groupSql(base, tables.get(group[0].table)!, group);
    // sums of doubles depend on no number of threads
    await database.queryInOrder(`CREATE OR REPLACE TABLE ${table} AS ${query}`);
    group.forEach((column, j) => expressions.set(column.name, `${table}.v${j}`));
    sources.push(table);
  }
  const joined = columns.map((column) => {
    return `${expressions.get(column.name)!} AS ${identifier(column.name)}`;
  });
  return `SELECT ${['base.*', ...joined].join(', ')} FROM ${base.sql} AS base${sources
    .slice(1)
    .map((table) => ` POSITIONAL JOIN ${table}`)
    .join('')}`;
}
