/** A bundle scored on a raw table with its target, measured, and written down: the whole of an evaluation. */
import { evaluate } from '../metrics/evaluate.ts';
import { evaluateNumbers } from '../metrics/evaluate-numbers.ts';
import { assertGates, assertGatesFit, checkGates } from '../metrics/gates.ts';
import type { Gates } from '../metrics/gates.ts';
import type { SliceKeys } from '../metrics/slices.ts';
import { isRegression } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { Machine } from '../models/model.ts';
import { predictBaselines, scoreBaselines } from '../models/score-baselines.ts';
import { scoreNumbers } from '../models/score-numbers.ts';
import { measureLatency, openNumberScorer, openScorer, scoreLabelled } from '../models/scorer.ts';
import type { Scorer } from '../models/scorer.ts';
import type { StartProgress } from '../progress.ts';
import type { CardFrame } from '../reports/model-card.ts';
import type { Rng } from '../rng.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { writeEvaluation, writeRegressionEvaluation } from './evaluation-files.ts';
import type { EvaluationPaths } from './evaluation-files.ts';
import { toBlocks, toNumberBlocks, writeNumbers, writePredictions } from './predictions.ts';

/** What is evaluated, on what. */
export interface EvaluationInput {
  readonly bundle: Bundle;
  /** Shown beside it. */
  readonly baselines: readonly Bundle[];
  readonly database: FileDatabase;
  /** Raw rows with the target. */
  readonly relation: Relation;
  readonly sliceKeys: readonly SliceKeys[];
  readonly paths: EvaluationPaths & { readonly predictions: string };
}

export interface EvaluationOptions {
  readonly confidenceLevel: number;
  readonly gates: Gates;
  readonly card: CardFrame['card'];
}

export interface EvaluationContext extends Machine {
  readonly info: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** In seconds. */
  readonly clock: () => number;
  readonly rng: (purpose: string) => Rng;
  readonly progress: StartProgress;
}

/**
 * @returns One line for people, and the metrics as they were written.
 * @throws StageError E_PARAMS, before a row is scored, for gates of another task; E_DATA for rows that the bundle
 *   does not take; E_GATE, when all is written, for gates that do not hold.
 */
export async function evaluateBundle(
  input: EvaluationInput,
  options: EvaluationOptions,
  context: EvaluationContext,
): Promise<{ readonly message: string; readonly [metric: string]: unknown }> {
  const task = isRegression(input.bundle) ? 'regression' : 'classification';
  assertGatesFit(options.gates, task);
  const measure = task === 'regression' ? measureNumbers : measureClasses;
  return await measure(input, options, context);
}

async function measureClasses(
  { bundle, baselines, database, relation, sliceKeys, paths }: EvaluationInput,
  { gates: limits, card, confidenceLevel }: EvaluationOptions,
  context: EvaluationContext,
) {
  const { classes, threshold, target } = bundle;
  const { progress } = context;
  const scorer = await openScorer(bundle, database, context);
  const { yTrue, yProba } = await timed(bundle, scorer, context, () =>
    scoreLabelled(bundle, scorer, database, relation, progress),
  );
  const blocks = toBlocks(yProba, classes.length, threshold);
  const facts = { ...bundle, actual: target };
  await writePredictions(database, relation, facts, blocks, paths.predictions);
  const others = await scoreBaselines(baselines, database, relation, context, progress);
  const settings = { confidenceLevel, sliceKeys, threshold, baselines: others };
  const evaluation = evaluate(yTrue, yProba, classes.map(String), settings);
  const gates = checkGates(evaluation.metrics, limits);
  await writeEvaluation(paths, { bundle, evaluation, gates, card });
  assertGates(gates, paths.metrics);
  const { accuracy, macro_f1, n_samples } = evaluation.metrics;
  const message = `accuracy ${accuracy}, macro F1 ${macro_f1} on ${n_samples} rows`;
  return { message, ...evaluation.metrics };
}

async function measureNumbers(
  { bundle, baselines, database, relation, sliceKeys, paths }: EvaluationInput,
  { gates: limits, card, confidenceLevel }: EvaluationOptions,
  context: EvaluationContext,
) {
  const { progress } = context;
  const scorer = await openNumberScorer(bundle, database, context);
  const predictions = await timed(bundle, scorer, context, () =>
    scoreNumbers(bundle, scorer, database, relation, progress),
  );
  const facts = { id: bundle.id, actual: bundle.target };
  const blocks = toNumberBlocks(predictions.yPred);
  await writeNumbers(database, relation, facts, blocks, paths.predictions);
  const others = await predictBaselines(baselines, database, relation, context, progress);
  const rng = context.rng('bootstrap');
  const settings = { confidenceLevel, rng, sliceKeys, baselines: others };
  const evaluation = evaluateNumbers(predictions, settings);
  const gates = checkGates(evaluation.metrics, limits);
  await writeRegressionEvaluation(paths, { bundle, evaluation, gates, card });
  assertGates(gates, paths.metrics);
  const { rmse, r2, n_samples } = evaluation.metrics;
  const share = r2 === null ? '' : `, R² ${r2}`;
  return { message: `RMSE ${rmse}${share} on ${n_samples} rows`, ...evaluation.metrics };
}

/** What `score` gives, when the log has been told how long it took; the scorer is done with then. */
async function timed<T extends { readonly yTrue: { readonly length: number } }>(
  bundle: Bundle,
  scorer: Scorer<Float32Array | Float64Array>,
  { clock, info }: EvaluationContext,
  score: () => Promise<T>,
): Promise<T> {
  const start = clock();
  const scored = await score();
  const rate = Math.round(scored.yTrue.length / (clock() - start));
  const latencyMs = 1000 * (await measureLatency(bundle, scorer, clock));
  info(`${rate} rows/s, ${latencyMs.toFixed(1)} ms for one row alone`, { rate, latencyMs });
  scorer.dispose();
  return scored;
}
