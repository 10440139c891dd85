/** Predictions of a table as a table: id, class, and the probability of each class; or id and number. */
import { DOUBLE, DuckDBDataChunk, FLOAT, INTEGER } from '@duckdb/node-api';
import { decideLabels } from '../metrics/predictions.ts';
import { identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { labelExpression } from '../tensors/classes.ts';
import { targetExpression } from '../tensors/numeric-target.ts';
import type { FileDatabase } from './database.ts';
import { endingOf, writeTable } from './tables.ts';

/** Successive rows: class indices, and probabilities row-major of shape (rows, nClasses). */
export interface PredictedBlock {
  readonly labels: Int32Array;
  readonly probabilities: Float32Array;
}

const N_BLOCK_ROWS = 2048;

/**
 * Probabilities that are all there, as blocks with the class that is predicted.
 *
 * @param probabilities - Row-major, shape (nSamples, nClasses).
 */
export function* toBlocks(
  probabilities: Float32Array,
  nClasses: number,
  threshold: number | null,
): Generator<PredictedBlock> {
  const size = N_BLOCK_ROWS * nClasses;
  for (let start = 0; start < probabilities.length; start += size) {
    const block = probabilities.subarray(start, start + size);
    yield { labels: decideLabels(block, nClasses, threshold), probabilities: block };
  }
}

/** Predicted numbers that are all there, as blocks. */
export function* toNumberBlocks(predicted: Float64Array): Generator<Float64Array> {
  for (let start = 0; start < predicted.length; start += N_BLOCK_ROWS) {
    yield predicted.subarray(start, start + N_BLOCK_ROWS);
  }
}

interface Written {
  readonly id: string;
  readonly actual?: string;
  readonly keep?: readonly string[];
}

interface OwnTruth {
  /** Expression over the rows; null: it is not written. */
  readonly truth: string | null;
  /** What is written of it, by the name `actual`. */
  readonly shown: string;
}

/**
 * Writes `id` (where the table has it), columns that are kept, `actual` (where it is asked for), `prediction` and
 * `probability_<class>`, in the order of the rows.
 *
 * @param actual - Column that holds the true class, one of `classes` in every row; left out, it is not written.
 * @param keep - Columns of the table that are written as they are.
 * @returns Rows written.
 * @throws StageError E_USAGE, before a row is scored, when the ending of `file` names no table format.
 */
export async function writePredictions(
  database: FileDatabase,
  relation: Relation,
  { id, classes, actual, keep = [] }: Written & { readonly classes: readonly (number | string)[] },
  blocks: AsyncIterable<PredictedBlock> | Iterable<PredictedBlock>,
  file: string,
): Promise<number> {
  endingOf(file); // said now, and not when all rows are scored
  const probabilities = classes.map((_, c) => `p${c}`);
  await database.run(
    `CREATE OR REPLACE TABLE predicted (label INTEGER, ${probabilities.map((p) => `${p} FLOAT`).join(', ')})`,
  );
  await append(database, blocks, classes.length);
  const values = classes.map((value) => (typeof value === 'number' ? value : literal(value)));
  const value = (label: string): string => `[${values.join(', ')}][${label} + 1]`;
  const truth = actual === undefined ? null : labelExpression(actual, classes);
  return await writeBeside(database, relation, { id, keep, truth, shown: value('actual') }, file, [
    `${value('label')} AS prediction`,
    ...classes.map((name, c) => `p${c} AS ${identifier(`probability_${name}`)}`),
  ]);
}

/**
 * Writes `id` (where the table has it), columns that are kept, `actual` (where it is asked for) and `prediction`,
 * numbers, in the order of the rows.
 *
 * @param actual - Column that holds the true number; left out, it is not written.
 * @param keep - Columns of the table that are written as they are.
 * @returns Rows written.
 * @throws StageError E_USAGE, before a row is scored, when the ending of `file` names no table format.
 */
export async function writeNumbers(
  database: FileDatabase,
  relation: Relation,
  { id, actual, keep = [] }: Written,
  blocks: AsyncIterable<Float64Array> | Iterable<Float64Array>,
  file: string,
): Promise<number> {
  endingOf(file); // said now, and not when all rows are scored
  await database.run('CREATE OR REPLACE TABLE predicted (value DOUBLE)');
  const appender = await database.createAppender('predicted');
  for await (const block of blocks) {
    const chunk = DuckDBDataChunk.create([DOUBLE], block.length);
    chunk.setColumnValues(0, [...block]);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  const truth = actual === undefined ? null : targetExpression(actual);
  const columns = ['value AS prediction'];
  return await writeBeside(database, relation, { id, keep, truth, shown: 'actual' }, file, columns);
}

/**
 * Writes columns of the table `predicted` beside the id, the kept columns and the truth of the rows that were scored.
 */
async function writeBeside(
  database: FileDatabase,
  { sql, columns }: Relation,
  { id, keep, truth, shown }: Required<Pick<Written, 'id' | 'keep'>> & OwnTruth,
  file: string,
  predicted: readonly string[],
): Promise<number> {
  const names = columns.map(({ name }) => name);
  const kept = [...new Set([...(names.includes(id) ? [id] : []), ...keep])];
  // of the table itself, row by row beside what was predicted
  const own = [
    ...kept.map((name, k) => `${identifier(name)} AS k${k}`),
    ...(truth === null ? [] : [`${truth} AS actual`]),
  ];
  const selected = [
    ...kept.map((name, k) => `k${k} AS ${identifier(name)}`),
    ...(truth === null ? [] : [`${shown} AS actual`]),
    ...predicted,
  ];
  const table = own.length === 0 ? '' : ` POSITIONAL JOIN (SELECT ${own.join(', ')} FROM ${sql})`;
  return await writeTable(database, `SELECT ${selected.join(', ')} FROM predicted${table}`, file);
}

async function append(
  database: FileDatabase,
  blocks: AsyncIterable<PredictedBlock> | Iterable<PredictedBlock>,
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
