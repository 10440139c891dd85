/** Everything that is measured on the numbers that are predicted for one split. */
import type { Rng } from '../rng.ts';
import { calibrationBands, countBands, type Band, type BandCounts } from './bands.ts';
import { bootstrapNumbers } from './bootstrap-numbers.ts';
import { measureNumericSlices, type NumericSliceGroup } from './numeric-slices.ts';
import { meanError, type NumericPredictions } from './regression.ts';
import { METRICS, type RegressionMetric } from './registry.ts';
import { roundMetric } from './evaluate.ts';
import type { SliceKeys } from './slices.ts';

type Scores = Readonly<Record<RegressionMetric, number | null>>;

/** The document of reports/metrics/evaluate.json; null where a metric has no value. */
export interface RegressionMetrics extends Scores {
  readonly rmse_low: number;
  readonly rmse_high: number;
  readonly r2_low: number | null;
  readonly r2_high: number | null;
  /** Of predicted less true numbers. */
  readonly mean_error: number;
  readonly n_samples: number;
  /** By what divides the rows, then by slice. */
  readonly slices: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          Readonly<
            Record<'n_samples' | 'rmse' | 'mae' | 'mae_low' | 'mae_high' | 'mean_error', number>
          >
        >
      >
    >
  >;
  /** By the name of the model. */
  readonly baselines: Readonly<Record<string, Scores>>;
}

export interface RegressionEvaluation {
  readonly metrics: RegressionMetrics;
  readonly confidenceLevel: number;
  readonly predictions: NumericPredictions;
  readonly bands: BandCounts;
  readonly calibration: readonly Band[];
  readonly slices: readonly NumericSliceGroup[];
  /** The lowest root mean squared error first. */
  readonly baselines: readonly (Scores & { readonly name: string })[];
}

/**
 * Measures predicted numbers against the truth.
 *
 * @param options.confidenceLevel - Of the intervals, in (0, 1).
 * @param options.sliceKeys - Ways to divide the rows into slices that are measured apart.
 * @param options.baselines - Numbers that other models predict for the rows, by their names.
 */
export function evaluateNumbers(
  predictions: NumericPredictions,
  {
    confidenceLevel,
    rng,
    sliceKeys = [],
    baselines: others = {},
  }: {
    confidenceLevel: number;
    rng: Rng;
    sliceKeys?: readonly SliceKeys[];
    baselines?: Readonly<Record<string, Float64Array>>;
  },
): RegressionEvaluation {
  const { yTrue } = predictions;
  const { rmse, r2 } = bootstrapNumbers(predictions, { confidenceLevel, rng });
  const slices = sliceKeys.map((keys) => measureNumericSlices(predictions, keys, confidenceLevel));
  const baselines = Object.entries(others)
    .map(([name, yPred]) => ({ name, ...score({ yTrue, yPred }) }))
    .sort((a, b) => a.rmse! - b.rmse! || (a.name < b.name ? -1 : 1));
  const scores = score(predictions);
  return {
    metrics: {
      ...scores,
      rmse_low: roundQuantity(rmse.low),
      rmse_high: roundQuantity(rmse.high),
      r2_low: r2 && roundMetric(r2.low),
      r2_high: r2 && roundMetric(r2.high),
      mean_error: roundQuantity(meanError(predictions)),
      n_samples: yTrue.length,
      slices: Object.fromEntries(slices.map((group) => [group.by, toSliceMetrics(group)])),
      baselines: Object.fromEntries(baselines.map(({ name, ...own }) => [name, own])),
    },
    ...{ confidenceLevel, predictions, slices, baselines },
    bands: countBands(predictions),
    calibration: calibrationBands(predictions),
  };
}

function score(predictions: NumericPredictions): Scores {
  return {
    rmse: roundQuantity(METRICS.rmse.score(predictions)),
    mae: roundQuantity(METRICS.mae.score(predictions)),
    median_absolute_error: roundQuantity(METRICS.median_absolute_error.score(predictions)),
    r2: toShare(METRICS.r2.score(predictions)),
  };
}

function toShare(value: number): number | null {
  return Number.isNaN(value) ? null : roundMetric(value);
}

/** In units of the target, which may be of any size; what is beyond differs between processors. */
const N_DIGITS = 6;

export function roundQuantity(value: number): number {
  return Number(value.toPrecision(N_DIGITS));
}

function toSliceMetrics({ slices }: NumericSliceGroup): RegressionMetrics['slices'][string] {
  return Object.fromEntries(
    slices.map(({ name, nSamples, ...slice }) => [
      name,
      {
        n_samples: nSamples,
        rmse: roundQuantity(slice.rmse),
        mae: roundQuantity(slice.mae),
        mae_low: roundQuantity(slice.maeLow),
        mae_high: roundQuantity(slice.maeHigh),
        mean_error: roundQuantity(slice.meanError),
      },
    ]),
  );
}
