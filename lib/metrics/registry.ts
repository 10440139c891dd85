/**
 * Every metric, its direction and its properties. The contract suite iterates this list, `evaluate` computes
 * what it says, and gates take their direction from it, so that a metric is added here or nowhere.
 */
import {
  accuracy,
  balancedAccuracy,
  cohenKappa,
  macroF1,
  matthewsCorrcoef,
  weightedF1,
} from './classification.ts';
import { adjustedRandIndex, normalizedMutualInformation } from './clustering.ts';
import type { ContingencyTable } from './contingency.ts';
import type { Predictions } from './predictions.ts';
import {
  brierScore,
  brierScoreOfRow,
  expectedCalibrationError,
  logLoss,
  logLossOfRow,
  topKAccuracy,
  topKAccuracyOfRow,
} from './probabilistic.ts';
import { averagePrecision, rocAuc } from './ranking.ts';
import { mae, medianAbsoluteError, r2, rmse, type NumericPredictions } from './regression.ts';

interface Properties {
  /** Direction of improvement; never a sign trick. */
  readonly greaterIsBetter: boolean;
  /** Both ends included. */
  readonly range: readonly [low: number, high: number];
}

export type Metric = Properties &
  (
    | {
        /** Computed from a confusion matrix. */
        readonly input: 'labels';
        /** Exchanging truth and prediction changes nothing. */
        readonly symmetric: boolean;
        readonly score: (confusion: ContingencyTable) => number;
      }
    | {
        /** Computed from the truth and the probability of each class. */
        readonly input: 'probabilities';
        readonly score: (predictions: Predictions) => number;
        /** Of a metric that is a mean over rows: what a row adds to it. */
        readonly scoreOfRow?: (predictions: Predictions, row: number) => number;
      }
    | {
        /** Computed from a contingency table of two partitions; takes no weights. */
        readonly input: 'partitions';
        readonly symmetric: boolean;
        readonly score: (table: ContingencyTable) => number;
      }
    | {
        /** Computed from true and predicted numbers. */
        readonly input: 'numbers';
        readonly score: (predictions: NumericPredictions) => number;
      }
  );

const share = { greaterIsBetter: true, range: [0, 1] } as const;
const correlation = { greaterIsBetter: true, range: [-1, 1] } as const;
const error = { greaterIsBetter: false, range: [0, Infinity], input: 'numbers' } as const;

export const METRICS = {
  accuracy: { ...share, input: 'labels', symmetric: true, score: accuracy },
  balanced_accuracy: { ...share, input: 'labels', symmetric: false, score: balancedAccuracy },
  macro_f1: { ...share, input: 'labels', symmetric: true, score: macroF1 },
  weighted_f1: { ...share, input: 'labels', symmetric: false, score: weightedF1 },
  matthews_corrcoef: {
    ...correlation,
    input: 'labels',
    symmetric: true,
    score: matthewsCorrcoef,
  },
  cohen_kappa: { ...correlation, input: 'labels', symmetric: true, score: cohenKappa },
  log_loss: {
    greaterIsBetter: false,
    range: [-Math.log(1 - 2 ** -23), -Math.log(2 ** -23)],
    input: 'probabilities',
    score: logLoss,
    scoreOfRow: logLossOfRow,
  },
  brier_score: {
    greaterIsBetter: false,
    range: [0, 2],
    input: 'probabilities',
    score: brierScore,
    scoreOfRow: brierScoreOfRow,
  },
  expected_calibration_error: {
    greaterIsBetter: false,
    range: [0, 1],
    input: 'probabilities',
    score: expectedCalibrationError,
  },
  top_2_accuracy: {
    ...share,
    input: 'probabilities',
    score: (predictions: Predictions) => topKAccuracy(predictions, 2),
    scoreOfRow: (predictions: Predictions, row: number) => topKAccuracyOfRow(predictions, row, 2),
  },
  roc_auc: { ...share, input: 'probabilities', score: rocAuc },
  average_precision: { ...share, input: 'probabilities', score: averagePrecision },
  adjusted_rand_index: {
    greaterIsBetter: true,
    range: [-0.5, 1],
    input: 'partitions',
    symmetric: true,
    score: adjustedRandIndex,
  },
  normalized_mutual_information: {
    ...share,
    input: 'partitions',
    symmetric: true,
    score: normalizedMutualInformation,
  },
  rmse: { ...error, score: rmse },
  mae: { ...error, score: mae },
  median_absolute_error: { ...error, score: medianAbsoluteError },
  r2: { greaterIsBetter: true, range: [-Infinity, 1], input: 'numbers', score: r2 },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

/** A metric of predicted numbers. */
export type RegressionMetric = {
  [Name in MetricName]: (typeof METRICS)[Name] extends { input: 'numbers' } ? Name : never;
}[MetricName];

type TestedMetric = {
  [Name in MetricName]: (typeof METRICS)[Name] extends { input: 'labels' } | { scoreOfRow: unknown }
    ? Name
    : never;
}[MetricName];

/** Metrics whose differences can be tested: those of labels, and those that are means over rows. */
export const TESTED_METRICS = Object.entries<Metric>(METRICS).flatMap(([name, metric]) =>
  metric.input === 'labels' || (metric.input === 'probabilities' && metric.scoreOfRow)
    ? [name as TestedMetric]
    : [],
);
