/** Ids of users, pages and ads: whole numbers in all tables, or texts in all. */
import { StageError, listExamples } from '../errors.ts';
import { identifier } from '../sql.ts';
import type { Column, Database, Relation } from '../sql.ts';
import { assertCells, assertFilled } from './assert-cells.ts';

/** @throws StageError E_DATA naming the first row whose id is no whole number that a double holds exactly. */
export const assertWhole = async (
  database: Database,
  relation: Relation,
  id: string,
): Promise<void> =>
  await assertCells(
    database,
    relation,
    id,
    'be a whole number below 2^53',
    'trunc(number) = number AND abs(number) < 2 ** 53',
  );

/** @throws StageError E_DATA naming the first row where one of `ids` is empty, or a number that is not whole. */
export async function assertIds(
  database: Database,
  relation: Relation,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    await assertFilled(database, relation, id);
    if (kindOf(relation, id) === 'number') await assertWhole(database, relation, id);
  }
}

/** @throws StageError E_DATA where the id is of another kind in one of the tables than in the first. */
export function assertSameKind([first, ...others]: readonly Relation[], id: string): void {
  const kind = kindOf(first, id);
  const other = others.find((relation) => kindOf(relation, id) !== kind);
  if (other === undefined) return;
  throw new StageError(
    'E_DATA',
    `${other.source} column ${id} must hold what ${first.source} has, ${kind}; got ${kindOf(other, id)}`,
    { hint: 'ids are numbers in all tables, or texts in all' },
  );
}

/** @throws StageError E_DATA with the ids that have more than one row. */
export async function assertOnce(
  database: Database,
  relation: Relation,
  id: string,
): Promise<void> {
  const column = identifier(id);
  const rows = await database.query(
    `SELECT ${column} AS id, count(*) AS n FROM ${relation.sql} GROUP BY 1 HAVING n > 1 ORDER BY 1 LIMIT 6`,
  );
  if (rows.length === 0) return;
  const examples = listExamples(rows, (row) => `${JSON.stringify(row.id)} (${row.n} times)`);
  throw new StageError('E_DATA', `${relation.source} must have each ${id} once; got ${examples}`, {
    hint: 'drop the repeated rows',
  });
}

const kindOf = ({ columns }: Relation, name: string): Column['kind'] =>
  columns.find((column) => column.name === name)!.kind;
