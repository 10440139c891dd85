/** Raw tables scored by a model that predicts a number. */
import type { Progress, StartProgress } from '../progress.ts';
import type { Relation } from '../sql.ts';
import { countTargets, targetExpression } from '../tensors/numeric-target.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import type { Bundle } from './bundle.ts';
import { assertTarget } from './scorer.ts';
import type { Scorer } from './scorer.ts';

/** Blocks of predicted numbers; `bar` is told of every block, and ended. */
export async function* predictNumbers(
  scorer: Scorer<Float64Array>,
  relation: Relation,
  bar: Progress,
): AsyncGenerator<Float64Array> {
  let nDone = 0;
  try {
    for await (const block of scorer.score(relation)) {
      yield block;
      nDone += block.length;
      bar.update(nDone);
    }
  } finally {
    bar.end();
  }
}

/**
 * Predicted numbers of a table that has its target, beside the true ones; both of shape (nSamples).
 *
 * @throws StageError E_DATA when the table lacks the target, or it is no finite number in a row.
 */
export async function scoreNumbers(
  { target }: Bundle,
  scorer: Scorer<Float64Array>,
  engine: TableEngine,
  relation: Relation,
  startProgress: StartProgress,
): Promise<{ yTrue: Float64Array; yPred: Float64Array }> {
  assertTarget(relation, target);
  const nSamples = await countTargets(engine, relation, target);
  const yTrue = new Float64Array(nSamples);
  const yPred = new Float64Array(nSamples);
  let end = 0;
  for await (const chunk of engine.stream(
    `SELECT ${targetExpression(target)} FROM ${relation.sql}`,
  )) {
    yTrue.set((chunk.getColumnVector(0) as unknown as { items: Float64Array }).items, end);
    end += chunk.rowCount;
  }
  end = 0;
  const bar = startProgress('evaluate', nSamples, 'rows');
  for await (const block of predictNumbers(scorer, relation, bar)) {
    yPred.set(block, end);
    end += block.length;
  }
  return { yTrue, yPred };
}
