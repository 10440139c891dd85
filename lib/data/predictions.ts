/** Predictions of a table as a table: id, class, and the probability of each class. */
import { DuckDBDataChunk, FLOAT, INTEGER } from '@duckdb/node-api';
import { identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { endingOf, writeTable } from './tables.ts';

/** Successive rows: class indices, and probabilities row-major of shape (rows, nClasses). */
export interface PredictedBlock {
  readonly labels: Int32Array;
  readonly probabilities: Float32Array;
}

/**
 * Writes `id` (where the table has it), `prediction` and `probability_<class>`, in the order of the rows.
 *
 * @returns Rows written.
 * @throws StageError E_USAGE, before a row is scored, when the ending of `file` names no table format.
 */
export async function writePredictions(
  database: FileDatabase,
  relation: Relation,
  { id, classes }: { id: string; classes: readonly (number | string)[] },
  blocks: AsyncIterable<PredictedBlock>,
  file: string,
): Promise<number> {
  endingOf(file); // said now, and not when all rows are scored
  const probabilities = classes.map((_, c) => `p${c}`);
  await database.run(
    `CREATE OR REPLACE TABLE predicted (label INTEGER, ${probabilities.map((p) => `${p} FLOAT`).join(', ')})`,
  );
  await append(database, blocks, classes.length);
  const values = classes.map((value) => (typeof value === 'number' ? value : literal(value)));
  const hasId = relation.columns.some(({ name }) => name === id);
  const columns = [
    ...(hasId ? [`ids.id AS ${identifier(id)}`] : []),
    `[${values.join(', ')}][label + 1] AS prediction`,
    ...classes.map((value, c) => `p${c} AS ${identifier(`probability_${value}`)}`),
  ];
  const ids = hasId
    ? ` POSITIONAL JOIN (SELECT ${identifier(id)} AS id FROM ${relation.sql}) AS ids`
    : '';
  return await writeTable(database, `SELECT ${columns.join(', ')} FROM predicted${ids}`, file);
}

async function append(
  database: FileDatabase,
  blocks: AsyncIterable<PredictedBlock>,
  nClasses: number,
): Promise<void> {
  const appender = await database.createAppender('predicted');
  const types = [INTEGER, ...Array.from({ length: nClasses }, () => FLOAT)];
  for await (const { labels, probabilities } of blocks) {
    const chunk = DuckDBDataChunk.create(types, labels.length);
    chunk.setColumnValues(0, [...labels]);
    for (let c = 0; c < nClasses; c++) {
      chunk.setColumnValues(
        c + 1,
        Array.from(labels, (_, row) => probabilities[row * nClasses + c]),
      );
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
