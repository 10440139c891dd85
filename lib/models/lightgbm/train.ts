/** Fits a classifier: a booster with one tree a round for each class, of two classes one. */
import type { Fit, FitContext, HistoryRow, LabelledRows, TrainingData } from '../model.ts';
import { fitBooster } from './booster.ts';
import type { BoosterRows } from './booster.ts';
import { assertCategories, foldFeatures, planFeatures } from './features.ts';
import type { LightgbmParams } from './params.ts';
import { toFitted } from './state.ts';
import type { Round } from './watch.ts';

export async function fitClassifier(
  { columns, nClasses, classWeight, train, valid }: TrainingData,
  params: LightgbmParams,
  context: FitContext,
): Promise<Fit> {
  const features = planFeatures(columns, params);
  assertCategories(features, train.features, columns);
  const toRows = (rows: LabelledRows, weights: Float32Array | null): BoosterRows => ({
    ...foldFeatures(features, rows.features, columns.length),
    targets: Float32Array.from(rows.labels),
    weights,
  });
  const weights =
    classWeight === null ? null : Float32Array.from(train.labels, (label) => classWeight[label]);
  const toHistory = ({ step, validLoss, validAccuracy }: Round): HistoryRow => ({
    ...{ step, loss: null, validLoss, validAccuracy },
    learningRate: params.boosting === 'rf' ? null : params.learningRate,
  });
  const fit = await fitBooster(
    {
      objective: nClasses === 2 ? { name: 'binary' } : { name: 'multiclass', nClasses },
      features,
      train: toRows(train, weights),
      valid: valid.nSamples === 0 ? null : toRows(valid, null),
    },
    params,
    { ...context, onRound: (round) => context.onStep(toHistory(round)) },
  );
  return {
    fitted: toFitted(fit.text, features),
    history: fit.history.map(toHistory),
    metrics: {
      n_rounds: fit.nRounds,
      n_trees: fit.nRounds * (nClasses === 2 ? 1 : nClasses),
      best_step: fit.bestRound,
    },
  };
}
