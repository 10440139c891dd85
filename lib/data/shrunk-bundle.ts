/** A bundle that was made of another one: written with what it costs and gains. */
import { stringify } from 'csv-stringify/sync';
import { statSync, writeFileSync } from 'node:fs';
import { scoreGolden } from '../models/assemble-bundle.ts';
import { writeBundle } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import { measureBundle } from '../models/measure-bundle.ts';
import type { BundleMeasures } from '../models/measure-bundle.ts';
import type { FittedModel, Machine } from '../models/model.ts';
import type { StartProgress } from '../progress.ts';
import type { FileDatabase } from './database.ts';
import { roundResult, writeMetrics } from './json-files.ts';
import { openTable } from './tables.ts';

export interface ShrunkPaths {
  /** The bundle that was there before. */
  readonly model: string;
  /** Raw rows with labels, which both are measured on. */
  readonly in: string;
  readonly out: string;
  readonly metrics: string;
  readonly table: string;
}

interface Side extends Omit<BundleMeasures, 'yProba'> {
  readonly model: 'before' | 'after';
  /** Of the file. */
  readonly nBytes: number;
  /** Of what was learnt, without schema, preprocessing and golden rows. */
  readonly modelBytes: number;
}

/**
 * Writes the bundle with golden rows of its own, the metrics, and the table of both. The metrics hold what
 * is the same whenever it is measured; the table has times too.
 *
 * @throws StageError E_DATA when the rows are not what the model takes.
 */
export async function writeShrunk(
  paths: ShrunkPaths,
  before: Bundle,
  changes: Partial<Bundle>,
  database: FileDatabase,
  context: Machine & { clock: () => number; progress: StartProgress },
): Promise<Record<string, number | null>> {
  const relation = await openTable(database, paths.in, 'valid');
  const { golden, ...facts } = { ...before, ...changes };
  const after = await scoreGolden(facts, golden.rows, database, context);
  writeBundle(paths.out, after);
  const first = await measureBundle(before, database, relation, context);
  const second = await measureBundle(after, database, relation, context);
  const sides = [
    toSide('before', before.model, paths.model, first),
    toSide('after', after.model, paths.out, second),
  ] as const;
  writeTable(paths.table, sides);
  return writeMetrics(paths.metrics, {
    ...toMetrics(sides),
    max_difference: largestDifference(first.yProba, second.yProba),
  });
}

/** The metrics of {@link writeShrunk} in one line. */
export function describeShrunk(metrics: Readonly<Record<string, number | null>>): string {
  const { times_smaller: times, valid_accuracy: after, valid_accuracy_before: before } = metrics;
  return `${times?.toFixed(2)} times smaller, valid accuracy ${before} -> ${after}`;
}

function toSide(
  model: Side['model'],
  { tensors }: FittedModel,
  path: string,
  { yProba: _, ...measures }: BundleMeasures,
): Side {
  const modelBytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  return { model, nBytes: statSync(path).size, modelBytes, ...measures };
}

function toMetrics([before, after]: readonly [Side, Side]): Record<string, number> {
  return {
    valid_accuracy: after.accuracy,
    valid_accuracy_before: before.accuracy,
    valid_loss: after.logLoss,
    valid_loss_before: before.logLoss,
    n_bytes: after.nBytes,
    n_bytes_before: before.nBytes,
    model_bytes: after.modelBytes,
    model_bytes_before: before.modelBytes,
    times_smaller: before.modelBytes / after.modelBytes,
  };
}

/** Column of the table and the number that it holds. */
const COLUMNS = {
  n_bytes: 'nBytes',
  model_bytes: 'modelBytes',
  latency_ms: 'latencyMs',
  rows_per_second: 'rowsPerSecond',
  valid_accuracy: 'accuracy',
  valid_loss: 'logLoss',
} as const;

function writeTable(file: string, sides: readonly Side[]): void {
  const rows = sides.map((side) => [
    side.model,
    ...Object.values(COLUMNS).map((key) => roundResult(side[key])),
  ]);
  writeFileSync(file, stringify([['model', ...Object.keys(COLUMNS)], ...rows]));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}
