import type { Relation } from '../sql.ts';
import type { TableEngine } from './row-blocks.ts';

/**
 * Whole numbers of every row, one list for each expression.
 *
 * @param expressions - SQL of INTEGER values, none of them NULL.
 * @param nSamples - Rows of the relation.
 * @returns For each expression its values in the order of the rows, shape (nSamples).
 */
export async function readCodes(
  engine: TableEngine,
  relation: Relation,
  expressions: readonly string[],
  nSamples: number,
): Promise<Int32Array[]> {
  const codes = expressions.map(() => new Int32Array(nSamples));
  if (expressions.length === 0) return codes;
  let end = 0;
  for await (const chunk of engine.stream(
    `SELECT ${expressions.join(', ')} FROM ${relation.sql}`,
  )) {
    codes.forEach((values, i) => {
      // the vectors' own accessors make an object of each number
      const { items } = chunk.getColumnVector(i) as unknown as { items: Int32Array };
      values.set(items.subarray(0, chunk.rowCount), end);
    });
    end += chunk.rowCount;
  }
  return codes;
}
