import { StageError } from '../errors.ts';
import { identifier, ROW_HINT } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';

/**
 * @param must - Completes "column … must".
 * @param holds - SQL of what must be true of `cell`, or of the `number` that it is; NULL is not true.
 * @throws StageError E_DATA naming the first row of which it is not.
 */
export async function assertCells(
  database: Database,
  relation: Relation,
  name: string,
  must: string,
  holds: string,
): Promise<void> {
  const column = identifier(name);
  const [bad] = await database.query(
    `SELECT row, CAST(cell AS VARCHAR) AS text
     FROM (SELECT row_number() OVER () AS row, ${column} AS cell, try_cast(${column} AS DOUBLE) AS number
       FROM ${relation.sql})
     WHERE (${holds}) IS NOT TRUE ORDER BY row LIMIT 1`,
  );
  if (bad === undefined) return;
  const got = bad.text === null ? 'an empty cell' : JSON.stringify(bad.text);
  throw new StageError(
    'E_DATA',
    `${relation.source} column ${name} must ${must}; got ${got} in row ${bad.row}`,
    { hint: ROW_HINT },
  );
}

export const assertFilled = async (
  database: Database,
  relation: Relation,
  name: string,
): Promise<void> => await assertCells(database, relation, name, 'not be empty', 'cell IS NOT NULL');
