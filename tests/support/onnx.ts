/** The same raw rows through a bundle and through the graph that was made of it. */
import { toOnnxGraph } from '../../lib/models/onnx/bundle-graph.ts';
import { formatModel } from '../../lib/models/onnx/model-proto.ts';
import { openOnnx } from '../../lib/models/onnx/runtime.ts';
import type { OutputData } from '../../lib/models/onnx/runtime.ts';
import { openScorer } from '../../lib/models/scorer.ts';
import type { Bundle } from '../../lib/models/bundle.ts';
import type { FileDatabase } from '../../lib/data/database.ts';
import type { Relation } from '../../lib/sql.ts';
import { identifier } from '../../lib/sql.ts';
import { machine } from './small-model.ts';

export const toOnnx = (bundle: Bundle): Uint8Array =>
  formatModel(toOnnxGraph(bundle), { name: 'timberline', version: '0.0.0' }, {});

export async function scoreByBundle(
  bundle: Bundle,
  database: FileDatabase,
  relation: Relation,
): Promise<number[]> {
  const scorer = await openScorer(bundle, database, machine);
  const found: number[] = [];
  for await (const block of scorer.score(relation)) found.push(...block);
  scorer.dispose();
  return found;
}

/** Runs a graph on the rows of a table; NULL is NaN. */
export async function runOnnx(
  model: Uint8Array,
  database: FileDatabase,
  sql: string,
): Promise<Record<string, OutputData>> {
  const session = await openOnnx(model, 1);
  try {
    const columns = session.inputs.map(
      (name) => `${identifier(name)}::DOUBLE AS ${identifier(name)}`,
    );
    const rows = await database.query(`SELECT ${columns.join(', ')} FROM ${sql}`);
    const feeds = session.inputs.map((name) => [
      name,
      Float64Array.from(rows, (row) => (row[name] === null ? NaN : Number(row[name]))),
    ]);
    return await session.run(Object.fromEntries(feeds));
  } finally {
    await session.close();
  }
}

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0)
    : NaN;
