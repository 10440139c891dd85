/** lightgbm: gradient boosting on features. */
import type { BoosterOptions } from '../../models/lightgbm/params.ts';
import { defineGlobalModel } from './global-model.ts';

/** LightGBM's own leaves, slower and with more rounds: series have few rows, and much of them is noise. */
const OPTIONS: BoosterOptions = {
  boosting: 'gbdt',
  extraTrees: false,
  numLeaves: 31,
  maxDepth: null,
  learningRate: 0.05,
  numIterations: 200,
  earlyStoppingRounds: null,
  minDataInLeaf: 20,
  minSumHessianInLeaf: 1e-3,
  minGainToSplit: 0,
  featureFraction: 1,
  featureFractionBynode: 1,
  baggingFraction: 1,
  baggingFreq: 0,
  lambdaL1: 0,
  lambdaL2: 0,
  pathSmooth: 0,
  maxBin: 255,
};

export const lightgbm = defineGlobalModel({
  name: 'lightgbm',
  summary:
    'Gradient boosting by LightGBM on lags, the last season, the calendar and exogenous columns, one for all series (Ke et al. 2017, NeurIPS 30)',
  async fitRows({ names, features, targets }, context) {
    const { fitBooster } = await import('../../models/lightgbm/booster.ts');
    const { parseModelText } = await import('../../models/lightgbm/model-text.ts');
    const { predictScores } = await import('../../models/lightgbm/predict.ts');
    const { text, nRounds } = await fitBooster(
      {
        objective: { name: 'regression' },
        features: names.map((name) => ({ name, isCategorical: false, monotone: 0 })),
        train: {
          features: new Float32Array(features),
          targets: new Float32Array(targets),
          nSamples: targets.length,
          weights: null,
        },
        valid: null,
      },
      OPTIONS,
      { ...context, onRound: () => 'go on' },
    );
    if (nRounds === 0) {
      const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
      return async (_rows, nRows) => new Float64Array(nRows).fill(mean);
    }
    const trees = parseModelText(text, (got) => {
      throw new Error(`LightGBM wrote ${got}`);
    });
    return async (rows) => await predictScores(trees, new Float32Array(rows), context);
  },
});
