/** A target column of numbers. */
import { StageError } from '../errors.ts';
import { identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';

const N_FIRST_ROWS = 3;

/**
 * Rows of a table whose target is a finite number in every one of them.
 *
 * @throws StageError E_DATA when the column holds no numbers, or a value is missing, NaN or infinite.
 */
export async function countTargets(
  database: Database,
  { sql, source, columns }: Relation,
  name: string,
): Promise<number> {
  const must = `${source} column ${name} must hold a finite number in every row`;
  const { kind } = columns.find((column) => column.name === name)!;
  if (kind !== 'number') {
    throw new StageError('E_DATA', `${must}; got a ${kind} column`, {
      hint: 'classes are told apart with tensorize.task=classification',
    });
  }
  const isBad = `coalesce(NOT isfinite(${targetExpression(name)}), true)`;
  const [{ n, bad, first }] = await database.query(
    `SELECT count(*) AS n, count(*) FILTER (${isBad}) AS bad,
       array_to_string(min(row_of_table, ${N_FIRST_ROWS}) FILTER (${isBad}), ', ') AS first
     FROM (SELECT row_number() OVER () AS row_of_table, ${identifier(name)} FROM ${sql})`,
  );
  if (Number(bad) === 0) return Number(n);
  const where = `${Number(bad) === 1 ? 'row' : 'rows'} ${first}${Number(bad) > N_FIRST_ROWS ? ', …' : ''}`;
  throw new StageError('E_DATA', `${must}; got ${bad} without (${where})`, {
    hint: 'drop these rows before the split',
  });
}

/** The target as DOUBLE, in which every integer below 2^53 and every measured number is what it was. */
export function targetExpression(name: string): string {
  return `CAST(${identifier(name)} AS DOUBLE)`;
}
