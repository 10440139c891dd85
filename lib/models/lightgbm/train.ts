/** Fits a booster: one tree a round for each class, of two classes or for a number one. */
import type {
  Fit,
  FitContext,
  HistoryRow,
  LabelledRows,
  NumericRows,
  RegressionData,
  TrainingData,
} from '../model.ts';
import { fitBooster } from './booster.ts';
import type { BoosterRows, Objective } from './booster.ts';
import { assertCategories, foldFeatures, planFeatures } from './features.ts';
import type { LightgbmParams } from './params.ts';
import { toFitted } from './state.ts';
import type { Round } from './watch.ts';

export async function fitClassifier(
  data: TrainingData,
  params: LightgbmParams,
  context: FitContext,
): Promise<Fit> {
  const { nClasses, classWeight, train } = data;
  const objective = nClasses === 2 ? { name: 'binary' as const } : multiclass(nClasses);
  const weights =
    classWeight === null ? null : Float32Array.from(train.labels, (label) => classWeight[label]);
  return await fit(data, { objective, weights }, params, context);
}

/** Least squares. */
export async function fitRegressor(
  data: RegressionData,
  params: LightgbmParams,
  context: FitContext,
): Promise<Fit> {
  const how = { objective: { name: 'regression' }, weights: null } as const;
  return await fit(data, how, params, context);
}

const multiclass = (nClasses: number) => ({ name: 'multiclass' as const, nClasses });

async function fit(
  { columns, train, valid }: TrainingData | RegressionData,
  { objective, weights }: { objective: Objective; weights: Float32Array | null },
  params: LightgbmParams,
  context: FitContext,
): Promise<Fit> {
  const features = planFeatures(columns, params);
  assertCategories(features, train.features, columns);
  const toRows = (rows: LabelledRows | NumericRows, weights: Float32Array | null): BoosterRows => ({
    ...foldFeatures(features, rows.features, columns.length),
    targets: Float32Array.from('labels' in rows ? rows.labels : rows.targets),
    weights,
  });
  const toHistory = ({ step, validLoss, validAccuracy }: Round): HistoryRow => ({
    ...{ step, loss: null, validLoss, validAccuracy },
    learningRate: params.boosting === 'rf' ? null : params.learningRate,
  });
  const fit = await fitBooster(
    {
      ...{ objective, features, train: toRows(train, weights) },
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
      n_trees: fit.nRounds * (objective.name === 'multiclass' ? objective.nClasses : 1),
      best_step: fit.bestRound,
    },
  };
}
