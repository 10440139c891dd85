/** What a trial is, and what follows from all of them. */
import { isRecord } from '../params/schema.ts';
import type { SearchSpace } from './search-space.ts';

/** A trial that runs. */
export interface Attempt {
  /** 0 to n_trials - 1; a retry keeps it. */
  readonly index: number;
  /** Optuna's, which counts attempts. */
  readonly number: number;
  /** 1 for the first one at this index. */
  readonly attempt: number;
  /** Of the parameters whose conditions hold. */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Trial {
  readonly index: number;
  readonly state: 'COMPLETE' | 'PRUNED' | 'FAIL' | 'RUNNING';
  /** The metric; of a pruned trial the last one that it reported, of a failed one null. */
  readonly value: number | null;
  readonly params: Readonly<Record<string, unknown>>;
  /** Intermediate values that it reported. */
  readonly n_steps: number;
  /** Why it failed. */
  readonly failure: string | null;
}

export type Direction = 'maximize' | 'minimize';

/** What `tune` found. */
export interface Tuning {
  readonly stage: string;
  readonly metric: string;
  readonly direction: Direction;
  readonly space: SearchSpace;
  /** By index. */
  readonly trials: readonly Trial[];
  readonly best: CompleteTrial;
  /** Shares of the parameters that sum to 1; null: too few trials. */
  readonly importances: Readonly<Record<string, number>> | null;
}

export type CompleteTrial = Trial & { readonly value: number };

export function isComplete(trial: Trial): trial is CompleteTrial {
  return trial.state === 'COMPLETE';
}

/** Whether `a` is better than `b`. */
export function isBetter(direction: Direction, a: number, b: number): boolean {
  return direction === 'maximize' ? a > b : a < b;
}

/** The complete trial with the best value, of equal ones the first; null when none is complete. */
export function findBest(trials: readonly Trial[], direction: Direction): CompleteTrial | null {
  return trials
    .filter(isComplete)
    .reduce<CompleteTrial | null>(
      (best, trial) =>
        best === null || isBetter(direction, trial.value, best.value) ? trial : best,
      null,
    );
}

/** Parameters of params.yaml: `{'train.mlp.dropout': 0.1}` is `{train: {mlp: {dropout: 0.1}}}`. */
export function toOverlay(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const overlay: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    const keys = name.split('.');
    const last = keys.pop()!;
    let map = overlay;
    for (const key of keys) map = (map[key] ??= {}) as Record<string, unknown>;
    map[last] = value;
  }
  return overlay;
}

type Values = Readonly<Record<string, unknown>>;

/** `over` laid over `values`, map by map; neither is changed. */
export function mergeMaps(values: Values, over: Values): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...values };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? mergeMaps(below, value) : value;
  }
  return merged;
}

/** The document of reports/metrics/tune.json. */
export function tuneMetrics({ metric, trials, best, importances }: Tuning) {
  const count = (state: Trial['state']): number => trials.filter((t) => t.state === state).length;
  return {
    best: { [metric]: best.value, trial: best.index, parameters: toOverlay(best.params) },
    n_trials: trials.length,
    n_complete: count('COMPLETE'),
    n_pruned: count('PRUNED'),
    n_failed: count('FAIL'),
    importances,
  };
}

/** One row per trial: what it drew and what came of it; a parameter that was not drawn is null. */
export function trialRows({ metric, space, trials }: Tuning): Record<string, unknown>[] {
  return trials.map(({ index, state, value, n_steps, params, failure }) => ({
    trial: index,
    state,
    [metric]: value,
    n_steps,
    ...Object.fromEntries(
      space.map(({ name }) => {
        const drawn = params[name] ?? null;
        return [name, typeof drawn === 'object' && drawn !== null ? JSON.stringify(drawn) : drawn];
      }),
    ),
    failure,
  }));
}
