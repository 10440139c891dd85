/** How well and how fast a bundle scores a raw table with labels. */
import { METRICS } from '../metrics/registry.ts';
import { confusionMatrix, createPredictions } from '../metrics/predictions.ts';
import type { StartProgress } from '../progress.ts';
import type { Relation } from '../sql.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import type { Bundle } from './bundle.ts';
import type { Machine } from './model.ts';
import { measureLatency, openScorer, scoreLabelled } from './scorer.ts';

export interface BundleMeasures {
  readonly accuracy: number;
  readonly logLoss: number;
  /** Row-major, shape (nSamples, nClasses). */
  readonly yProba: Float32Array;
  /** Median of one row alone, preprocessing included. */
  readonly latencyMs: number;
  /** Of the whole table, preprocessing included. */
  readonly rowsPerSecond: number;
}

/** @param clock - In seconds. */
export async function measureBundle(
  bundle: Bundle,
  engine: TableEngine,
  relation: Relation,
  { clock, progress, ...machine }: Machine & { clock: () => number; progress: StartProgress },
): Promise<BundleMeasures> {
  const scorer = await openScorer(bundle, engine, machine);
  try {
    const latencyMs = 1000 * (await measureLatency(bundle, scorer, clock));
    const start = clock();
    const { yTrue, yProba } = await scoreLabelled(bundle, scorer, engine, relation, progress);
    const rowsPerSecond = yTrue.length / (clock() - start);
    const { classes, threshold } = bundle;
    const predictions = createPredictions(yTrue, yProba, { nClasses: classes.length, threshold });
    return {
      accuracy: METRICS.accuracy.score(confusionMatrix(predictions)),
      logLoss: METRICS.log_loss.score(predictions),
      ...{ yProba, latencyMs, rowsPerSecond },
    };
  } finally {
    scorer.dispose();
  }
}
