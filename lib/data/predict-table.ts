/** A bundle applied to a raw table, whatever it predicts. */
import { requireNames } from '../column-names.ts';
import { isRegression } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { Machine } from '../models/model.ts';
import { predictNumbers } from '../models/score-numbers.ts';
import { openNumberScorer, openScorer, predictBlocks } from '../models/scorer.ts';
import type { Progress } from '../progress.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { writeNumbers, writePredictions } from './predictions.ts';

interface PredictedTable {
  readonly database: FileDatabase;
  readonly relation: Relation;
  readonly out: string;
  readonly keep: readonly string[];
}

/**
 * Writes the predictions of all rows, in their order, block by block.
 *
 * @param table.out - File, whose ending names the format.
 * @param table.keep - Patterns of columns that are written beside the predictions, as `predict.keep` has them.
 * @returns Rows written.
 * @throws StageError E_PARAMS when a pattern names no column.
 */
export async function predictTable(
  bundle: Bundle,
  { database, relation, out, keep: patterns }: PredictedTable,
  machine: Machine,
  bar: Progress,
): Promise<number> {
  const names = relation.columns.map(({ name }) => name);
  const keep = patterns.length === 0 ? [] : requireNames(patterns, names, 'predict.keep');
  if (isRegression(bundle)) {
    const scorer = await openNumberScorer(bundle, database, machine);
    const blocks = predictNumbers(scorer, relation, bar);
    const facts = { id: bundle.id, keep };
    return await writeNumbers(database, relation, facts, blocks, out).finally(scorer.dispose);
  }
  const scorer = await openScorer(bundle, database, machine);
  const blocks = predictBlocks(bundle, scorer, relation, bar);
  const facts = { id: bundle.id, classes: bundle.classes, keep };
  return await writePredictions(database, relation, facts, blocks, out).finally(scorer.dispose);
}
