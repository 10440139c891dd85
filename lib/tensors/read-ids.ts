/** The column that identifies the rows of a table. */
import { StageError } from '../errors.ts';
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { TableEngine } from './row-blocks.ts';
import type { RowIds } from './sparse-dataset-files.ts';

/**
 * The ids of all rows, in their order: integers below 2^53, or texts.
 *
 * @throws StageError E_DATA when an id is missing or there twice, or when they are neither integers nor texts.
 */
export async function readIds(
  engine: TableEngine,
  relation: Relation,
  name: string,
): Promise<RowIds> {
  const column = identifier(name);
  const { kind } = relation.columns.find((found) => found.name === name)!;
  if (kind !== 'number' && kind !== 'text') throw createError(relation, name, `a ${kind} column`);
  await assertDistinct(engine, relation, name);
  const cast = kind === 'number' ? `${column}::DOUBLE` : column;
  const ids: (number | string)[] = [];
  for await (const chunk of engine.stream(`SELECT ${cast} FROM ${relation.sql}`)) {
    for (const id of chunk.getColumnValues(0)) ids.push(id as number | string);
  }
  if (kind === 'text') return ids as string[];
  const wrong = ids.find((id) => !Number.isSafeInteger(id));
  if (wrong !== undefined) throw createError(relation, name, String(wrong));
  return Float64Array.from(ids as number[]);
}

async function assertDistinct(
  engine: TableEngine,
  relation: Relation,
  name: string,
): Promise<void> {
  const column = identifier(name);
  const [example] = await engine.query(
    `SELECT ${column} AS id, count(*) AS n FROM ${relation.sql}
     GROUP BY 1 HAVING count(*) > 1 OR ${column} IS NULL ORDER BY 1 NULLS FIRST LIMIT 1`,
  );
  if (example === undefined) return;
  const got =
    example.id === null
      ? `${example.n} rows without a value`
      : `${String(example.id)} in ${example.n} rows`;
  throw new StageError(
    'E_DATA',
    `${relation.source} column ${name} must identify every row; got ${got}`,
    { hint: 'name another column with vectorize.id, or drop the rows that are there twice' },
  );
}

function createError({ source }: Relation, name: string, got: string): StageError {
  return new StageError(
    'E_DATA',
    `${source} column ${name} must hold integers below 2^53 or texts as ids; got ${got}`,
    { hint: 'name another column with vectorize.id' },
  );
}
