/** Whether a graph predicts as the bundle that it was made of. */
import { StageError, listExamples } from '../../errors.ts';
import { decideLabels } from '../../metrics/predictions.ts';
import type { Bundle } from '../bundle.ts';
import { openOnnx } from './runtime.ts';
import type { OnnxSession } from './runtime.ts';

/**
 * Runs the golden rows of the bundle, all together and the first one alone.
 *
 * @param model - Bytes of an ONNX file.
 * @returns Largest difference of a probability.
 * @throws StageError E_ENVIRONMENT without onnxruntime, E_DATA when it refuses the graph.
 */
export async function measureDifference(
  model: Uint8Array,
  bundle: Bundle,
  threads: number,
): Promise<number> {
  const session = await openOnnx(model, threads);
  try {
    const { rows, probabilities } = bundle.golden;
    const all = await session.run(toColumns(session, rows));
    const first = await session.run(toColumns(session, rows.slice(0, 1)));
    assertLabels(bundle, all);
    const expected = [...probabilities.flat(), ...probabilities[0]];
    const found = [...all.probabilities, ...first.probabilities];
    if (found.length !== expected.length) return NaN;
    return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - found[i])), 0);
  } finally {
    await session.close();
  }
}

function toColumns(
  { inputs }: OnnxSession,
  rows: Bundle['golden']['rows'],
): Record<string, Float64Array> {
  return Object.fromEntries(
    inputs.map((name) => [name, Float64Array.from(rows, (row) => toNumber(row[name]))]),
  );
}

const toNumber = (value: Bundle['golden']['rows'][number][string]): number =>
  value === null || value === undefined ? NaN : Number(value);

/** The label must be the decision on the graph's own probabilities. */
function assertLabels(
  { classes, threshold }: Bundle,
  { label, probabilities }: Awaited<ReturnType<OnnxSession['run']>>,
): void {
  const expected = [...decideLabels(probabilities, classes.length, threshold)];
  const wrong = expected.flatMap((c, i) =>
    classes[c] === label[i] ? [] : [`${label[i]} for ${classes[c]}`],
  );
  if (wrong.length === 0) return;
  throw new StageError(
    'E_DATA',
    `the graph must give the class of the greatest probability; got ${listExamples(wrong)}`,
    { hint: 'the file is damaged, or was made of another bundle' },
  );
}
