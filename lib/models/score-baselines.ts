import type { StartProgress } from '../progress.ts';
import type { Relation } from '../sql.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import type { Bundle } from './bundle.ts';
import type { Machine } from './model.ts';
import { scoreNumbers } from './score-numbers.ts';
import { openNumberScorer, openScorer, scoreLabelled } from './scorer.ts';

/** Probabilities of the rows of a raw table by the name of the model, each of shape (nSamples, nClasses). */
export async function scoreBaselines(
  baselines: readonly Bundle[],
  engine: TableEngine,
  relation: Relation,
  machine: Machine,
  startProgress: StartProgress,
): Promise<Record<string, Float32Array>> {
  const scores: Record<string, Float32Array> = {};
  for (const bundle of baselines) {
    const scorer = await openScorer(bundle, engine, machine);
    try {
      const { yProba } = await scoreLabelled(bundle, scorer, engine, relation, startProgress);
      scores[bundle.model.name] = yProba;
    } finally {
      scorer.dispose();
    }
  }
  return scores;
}

/** Numbers predicted for the rows of a raw table by the name of the model, each of shape (nSamples). */
export async function predictBaselines(
  baselines: readonly Bundle[],
  engine: TableEngine,
  relation: Relation,
  machine: Machine,
  startProgress: StartProgress,
): Promise<Record<string, Float64Array>> {
  const predicted: Record<string, Float64Array> = {};
  for (const bundle of baselines) {
    const scorer = await openNumberScorer(bundle, engine, machine);
    try {
      const { yPred } = await scoreNumbers(bundle, scorer, engine, relation, startProgress);
      predicted[bundle.model.name] = yPred;
    } finally {
      scorer.dispose();
    }
  }
  return predicted;
}
