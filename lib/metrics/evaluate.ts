/** Everything that is measured on the predictions of one split. */
import { accuracyInterval } from './accuracy-interval.ts';
import { measureBaselines, type BaselineScores } from './baselines.ts';
import { reliabilityCurve, type ReliabilityBin } from './calibration.ts';
import type { ContingencyTable } from './contingency.ts';
import { liftCurve, type LiftBand } from './lift.ts';
import { perClassScores, type ClassScores } from './per-class.ts';
import { confusionMatrix, createPredictions, type Predictions } from './predictions.ts';
import { METRICS, type Metric, type MetricName, type RegressionMetric } from './registry.ts';
import { measureSlices, type SliceGroup, type SliceKeys } from './slices.ts';

/** A metric of predicted classes: all but those of partitions and numbers. */
export type EvaluationMetric = Exclude<
  MetricName,
  RegressionMetric | 'adjusted_rand_index' | 'normalized_mutual_information'
>;

/** The document of reports/metrics/evaluate.json; null where a metric has no value. */
export type EvaluationMetrics = Readonly<Record<EvaluationMetric, number | null>> & {
  readonly accuracy_low: number;
  readonly accuracy_high: number;
  readonly n_samples: number;
  readonly per_class: Readonly<
    Record<string, Readonly<Record<'precision' | 'recall' | 'f1' | 'support', number>>>
  >;
  /** By what divides the rows, then by slice. */
  readonly slices: Readonly<Record<string, Readonly<Record<string, SliceMetrics>>>>;
  /** By the name of the model. */
  readonly baselines: Readonly<
    Record<string, Readonly<Record<'accuracy' | 'macro_f1' | 'log_loss', number>>>
  >;
  /** Of two classes: by tenth of the rows, from 1, those that are most probably of the second class first. */
  readonly lift?: Readonly<Record<string, number>>;
};
type SliceMetrics = Readonly<
  Record<
    'n_samples' | 'accuracy' | 'accuracy_low' | 'accuracy_high' | 'log_loss' | 'confidence',
    number
  >
>;

export interface Evaluation {
  /** Class names; their order is that of all lists here. */
  readonly classes: readonly string[];
  readonly metrics: EvaluationMetrics;
  readonly confidenceLevel: number;
  /** Rows: truth; columns: prediction. */
  readonly confusion: ContingencyTable;
  readonly perClass: readonly ClassScores[];
  readonly reliability: readonly ReliabilityBin[];
  /** None of more than two classes. */
  readonly lift: readonly LiftBand[];
  readonly slices: readonly SliceGroup[];
  /** The most accurate first. */
  readonly baselines: readonly BaselineScores[];
}

/**
 * Measures predicted probabilities against the truth.
 *
 * @param yTrue - True class indices into `classes`, shape (nSamples), nSamples >= 1.
 * @param yProba - Probabilities, row-major, shape (nSamples, nClasses).
 * @param options.confidenceLevel - Of the interval of accuracy, in (0, 1).
 * @param options.threshold - Of two classes, the second is predicted from this probability on; null: the
 *   more probable one is.
 * @param options.sliceKeys - Ways to divide the rows into slices that are measured apart.
 * @param options.baselines - Probabilities that other models give the rows, by their names.
 * @throws RangeError as {@link createPredictions} does.
 */
export function evaluate(
  yTrue: Int32Array,
  yProba: Float32Array,
  classes: readonly string[],
  {
    confidenceLevel,
    threshold = null,
    sliceKeys = [],
    baselines: others = {},
  }: {
    confidenceLevel: number;
    threshold?: number | null;
    sliceKeys?: readonly SliceKeys[];
    baselines?: Readonly<Record<string, Float32Array>>;
  },
): Evaluation {
  const predictions = createPredictions(yTrue, yProba, { nClasses: classes.length, threshold });
  const confusion = confusionMatrix(predictions);
  const perClass = perClassScores(confusion);
  const scores = [...measure(predictions, confusion)].map(
    ([name, value]) => [name, value === null ? null : roundMetric(value)] as const,
  );
  const nSamples = yTrue.length;
  const nCorrect = classes.reduce(
    (sum, _, label) => sum + confusion.counts[label * (classes.length + 1)],
    0,
  );
  const { low, high } = accuracyInterval(nCorrect, nSamples, confidenceLevel);
  const lift = classes.length === 2 ? liftCurve(yTrue, yProba) : [];
  const slices = sliceKeys.map((keys) => measureSlices(predictions, keys, confidenceLevel));
  const baselines = measureBaselines(yTrue, others, classes.length);
  const { accuracy, ...rest } = Object.fromEntries(scores) as Record<
    EvaluationMetric,
    number | null
  >;
  return {
    classes,
    metrics: {
      accuracy,
      accuracy_low: roundMetric(low),
      accuracy_high: roundMetric(high),
      ...rest,
      n_samples: nSamples,
      per_class: Object.fromEntries(
        perClass.map(({ precision, recall, f1, support }, label) => [
          classes[label],
          {
            precision: roundMetric(precision),
            recall: roundMetric(recall),
            f1: roundMetric(f1),
            support,
          },
        ]),
      ),
      slices: Object.fromEntries(slices.map((group) => [group.by, toSliceMetrics(group)])),
      baselines: Object.fromEntries(
        baselines.map(({ name, ...scores }) => [
          name,
          {
            accuracy: roundMetric(scores.accuracy),
            macro_f1: roundMetric(scores.macroF1),
            log_loss: roundMetric(scores.logLoss),
          },
        ]),
      ),
      ...(lift.length === 0 ? {} : { lift: toLiftMetrics(lift) }),
    },
    confidenceLevel,
    confusion,
    perClass,
    reliability: reliabilityCurve(predictions),
    lift,
    slices,
    baselines,
  };
}

function toSliceMetrics({ slices }: SliceGroup): Record<string, SliceMetrics> {
  return Object.fromEntries(
    slices.map((slice) => [
      slice.name,
      {
        n_samples: slice.nSamples,
        accuracy: roundMetric(slice.accuracy),
        accuracy_low: roundMetric(slice.accuracyLow),
        accuracy_high: roundMetric(slice.accuracyHigh),
        log_loss: roundMetric(slice.logLoss),
        confidence: roundMetric(slice.confidence),
      },
    ]),
  );
}

function toLiftMetrics(bands: readonly LiftBand[]): Record<string, number> {
  return Object.fromEntries(bands.map(({ lift }, i) => [i + 1, roundMetric(lift)]));
}

/** Every metric of one model's predictions; null where it has no value. */
export function measure(
  predictions: Predictions,
  confusion: ContingencyTable,
): Map<EvaluationMetric, number | null> {
  const scores = Object.entries<Metric>(METRICS).flatMap(([name, metric]) => {
    if (metric.input === 'partitions' || metric.input === 'numbers') return [];
    const value = metric.input === 'labels' ? metric.score(confusion) : metric.score(predictions);
    return [[name as EvaluationMetric, Number.isNaN(value) ? null : value] as const];
  });
  return new Map(scores);
}

/**
 * Six decimals: finer than one row of a million, and coarse enough that the last bits of a processor's
 * arithmetic do not show up as a difference.
 */
export function roundMetric(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
