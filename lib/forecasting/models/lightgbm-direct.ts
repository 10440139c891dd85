/**
 * lightgbm-direct: gradient boosting of the change from the last value, all series and all steps ahead in one model.
 *
 * Direct and not recursive: no forecast is history to another, and the median of the change itself is learnt, in
 * units of each series' own mean step.
 */
import type { BoosterOptions } from '../../models/lightgbm/params.ts';
import type { Rng } from '../../rng.ts';
import { meanOf } from '../features/statistics.ts';
import type { ForecastContext } from '../model.ts';
import { fitBoostedRows } from './boosted-rows.ts';
import type { BoostedRows } from './boosted-rows.ts';
import { directFeatureNames, fillDirectRows } from './direct-features.ts';
import { defineDirectModel } from './direct-model.ts';
import { changesAfter, chooseOrigins } from './direct-series.ts';
import type { DirectSeries } from './direct-series.ts';

const OPTIONS: BoosterOptions = {
  boosting: 'gbdt',
  extraTrees: false,
  numLeaves: 64,
  maxDepth: null,
  learningRate: 0.05,
  numIterations: 200,
  earlyStoppingRounds: null,
  minDataInLeaf: 60,
  minSumHessianInLeaf: 1e-3,
  minGainToSplit: 0,
  featureFraction: 0.4,
  featureFractionBynode: 1,
  baggingFraction: 0.7,
  baggingFreq: 1,
  lambdaL1: 0,
  lambdaL2: 1,
  pathSmooth: 0,
  maxBin: 63,
};
/** Boosters of other samples of rows and features; their mean is steadier than each. */
const N_BOOSTERS = 2;
/** At most about so many rows train; where the series are more than these, one of each for every step ahead. */
const N_ROWS = 400_000;

const NAME = 'lightgbm-direct';

export const lightgbmDirect = defineDirectModel({
  name: NAME,
  summary:
    'Gradient boosting by LightGBM of the median change to each step ahead, on changes, means and the same season of years before, one for all series (Ke et al. 2017, NeurIPS 30)',
  async forecastChanges(series, context) {
    const predictRows = await fitBoosters(collectRows(series, context), context);
    return await predictRows(rowsAhead(series, context));
  },
});

function collectRows(series: readonly DirectSeries[], context: ForecastContext): BoostedRows {
  const { h } = context;
  const names = directFeatureNames(context);
  const origins = chooseOrigins(series, h, N_ROWS / h);
  const nRows = origins.weights.length * h;
  const features = new Float32Array(nRows * names.length);
  const targets = new Float32Array(nRows);
  let at = 0;
  series.forEach((one, i) => {
    for (const t of origins.rows[i]) {
      fillDirectRows(one, t, context, features, at * names.length);
      targets.set(changesAfter(one, t, h), at);
      at += h;
    }
  });
  const weights = Float32Array.from(
    { length: nRows },
    (_, row) => origins.weights[Math.floor(row / h)],
  );
  return { names, features, targets, weights };
}

/** @returns The mean of the boosters. */
async function fitBoosters(
  rows: BoostedRows,
  context: ForecastContext,
): Promise<(features: Float32Array) => Promise<Float64Array>> {
  const minDataInLeaf = Math.min(OPTIONS.minDataInLeaf, Math.ceil(rows.targets.length / 50));
  const boosters: ((features: Float32Array) => Promise<Float64Array>)[] = [];
  for (let k = 0; k < N_BOOSTERS; k++) {
    const rng = (purpose: string): Rng => context.rng(`${NAME} ${purpose} ${k}`);
    const options = { ...OPTIONS, minDataInLeaf };
    boosters.push(
      await fitBoostedRows(rows, { name: 'quantile', alpha: 0.5 }, options, { ...context, rng }),
    );
  }
  return async (features) => {
    const predicted: Float64Array[] = [];
    for (const predict of boosters) predicted.push(await predict(features));
    return predicted[0].map((_, at) =>
      meanOf(
        Float64Array.from(predicted, (of) => of[at]),
        0,
        N_BOOSTERS,
      ),
    );
  };
}

function rowsAhead(series: readonly DirectSeries[], context: ForecastContext): Float32Array {
  const nColumns = directFeatureNames(context).length;
  const rows = new Float32Array(series.length * context.h * nColumns);
  series.forEach((one, i) => {
    fillDirectRows(one, one.z.length - 1, context, rows, i * context.h * nColumns);
  });
  return rows;
}
