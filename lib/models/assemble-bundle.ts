/** Puts a fitted model, its preprocessing and what is known of its data together as a bundle. */
import { StageError } from '../errors.ts';
import { describeDistribution, selectGoldenRows } from '../preprocessing/distribution.ts';
import type { Relation } from '../sql.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import type { Bundle } from './bundle.ts';
import { goldenRelation, openScorer } from './scorer.ts';
import type { Backend } from './tensorflow.ts';

const GOLDEN_ROWS_PER_CLASS = 2;

/**
 * @param parts - The bundle but for what follows from the raw training rows.
 * @param raw - The raw training rows: input schema, distribution and golden rows are theirs.
 * @throws StageError E_DATA when `raw` lacks a column that the preprocessing reads, or the target.
 */
export async function assembleBundle(
  parts: Omit<Bundle, 'input' | 'distribution' | 'golden' | 'target'> & {
    readonly target: string | null;
  },
  raw: Relation,
  engine: TableEngine,
  backend: Backend,
): Promise<Bundle> {
  const { target, id } = parts;
  if (target === null || !raw.columns.some(({ name }) => name === target)) {
    throw new StageError('E_DATA', `${raw.source} must have the target ${target}; got none`, {
      hint: 'name the raw train split with --raw',
    });
  }
  const input = raw.columns.filter(({ name }) => name !== target && name !== id);
  const rows = await selectGoldenRows(engine, raw, {
    target,
    id,
    columns: input,
    perClass: GOLDEN_ROWS_PER_CLASS,
  });
  const distribution = await describeDistribution(engine, raw, input);
  const bundle: Bundle = {
    ...parts,
    target,
    input,
    distribution,
    golden: { rows, probabilities: [] },
  };
  const scorer = await openScorer(bundle, engine, backend);
  try {
    const probabilities: number[][] = [];
    for await (const block of scorer.score(goldenRelation(bundle))) {
      for (let start = 0; start < block.length; start += bundle.classes.length) {
        probabilities.push([...block.subarray(start, start + bundle.classes.length)]);
      }
    }
    return { ...bundle, golden: { rows, probabilities } };
  } finally {
    scorer.dispose();
  }
}
