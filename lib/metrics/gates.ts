/** Gates: what a metric must reach before a model may pass. */
import { StageError } from '../errors.ts';
import type { EvaluationMetric, EvaluationMetrics } from './evaluate.ts';
import { METRICS } from './registry.ts';

/** Names that a gate may have. */
export const GATE_METRICS = Object.entries(METRICS).flatMap(([name, { input }]) =>
  input === 'partitions' ? [] : [name as EvaluationMetric],
);

export interface GateResult {
  readonly metric: EvaluationMetric;
  /** A minimum where greater is better, else a maximum; the limit itself holds. */
  readonly limit: number;
  /** Null where the metric has no value; the gate then fails. */
  readonly value: number | null;
  readonly isHeld: boolean;
}

/**
 * Compares metrics with their gates, in the order of the gates.
 *
 * @param gates - Limit of each metric, named as in {@link GATE_METRICS}.
 */
export function checkGates(
  metrics: EvaluationMetrics,
  gates: Readonly<Partial<Record<EvaluationMetric, number>>>,
): GateResult[] {
  return Object.entries(gates).map(([name, limit]) => {
    const metric = name as EvaluationMetric;
    const value = metrics[metric];
    const isHeld =
      value !== null && (METRICS[metric].greaterIsBetter ? value >= limit : value <= limit);
    return { metric, limit, value, isHeld };
  });
}

/** "accuracy must be at least 0.955; got 0.94". */
export function describeGate({ metric, limit, value }: GateResult): string {
  const direction = METRICS[metric].greaterIsBetter ? 'at least' : 'at most';
  return `${metric} must be ${direction} ${limit}; got ${value ?? 'no value'}`;
}

/**
 * @param report - File that holds the metrics, for the message.
 * @throws StageError E_GATE naming every gate that does not hold.
 */
export function assertGates(gates: readonly GateResult[], report: string): void {
  const failed = gates.filter(({ isHeld }) => !isHeld);
  if (failed.length === 0) return;
  throw new StageError('E_GATE', failed.map(describeGate).join('; '), {
    hint: `see ${report}; train a better model, or change evaluate.gates`,
  });
}
