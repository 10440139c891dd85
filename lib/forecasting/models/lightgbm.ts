/** lightgbm: gradient boosting on features. */
import type { BoosterOptions } from '../../models/lightgbm/params.ts';
import { fitBoostedRows } from './boosted-rows.ts';
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
    const predict = await fitBoostedRows(
      {
        names,
        features: new Float32Array(features),
        targets: new Float32Array(targets),
        weights: null,
      },
      { name: 'regression' },
      OPTIONS,
      context,
    );
    return (rows) => predict(new Float32Array(rows));
  },
});
