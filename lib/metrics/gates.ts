/** Gates: what a metric must reach before a model may pass. */
import { StageError, listExamples } from '../errors.ts';
import type { Task } from '../task.ts';
import type { EvaluationMetric } from './evaluate.ts';
import { METRICS, type RegressionMetric } from './registry.ts';

export type GateMetric = EvaluationMetric | RegressionMetric;
export type Gates = Readonly<Partial<Record<GateMetric, number>>>;

/** Names that a gate may have. */
export const GATE_METRICS = Object.entries(METRICS).flatMap(([name, { input }]) =>
  input === 'partitions' ? [] : [name as GateMetric],
);

/** @throws StageError E_PARAMS for gates of what the model does not do: classes for numbers, or the other way. */
export function assertGatesFit(gates: Gates, task: Task): void {
  const isNumeric = (name: GateMetric): boolean => METRICS[name].input === 'numbers';
  const fitting = GATE_METRICS.filter((name) => isNumeric(name) === (task === 'regression'));
  const wrong = Object.keys(gates).filter((name) => !fitting.includes(name as GateMetric));
  if (wrong.length === 0) return;
  const what = task === 'regression' ? 'predicts a number' : 'tells classes apart';
  throw new StageError(
    'E_PARAMS',
    `evaluate.gates must name metrics of a model that ${what}; got ${listExamples(wrong)}`,
    { hint: `these are ${fitting.join(', ')}` },
  );
}

export interface GateResult {
  readonly metric: GateMetric;
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
  metrics: Readonly<Partial<Record<GateMetric, number | null>>>,
  gates: Gates,
): GateResult[] {
  return Object.entries(gates).map(([name, limit]) => {
    const metric = name as GateMetric;
    const value = metrics[metric] ?? null;
    const isHeld =
      value !== null && (METRICS[metric].greaterIsBetter ? value >= limit : value <= limit);
    return { metric, limit, value, isHeld };
  });
}

/** "accuracy must be at least 0.955; got 0.94". */
export function describeGate({ metric, limit, value }: GateResult): string {
  const direction = METRICS[metric].greaterIsBetter ? 'at least' : 'at most';
  return sayLimit(metric, direction, limit, value);
}

function sayLimit(what: string, direction: string, limit: number, value: number | null): string {
  return `${what} must be ${direction} ${limit}; got ${value ?? 'no value'}`;
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

/** A value that has a least, as messages call it: "accuracy of en". */
interface LeastValue {
  readonly what: string;
  readonly value: number | null;
  readonly least: number;
}

/**
 * @param report - File that holds the values, for the message.
 * @throws StageError E_GATE naming every value that is below its least, or null.
 */
export function assertAtLeast(values: readonly LeastValue[], report: string): void {
  const failed = values.filter(({ value, least }) => !(value !== null && value >= least));
  if (failed.length === 0) return;
  const sayings = failed.map(({ what, value, least }) => sayLimit(what, 'at least', least, value));
  throw new StageError('E_GATE', sayings.join('; '), { hint: `see ${report}` });
}
