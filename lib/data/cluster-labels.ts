/** The cluster of every row as a table. */
import { BIGINT, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import { identifier } from '../sql.ts';
import type { RowIds } from '../tensors/sparse-dataset-files.ts';
import type { ClusterInput } from './cluster-input.ts';
import type { FileDatabase } from './database.ts';
import { endingOf, openTable, writeTable } from './tables.ts';

const N_BLOCK_ROWS = 2048;

/**
 * Writes the id (where the rows have one) and `cluster`, counted from 1, in the order of the rows.
 *
 * @param labels - From 0, shape (nSamples).
 * @param id - Name of the column of ids.
 * @throws StageError E_USAGE when the ending of `file` names no table format.
 */
export async function writeLabels(
  database: FileDatabase,
  file: string,
  labels: Int32Array,
  ids: ClusterInput['ids'],
  id: string,
): Promise<void> {
  endingOf(file);
  if (ids === null || ids instanceof Float64Array || Array.isArray(ids)) {
    await append(database, labels, ids as RowIds);
    const column = ids === null ? '' : `id AS ${identifier(id)}, `;
    await writeTable(database, `SELECT ${column}cluster FROM labels`, file);
    return;
  }
  await append(database, labels, null);
  const { source, columns } = ids as Exclude<ClusterInput['ids'], RowIds>;
  const { sql } = await openTable(database, source, 'clustered');
  const hasId = columns.some(({ name }) => name === id);
  const own = hasId ? ` POSITIONAL JOIN (SELECT ${identifier(id)} AS id FROM ${sql})` : '';
  const column = hasId ? `id AS ${identifier(id)}, ` : '';
  await writeTable(database, `SELECT ${column}cluster FROM labels${own}`, file);
}

async function append(database: FileDatabase, labels: Int32Array, ids: RowIds): Promise<void> {
  const type = ids instanceof Float64Array ? BIGINT : VARCHAR;
  const idColumn = ids === null ? '' : `id ${type.toString()}, `;
  await database.run(`CREATE OR REPLACE TABLE labels (${idColumn}cluster INTEGER)`);
  const appender = await database.createAppender('labels');
  for (let start = 0; start < labels.length; start += N_BLOCK_ROWS) {
    const clusters = Array.from(labels.subarray(start, start + N_BLOCK_ROWS), (label) => label + 1);
    const block = ids?.slice(start, start + N_BLOCK_ROWS) ?? [];
    const chunk = DuckDBDataChunk.create(
      ids === null ? [INTEGER] : [type, INTEGER],
      clusters.length,
    );
    if (ids !== null) {
      const values = typeof block[0] === 'number' ? Array.from(block, BigInt) : [...block];
      chunk.setColumnValues(0, values);
    }
    chunk.setColumnValues(ids === null ? 0 : 1, clusters);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
