/** Whether a graph predicts as the bundle that it was made of. */
import { StageError, listExamples } from '../../errors.ts';
import { decideLabels } from '../../metrics/predictions.ts';
import { identifier } from '../../sql.ts';
import type { Relation } from '../../sql.ts';
import type { TableEngine } from '../../tensors/row-blocks.ts';
import { countOutputs, isRegression, outputScale } from '../bundle.ts';
import type { Bundle } from '../bundle.ts';
import type { Machine } from '../model.ts';
import { openOutputs } from '../scorer.ts';
import { openOnnx } from './runtime.ts';
import type { OnnxSession, OutputData } from './runtime.ts';

/**
 * Runs the golden rows of the bundle, all together and the first one alone.
 *
 * @param model - Bytes of an ONNX file.
 * @returns Largest difference of a probability; of a number as a share of {@link outputScale}.
 * @throws StageError E_ENVIRONMENT without onnxruntime, E_DATA when it refuses the graph.
 */
export async function measureDifference(
  model: Uint8Array,
  bundle: Bundle,
  threads: number,
): Promise<number> {
  const session = await openOnnx(model, threads);
  try {
    const { rows, probabilities, predictions = probabilities.flat() } = bundle.golden;
    const found = [
      ...(await predict(session, bundle, rows)),
      ...(await predict(session, bundle, rows.slice(0, 1))),
    ];
    const expected = [...predictions, ...predictions.slice(0, countOutputs(bundle))];
    if (found.length !== expected.length) return NaN;
    const worst = expected.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - found[i])),
      0,
    );
    return worst / outputScale(bundle.golden);
  } finally {
    await session.close();
  }
}

/**
 * The same for the rows of a raw table.
 *
 * @throws StageError E_DATA when the table is not what the bundle takes.
 */
export async function measureTableDifference(
  model: Uint8Array,
  bundle: Bundle,
  engine: TableEngine,
  relation: Relation,
  machine: Machine,
): Promise<number> {
  const expected: number[] = [];
  const scorer = await openOutputs(bundle, engine, machine);
  for await (const block of scorer.score(relation)) for (const value of block) expected.push(value);
  scorer.dispose();
  const session = await openOnnx(model, machine.threads);
  try {
    const columns = session.inputs.map((name) => `coalesce(${identifier(name)}::DOUBLE, 'nan')`);
    let [worst, at] = [0, 0];
    for await (const chunk of engine.stream(`SELECT ${columns.join(', ')} FROM ${relation.sql}`)) {
      const found = await predictColumns(session, bundle, (j) => {
        const { items } = chunk.getColumnVector(j) as unknown as { items: Float64Array };
        return items.subarray(0, chunk.rowCount);
      });
      for (const value of found) worst = Math.max(worst, Math.abs(value - expected[at++]));
    }
    return at === expected.length ? worst / outputScale(bundle.golden) : NaN;
  } finally {
    await session.close();
  }
}

async function predict(
  session: OnnxSession,
  bundle: Bundle,
  rows: Bundle['golden']['rows'],
): Promise<Float32Array | Float64Array> {
  return await predictColumns(session, bundle, (j) =>
    Float64Array.from(rows, (row) => toNumber(row[session.inputs[j]])),
  );
}

async function predictColumns(
  session: OnnxSession,
  bundle: Bundle,
  columnAt: (j: number) => Float64Array,
): Promise<Float32Array | Float64Array> {
  const columns = session.inputs.map((name, j) => [name, columnAt(j)] as const);
  const { label, probabilities, prediction } = await session.run(Object.fromEntries(columns));
  if (isRegression(bundle)) return prediction as Float64Array;
  assertLabels(bundle, label, probabilities as Float32Array);
  return probabilities as Float32Array;
}

const toNumber = (value: Bundle['golden']['rows'][number][string] | undefined): number =>
  value === null || value === undefined ? NaN : Number(value);

/** The label must be the decision on the graph's own probabilities. */
function assertLabels(
  { classes, threshold }: Bundle,
  label: OutputData,
  probabilities: Float32Array,
): void {
  const found = Array.from(label as ArrayLike<bigint | number | string>, String);
  const expected = [...decideLabels(probabilities, classes.length, threshold)];
  const wrong = expected.flatMap((c, i) =>
    String(classes[c]) === found[i] ? [] : [`${found[i]} for ${classes[c]}`],
  );
  if (wrong.length === 0) return;
  throw new StageError(
    'E_DATA',
    `the graph must give the class of the greatest probability; got ${listExamples(wrong)}`,
    { hint: 'the file is damaged, or was made of another bundle' },
  );
}
