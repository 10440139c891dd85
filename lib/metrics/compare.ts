/** Two models on the same rows: every metric side by side, and which differences are more than chance. */
import type { Rng } from '../rng.ts';
import { measure, type EvaluationMetric } from './evaluate.ts';
import { mcnemar } from './mcnemar.ts';
import { pairedBootstrap } from './paired-bootstrap.ts';
import { pairPredictions, type PairedCell } from './paired-cells.ts';
import { perClassScores, type ClassScores } from './per-class.ts';
import { confusionMatrix, type Predictions } from './predictions.ts';
import { METRICS } from './registry.ts';

/** The predictions of one model, under the name that people know it by. */
export interface ModelPredictions {
  readonly name: string;
  readonly predictions: Predictions;
}

/** A metric of both models; null where it has no value. */
export interface MetricComparison {
  readonly metric: EvaluationMetric;
  readonly first: number | null;
  readonly second: number | null;
  /** Second minus first. */
  readonly difference: number | null;
  /** Interval of the difference; null for a metric that is neither of labels nor a mean over rows. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided: of McNemar's test for accuracy, else of the bootstrap. */
  readonly pValue: number | null;
}

const NO_COMPARISON = { difference: null, low: null, high: null, pValue: null };

/** Rows by which of the two models has them right. */
export interface Outcomes {
  readonly nBothRight: number;
  readonly nBothWrong: number;
  /** Right by the first model alone. */
  readonly nLost: number;
  /** Right by the second model alone. */
  readonly nGained: number;
}

export interface ClassComparison extends Outcomes {
  readonly class: string;
  readonly first: ClassScores;
  readonly second: ClassScores;
  /** McNemar's test on the rows of this class: whether its recall differs. */
  readonly pValue: number;
}

export interface Comparison extends Outcomes {
  readonly first: string;
  readonly second: string;
  readonly nSamples: number;
  readonly confidenceLevel: number;
  readonly metrics: readonly MetricComparison[];
  /** In the order of the classes. */
  readonly perClass: readonly ClassComparison[];
  /** Rows that the models predict differently, by class; the most frequent first. */
  readonly changes: readonly PairedCell[];
}

/**
 * Compares two models that predicted the same rows.
 *
 * @param options.confidenceLevel - Of the intervals, in (0, 1).
 * @param options.nResamples - Bootstrap samples, at least 1.
 * @throws RangeError as {@link pairPredictions} does.
 */
export function compareModels(
  first: ModelPredictions,
  second: ModelPredictions,
  classes: readonly string[],
  options: { confidenceLevel: number; nResamples: number; rng: Rng },
): Comparison {
  const pairs = pairPredictions(first.predictions, second.predictions);
  const intervals = pairedBootstrap(first.predictions, second.predictions, pairs, options);
  const outcomes = countOutcomes(pairs.cells);
  const confusions = [first, second].map(({ predictions }) => confusionMatrix(predictions));
  const scores = [first, second].map(({ predictions }, i) => measure(predictions, confusions[i]));
  const perClass = confusions.map(perClassScores);
  const metrics = [...scores[0].keys()].map((metric): MetricComparison => {
    const [a, b] = scores.map((score) => score.get(metric) ?? null);
    if (a === null || b === null) return { ...NO_COMPARISON, metric, first: a, second: b };
    const { low, high, pValue } = intervals[metric] ?? NO_COMPARISON;
    return {
      ...{ metric, first: a, second: b, difference: b - a, low, high },
      pValue: metric === 'accuracy' ? mcnemar(outcomes.nLost, outcomes.nGained) : pValue,
    };
  });
  return {
    ...outcomes,
    first: first.name,
    second: second.name,
    nSamples: first.predictions.yTrue.length,
    confidenceLevel: options.confidenceLevel,
    metrics,
    perClass: classes.map((name, label) => {
      const own = countOutcomes(pairs.cells.filter(({ truth }) => truth === label));
      const pValue = mcnemar(own.nLost, own.nGained);
      return { ...own, class: name, first: perClass[0][label], second: perClass[1][label], pValue };
    }),
    changes: pairs.cells.filter((cell) => cell.first !== cell.second),
  };
}

export type Verdict = 'better' | 'worse' | 'no difference';

/** What the second model is beside the first by one metric: chance alone makes a difference in 1 - level of the cases. */
export function judge(
  { metrics, confidenceLevel }: Comparison,
  metric: EvaluationMetric,
): { comparison: MetricComparison; verdict: Verdict } {
  const comparison = metrics.find((candidate) => candidate.metric === metric)!;
  const { difference, pValue } = comparison;
  if (difference === null || pValue === null || pValue >= 1 - confidenceLevel) {
    return { comparison, verdict: 'no difference' };
  }
  const isBetter = METRICS[metric].greaterIsBetter ? difference > 0 : difference < 0;
  return { comparison, verdict: isBetter ? 'better' : 'worse' };
}

function countOutcomes(cells: readonly PairedCell[]): Outcomes {
  const count = (isFirstRight: boolean, isSecondRight: boolean): number =>
    cells
      .filter(
        ({ truth, first, second }) =>
          (first === truth) === isFirstRight && (second === truth) === isSecondRight,
      )
      .reduce((sum, cell) => sum + cell.count, 0);
  return {
    nBothRight: count(true, true),
    nBothWrong: count(false, false),
    nLost: count(true, false),
    nGained: count(false, true),
  };
}
