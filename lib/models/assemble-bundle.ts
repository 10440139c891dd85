/** Puts a fitted model, its preprocessing and what is known of its data together as a bundle. */
import { StageError } from '../errors.ts';
import { describeDistribution, selectGoldenRows } from '../preprocessing/distribution.ts';
import { assertPreprocessable, inputColumns } from '../preprocessing/pipeline.ts';
import type { Relation } from '../sql.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import type { Bundle } from './bundle.ts';
import { countOutputs, isRegression } from './bundle.ts';
import { goldenRelation, openOutputs } from './scorer.ts';
import type { Machine } from './model.ts';
import type { Task } from '../task.ts';

const GOLDEN_ROWS_PER_CLASS = 2;
/** Of a regression, spread evenly over the order of the target. */
const N_GOLDEN_ROWS = 10;

/**
 * What a bundle knows of its table, checked before the model is trained and not after.
 *
 * @param raw - The raw training rows.
 * @param features - Columns of the tensors.
 * @param facts.task - Absent: classes are told apart.
 * @throws StageError E_DATA when `raw` lacks the target, or what the preprocessing reads, when its
 *   preprocessing does not give the features, or when there is nothing to choose between; E_PARAMS for a
 *   threshold between other than two classes.
 */
export function describeInput(
  raw: Relation,
  features: readonly string[],
  {
    target,
    id,
    ...facts
  }: Pick<Bundle, 'id' | 'preprocessing' | 'classes' | 'threshold'> & {
    readonly target: string | null;
    readonly task?: Task;
  },
): Pick<Bundle, 'input' | 'target' | 'id'> {
  if (target === null) {
    throw new StageError('E_PARAMS', 'base.target must name the column to predict; got null', {
      hint: '--set base.target=<column>, or base.target in params.yaml',
    });
  }
  if (!raw.columns.some(({ name }) => name === target)) {
    throw new StageError('E_DATA', `${raw.source} must have the target ${target}; got none`, {
      hint: 'name the raw train split with --raw',
    });
  }
  const { preprocessing, classes, threshold, task } = facts;
  if (task !== 'regression' && classes.length < 2) {
    throw new StageError(
      'E_DATA',
      `the tensors must have labels of at least 2 classes; got ${classes.length}`,
      { hint: 'tensorize with base.target writes labels' },
    );
  }
  if (threshold !== null && classes.length !== 2) {
    throw new StageError(
      'E_PARAMS',
      `train.threshold must be null unless there are two classes; got ${threshold} for ${task === 'regression' ? 'a number' : classes.length}`,
      { hint: 'of several classes the most probable is predicted' },
    );
  }
  const columns = raw.columns.filter(({ name }) => name !== target && name !== id);
  const input = inputColumns(preprocessing, columns);
  assertPreprocessable(preprocessing, { ...raw, columns: input }, features);
  return { input, target, id };
}

/**
 * @param parts - The bundle but for what follows from the raw training rows.
 * @param raw - The raw training rows: distribution and golden rows are theirs.
 */
export async function assembleBundle(
  parts: Omit<Bundle, 'distribution' | 'golden'>,
  raw: Relation,
  engine: TableEngine,
  machine: Machine,
): Promise<Bundle> {
  const { target, id, input } = parts;
  const rows = await selectGoldenRows(engine, raw, {
    ...{ target, id, columns: input },
    ...(isRegression(parts) ? { nSpread: N_GOLDEN_ROWS } : { perClass: GOLDEN_ROWS_PER_CLASS }),
  });
  const distribution = await describeDistribution(engine, raw, input);
  return await scoreGolden({ ...parts, distribution }, rows, engine, machine);
}

/** The bundle with what its model gives the golden rows. */
export async function scoreGolden(
  parts: Omit<Bundle, 'golden'>,
  rows: Bundle['golden']['rows'],
  engine: TableEngine,
  machine: Machine,
): Promise<Bundle> {
  const bundle: Bundle = { ...parts, golden: { rows, probabilities: [] } };
  const scorer = await openOutputs(bundle, engine, machine);
  const size = countOutputs(bundle);
  try {
    const outputs: number[][] = [];
    for await (const block of scorer.score(goldenRelation(bundle))) {
      for (let start = 0; start < block.length; start += size) {
        outputs.push([...block.subarray(start, start + size)]);
      }
    }
    const golden = isRegression(bundle)
      ? { rows, probabilities: [], predictions: outputs.flat() }
      : { rows, probabilities: outputs };
    return { ...bundle, golden };
  } finally {
    scorer.dispose();
  }
}
