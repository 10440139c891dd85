/** Rows of a query as blocks of float32, in the order of the rows, without holding more than one block. */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { FileDatabase } from '../data/database.ts';
import { StageError, listExamples } from '../errors.ts';
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { Block } from './dataset.ts';

/** A database that its owner closes. */
export type TableEngine = Omit<FileDatabase, 'close'>;

/**
 * Rows of `columns`, row-major, shape (rows of the block, nColumns).
 *
 * @param sql - Stands after FROM.
 * @param source - What messages call it.
 * @param acceptsMissing - Of {@link streamBlocks}.
 * @throws StageError E_DATA when a value is NULL, NaN, infinite or beyond float32: every such column with
 *   the number of its rows and the first of them.
 */
export async function* streamRows(
  engine: TableEngine,
  sql: string,
  columns: readonly string[],
  source: string,
  acceptsMissing: boolean,
): AsyncGenerator<Float32Array> {
  const blocks = streamBlocks(engine, { sql, source }, columns, null, acceptsMissing);
  for await (const { features } of blocks) yield features;
}

/**
 * {@link streamRows} with what is to be predicted of each row.
 *
 * @param truth - Expression that is never NULL: an INTEGER becomes labels, a DOUBLE targets; null: neither.
 * @param acceptsMissing - True: what is no finite number is NaN in the block, and no error.
 */
export async function* streamBlocks(
  engine: TableEngine,
  relation: Pick<Relation, 'sql' | 'source'>,
  columns: readonly string[],
  truth: string | null,
  acceptsMissing = false,
): AsyncGenerator<Block> {
  const nColumns = columns.length;
  // NULL becomes NaN, so that one test of the numbers finds all that is not one
  const selected = columns.map((name) => `coalesce(${toFloat(name)}, 'nan'::FLOAT)`);
  const query = `SELECT ${[...selected, ...(truth === null ? [] : [truth])].join(', ')} FROM ${relation.sql}`;
  for await (const chunk of engine.stream(query)) {
    const features = new Float32Array(chunk.rowCount * nColumns);
    for (let j = 0; j < nColumns; j++) {
      if (scatter(numbersOf<Float32Array>(chunk, j), features, j, nColumns)) continue;
      if (!acceptsMissing) throw await createFiniteError(engine, relation, columns);
      replaceInfinite(features, j, nColumns);
    }
    yield { features, ...(truth === null ? NO_TRUTH : truthOf(chunk, nColumns)) };
  }
}

/** The texts of a column in blocks, in the order of the rows; null where one is missing. */
export async function* streamTexts(
  engine: TableEngine,
  { sql }: Pick<Relation, 'sql'>,
  column: string,
): AsyncGenerator<(string | null)[]> {
  for await (const chunk of engine.stream(`SELECT ${identifier(column)} FROM ${sql}`)) {
    yield chunk.getColumnValues(0) as (string | null)[];
  }
}

const NO_TRUTH = { labels: new Int32Array(0) };

function truthOf(chunk: DuckDBDataChunk, column: number): Pick<Block, 'labels' | 'targets'> {
  const values = numbersOf<Int32Array | Float64Array>(chunk, column).slice();
  return values instanceof Int32Array ? { labels: values } : { ...NO_TRUTH, targets: values };
}

function toFloat(name: string): string {
  return `try_cast(${identifier(name)} AS FLOAT)`;
}

/** Writes a column to its place in every row; false when a number is not finite. */
function scatter(
  column: Float32Array,
  rows: Float32Array,
  offset: number,
  nColumns: number,
): boolean {
  // 0 as long as every number is finite: 0 times NaN or infinity is NaN
  let sum = 0;
  for (let i = 0, at = offset; i < column.length; i++, at += nColumns) {
    const value = column[i];
    rows[at] = value;
    sum += value * 0;
  }
  return sum === 0;
}

function replaceInfinite(rows: Float32Array, offset: number, nColumns: number): void {
  for (let at = offset; at < rows.length; at += nColumns) {
    if (!Number.isFinite(rows[at])) rows[at] = NaN;
  }
}

/** The numbers of a column as DuckDB has them; its own accessors make an object of each. */
function numbersOf<T>(chunk: DuckDBDataChunk, column: number): T {
  return (chunk.getColumnVector(column) as unknown as { items: T }).items;
}

const N_FIRST_ROWS = 3;

async function createFiniteError(
  engine: TableEngine,
  { sql, source }: Pick<Relation, 'sql' | 'source'>,
  columns: readonly string[],
): Promise<StageError> {
  const counts = columns.flatMap((name, j) => {
    const isMissing = `(${identifier(name)} IS NULL OR coalesce(isnan(${toFloat(name)}), false))`;
    const isBad = `(${toFloat(name)} IS NULL OR NOT isfinite(${toFloat(name)}))`;
    return [
      `count(*) FILTER (${isMissing}) AS missing${j}`,
      `count(*) FILTER (${isBad} AND NOT ${isMissing}) AS infinite${j}`,
      `array_to_string(min(row_of_table, ${N_FIRST_ROWS}) FILTER (${isBad}), ', ') AS first${j}`,
    ];
  });
  const numbered = `SELECT row_number() OVER () AS row_of_table, * FROM ${sql}`;
  const [row] = await engine.query(`SELECT ${counts.join(', ')} FROM (${numbered})`);
  const problems = columns.flatMap((name, j) => {
    const missing = Number(row[`missing${j}`]);
    const infinite = Number(row[`infinite${j}`]);
    const nBad = missing + infinite;
    if (nBad === 0) return [];
    const kinds = [
      ...(missing > 0 ? [`${missing} missing or NaN`] : []),
      ...(infinite > 0 ? [`${infinite} infinite or beyond float32`] : []),
    ];
    const where = `${nBad === 1 ? 'row' : 'rows'} ${row[`first${j}`]}${nBad > N_FIRST_ROWS ? ', …' : ''}`;
    return [`${name} with ${kinds.join(' and ')} (${where})`];
  });
  return new StageError(
    'E_DATA',
    `${source} must have a finite number in every feature; got ${listExamples(problems)}`,
    {
      hint: 'normalize fills what is missing, tensorize.missing=keep leaves it to models that take it; or mend these rows, or drop the columns',
    },
  );
}
