/** Rows that SMOTE makes of a table, as a table of the database. */
import { BIGINT, DOUBLE, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { StageError } from '../errors.ts';
import type { Balance } from '../preprocessing/rebalance.ts';
import { smote } from '../preprocessing/smote.ts';
import type { Rng } from '../rng.ts';
import { identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';

const CHUNK_ROWS = 2048;

/**
 * Query of as many new rows as the balance adds to each class, in the columns of `fit`; their ids are
 * -1, -2 and so on. null when it adds none.
 *
 * @throws StageError E_DATA when a column besides target and id is no number, or a class has one row.
 */
export async function syntheticSelect(
  database: FileDatabase,
  fit: Relation,
  { target, before, after }: Balance,
  { id, nNeighbors }: { id: string; nNeighbors: number },
  rng: Rng,
): Promise<string | null> {
  const enlarged = Object.keys(before).filter((label) => after[label] > before[label]);
  if (enlarged.length === 0) return null;
  const features = fit.columns.filter(({ name }) => name !== target && name !== id);
  assertCanMix(
    fit,
    features,
    enlarged.filter((label) => before[label] < 2),
  );

  const columns = features.map((_, j) => `f${j}`);
  await database.run(
    `CREATE TABLE synthetic (id BIGINT, label VARCHAR, ${columns.map((name) => `${name} DOUBLE`).join(', ')})`,
  );
  const appender = await database.createAppender('synthetic');
  const types = [BIGINT, VARCHAR, ...features.map(() => DOUBLE)];
  let nMade = 0;
  for (const label of enlarged) {
    const X = await readClass(database, fit, features, { target, id, label });
    const nNew = after[label] - before[label];
    const rows = smote(X, features.length, { nNew, nNeighbors }, rng);
    for (let start = 0; start < nNew; start += CHUNK_ROWS) {
      const n = Math.min(CHUNK_ROWS, nNew - start);
      const chunk = DuckDBDataChunk.create(types, n);
      chunk.setColumnValues(
        0,
        Array.from({ length: n }, (_, i) => BigInt(-(nMade + i + 1))),
      );
      chunk.setColumnValues(
        1,
        Array.from({ length: n }, () => label),
      );
      features.forEach((_, j) =>
        chunk.setColumnValues(
          j + 2,
          Array.from({ length: n }, (__, i) => rows[(start + i) * features.length + j]),
        ),
      );
      appender.appendDataChunk(chunk);
      nMade += n;
    }
  }
  appender.closeSync();
  const [{ type }] = await database.query(
    `SELECT typeof(${identifier(target)}) AS type FROM ${fit.sql} LIMIT 1`,
  );
  const selected = fit.columns.map(({ name }) => {
    if (name === id) return `id AS ${identifier(name)}`;
    if (name === target) return `label::${type} AS ${identifier(name)}`;
    return `f${features.findIndex((feature) => feature.name === name)} AS ${identifier(name)}`;
  });
  return `SELECT ${selected.join(', ')} FROM synthetic`;
}

async function readClass(
  database: FileDatabase,
  fit: Relation,
  features: Relation['columns'],
  { target, id, label }: { target: string; id: string; label: string },
): Promise<Float64Array> {
  const order = fit.columns.some(({ name }) => name === id) ? ` ORDER BY ${identifier(id)}` : '';
  const columns = features.map(({ name }) => `${identifier(name)}::DOUBLE`).join(', ');
  const values: number[] = [];
  const query = `SELECT ${columns} FROM ${fit.sql} WHERE CAST(${identifier(target)} AS VARCHAR) = ${literal(label)}${order}`;
  for await (const chunk of database.stream(query)) {
    for (const row of chunk.getRows()) {
      for (const value of row) {
        if (typeof value !== 'number' || !Number.isFinite(value)) {
          throw new StageError(
            'E_DATA',
            `${fit.source} must have a finite number in every feature of class ${label} for SMOTE; got ${String(value)}`,
            {
              hint: 'normalize fills what is missing',
            },
          );
        }
        values.push(value);
      }
    }
  }
  return Float64Array.from(values);
}

function assertCanMix(
  { source }: Relation,
  features: Relation['columns'],
  single: readonly string[],
): void {
  const others = features.filter(({ kind }) => kind !== 'number').map(({ name }) => name);
  if (others.length > 0) {
    throw new StageError(
      'E_DATA',
      `${source} must have numbers alone as features for SMOTE; got ${others.join(', ')}`,
      {
        hint: 'drop or encode these columns, or set rebalance.oversampling to repeat',
      },
    );
  }
  if (single.length > 0) {
    throw new StageError(
      'E_DATA',
      `${source} must have at least 2 rows of a class for SMOTE; got 1 of class ${single.join(', ')}`,
      {
        hint: 'set rebalance.oversampling to repeat, or drop the class',
      },
    );
  }
}
