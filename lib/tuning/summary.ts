/** What a study is called, and what it found. */
import { createHash } from 'node:crypto';
import { StageError } from '../errors.ts';
import type { SearchSpace } from './search-space.ts';
import type { Study } from './study.ts';
import { findBest } from './trial.ts';
import type { Tuning } from './trial.ts';

interface Definition {
  readonly stage: string;
  readonly study: string | null;
  readonly metric: string;
  readonly direction: string;
  readonly sampler: string;
  readonly nStartupTrials: number;
  readonly pruner: string;
  readonly nWarmupSteps: number;
  readonly percentile: number;
}
type Values = Readonly<Record<string, unknown>>;

/** What changes no trial: what the machine has. */
const MACHINE = ['threads', 'memory_mb'];

/**
 * All that decides the trials of a study, and its name, which follows from that unless it is given.
 *
 * @param facts.fixed - Groups of params.yaml, `base` among them.
 * @param facts.hashes - Of the files that the trials read.
 */
export function identifyStudy(
  { study, ...definition }: Definition,
  facts: {
    readonly space: SearchSpace;
    readonly version: string;
    readonly hashes: Values;
    readonly fixed: Values;
  },
): { name: string; identity: Record<string, unknown> } {
  const { space, version, hashes, fixed } = facts;
  const { stage, metric, direction, sampler, nStartupTrials, pruner, nWarmupSteps, percentile } =
    definition;
  const base = Object.entries(fixed.base as Values).filter(([key]) => !MACHINE.includes(key));
  const identity = {
    ...{ stage, metric, direction, sampler, pruner },
    ...{ n_startup_trials: nStartupTrials, n_warmup_steps: nWarmupSteps, percentile },
    ...{ space, version },
    parameters: { ...fixed, base: Object.fromEntries(base) },
    data: Object.values(hashes),
  };
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return { name: study ?? `${stage}-${hash.slice(0, 8)}`, identity };
}

/** Terms and values for the page. */
export function describeStudy(
  name: string,
  seed: number,
  { stage, metric, direction, sampler, pruner }: Definition,
): [term: string, value: string][] {
  return [
    ['Stage', stage],
    ['Metric', `${metric}, ${direction}`],
    ['Sampler', sampler],
    ['Pruner', pruner],
    ['Study', name],
    ['Seed', String(seed)],
  ];
}

/** @throws StageError E_DATA when no trial is complete. */
export async function summarizeStudy(
  study: Study,
  facts: Pick<Tuning, 'stage' | 'metric' | 'direction' | 'space'>,
): Promise<Tuning> {
  const trials = (await study.trials()).filter(({ state }) => state !== 'RUNNING');
  const best = findBest(trials, facts.direction);
  if (best === null) {
    const failure = trials.findLast((trial) => trial.failure !== null)?.failure;
    throw new StageError(
      'E_DATA',
      `${facts.stage} must end well in some trial; got ${trials.length} trials and none complete` +
        (failure === undefined ? '' : `, the last that failed with ${failure}`),
      {
        hint: 'set tune.n_trials or tune.timeout_seconds higher, or mend what the trials fail with',
      },
    );
  }
  return { ...facts, trials, best, importances: await study.importances() };
}
