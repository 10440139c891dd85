/** A bundle applied to a raw table, whatever it predicts. */
import { isRegression } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { Machine } from '../models/model.ts';
import { predictNumbers } from '../models/score-numbers.ts';
import { openNumberScorer, openScorer, predictBlocks } from '../models/scorer.ts';
import type { Progress } from '../progress.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { writeNumbers, writePredictions } from './predictions.ts';

/**
 * Writes the predictions of all rows, in their order, block by block.
 *
 * @param table.out - File, whose ending names the format.
 * @returns Rows written.
 */
export async function predictTable(
  bundle: Bundle,
  { database, relation, out }: { database: FileDatabase; relation: Relation; out: string },
  machine: Machine,
  bar: Progress,
): Promise<number> {
  if (isRegression(bundle)) {
    const scorer = await openNumberScorer(bundle, database, machine);
    const blocks = predictNumbers(scorer, relation, bar);
    const facts = { id: bundle.id };
    return await writeNumbers(database, relation, facts, blocks, out).finally(scorer.dispose);
  }
  const scorer = await openScorer(bundle, database, machine);
  const blocks = predictBlocks(bundle, scorer, relation, bar);
  return await writePredictions(database, relation, bundle, blocks, out).finally(scorer.dispose);
}
