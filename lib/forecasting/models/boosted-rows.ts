/** Gradient boosting by LightGBM on rows of numbers: what the boosted models share. */
import type { BoosterContext, Objective } from '../../models/lightgbm/booster.ts';
import type { BoosterOptions } from '../../models/lightgbm/params.ts';

export interface BoostedRows {
  /** Of the features. */
  readonly names: readonly string[];
  /** Row-major, shape (targets.length, names.length); NaN where unknown. */
  readonly features: Float32Array;
  readonly targets: Float32Array;
  /** Above 0; null: all 1. */
  readonly weights: Float32Array | null;
}

/** @returns Predicts rows of the same features. */
export async function fitBoostedRows(
  { names, ...rows }: BoostedRows,
  objective: Objective,
  options: BoosterOptions,
  context: Omit<BoosterContext, 'onRound'>,
): Promise<(features: Float32Array) => Promise<Float64Array>> {
  const { fitBooster } = await import('../../models/lightgbm/booster.ts');
  const { parseModelText } = await import('../../models/lightgbm/model-text.ts');
  const { predictScores } = await import('../../models/lightgbm/predict.ts');
  const nSamples = rows.targets.length;
  const { text, nRounds } = await fitBooster(
    {
      objective,
      features: names.map((name) => ({ name, isCategorical: false, monotone: 0 })),
      train: { ...rows, nSamples },
      valid: null,
    },
    options,
    { ...context, onRound: () => 'go on' },
  );
  if (nRounds === 0) {
    const value = bestConstant(rows.targets, objective);
    return async (features) => new Float64Array(features.length / names.length).fill(value);
  }
  const trees = parseModelText(text, (got) => {
    throw new Error(`LightGBM wrote ${got}`);
  });
  return async (features) => await predictScores(trees, features, context);
}

/** What is predicted of rows that no feature tells apart. */
function bestConstant(targets: Float32Array, objective: Objective): number {
  if (objective.name === 'quantile') {
    return targets.toSorted()[Math.floor(objective.alpha * (targets.length - 1))];
  }
  return targets.reduce((sum, target) => sum + target, 0) / targets.length;
}
