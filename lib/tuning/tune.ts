/**
 * Tuning: workers that ask a study for trials, run them, and tell what came of them.
 *
 * How a trial is run is the caller's; a test runs them in this process.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { StageError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { StartProgress } from '../progress.ts';
import type { Study, Verdict } from './study.ts';
import { isBetter } from './trial.ts';
import type { Attempt, Direction } from './trial.ts';

/** How the process of a trial ended. */
export type Ending =
  | { readonly kind: 'value'; readonly value: number | null }
  | {
      readonly kind: 'failed';
      /** null: a bug. */
      readonly code: ErrorCode | null;
      readonly message: string;
      readonly hint?: string;
    }
  | { readonly kind: 'killed' };

/** Runs the stage with the parameters of the trial. */
export type RunTrial = (
  attempt: Attempt,
  /** The metric at a step, in order. */
  onReport: (step: number, value: number) => void,
) => { readonly ending: Promise<Ending>; kill(): void };

export interface TuneOptions {
  readonly stage: string;
  readonly metric: string;
  readonly direction: Direction;
  readonly nTrials: number;
  /** null: no limit. */
  readonly timeoutSeconds: number | null;
  readonly workers: number;
  readonly pruner: string;
  /** Failed trials in a row that end the tuning. */
  readonly maxFailures: number;
}
export interface TuneContext {
  readonly log: { info(message: string): void; warn(message: string): void };
  readonly startProgress: StartProgress;
  /** Seconds since the tuning began. */
  readonly clock: () => number;
}

/** A trial that is killed so often is no accident of the machine. */
const MAX_ATTEMPTS = 3;
/** Between two looks at trials that run elsewhere. */
const WAIT_MS = 500;

/**
 * Runs trials until the study has `nTrials`, those of other processes and of earlier runs included.
 *
 * @throws StageError of the stage when the machine lacks something, or when trials fail in a row; the trials
 *   so far stay in the study. E_PARAMS when the stage does not measure the metric.
 */
export async function tune(
  study: Study,
  runTrial: RunTrial,
  options: TuneOptions,
  { log, startProgress, clock }: TuneContext,
): Promise<void> {
  const { nTrials, timeoutSeconds, maxFailures } = options;
  const running = new Set<() => void>();
  const bar = startProgress('tune', nTrials, 'trials');
  let best: number | null = null;
  let nRun = 0;
  let nReports = 0;
  let nFailures = 0;
  let isOver = false;

  const note = ({ index }: Attempt, { state, value, failure }: Verdict): void => {
    if (state === 'COMPLETE' && (best === null || isBetter(options.direction, value!, best))) {
      best = value;
    }
    const got =
      failure ?? (value === null ? 'killed, will be retried' : `${options.metric} ${value}`);
    log.info(`trial ${index}: ${state === 'PRUNED' ? 'pruned at ' : ''}${got}`);
    bar.update(index + 1, best === null ? '' : `best ${best}`);
  };

  const work = async (): Promise<void> => {
    while (!isOver && (timeoutSeconds === null || clock() < timeoutSeconds)) {
      const { trial, isRunning } = await study.ask(nTrials);
      if (trial === null) {
        if (!isRunning) return;
        await wait(WAIT_MS);
        continue;
      }
      const { verdict, error, nSteps } = await runOne(study, runTrial, trial, options, running);
      nRun++;
      nReports += nSteps;
      await study.tell(trial, verdict);
      if (error !== null) throw error;
      note(trial, verdict);
      nFailures = verdict.failure === null ? 0 : nFailures + 1;
      if (nFailures === maxFailures) throw tooManyFailures(options, verdict.failure!);
    }
  };

  const workers = Array.from({ length: options.workers }, work);
  try {
    await Promise.all(workers);
    if (options.pruner !== 'none' && nRun > 0 && nReports === 0) {
      log.warn(
        `${options.stage} reports no ${options.metric} step by step, so that no trial was pruned`,
      );
    }
  } finally {
    isOver = true;
    for (const kill of running) kill();
    await Promise.allSettled(workers);
    bar.end();
  }
}

/** Runs a trial to its end or until it is pruned; `error` ends the tuning, and the trial is retried. */
async function runOne(
  study: Study,
  runTrial: RunTrial,
  attempt: Attempt,
  options: TuneOptions,
  running: Set<() => void>,
): Promise<{ verdict: Verdict; error: Error | null; nSteps: number }> {
  let last: number | null = null;
  let isPruned = false;
  let nSteps = 0;
  // one after the other, each before the end, so that what is pruned does not hang on who is faster
  let reports = Promise.resolve();
  const { ending, kill } = runTrial(attempt, (step, value) => {
    nSteps++;
    reports = reports.then(async () => {
      if (isPruned) return;
      last = value;
      isPruned = await study.report(attempt, step, value);
      if (isPruned) kill();
    });
  });
  // what the study cannot store ends the trial too
  reports.catch(kill);
  running.add(kill);
  const ended = await ending.finally(() => running.delete(kill));
  await reports;
  const result = (verdict: Verdict, error: Error | null = null) => ({ verdict, error, nSteps });
  if (isPruned) return result({ state: 'PRUNED', value: last, failure: null });
  const fail = (failure: string | null): Verdict => ({ state: 'FAIL', value: null, failure });
  switch (ended.kind) {
    case 'value':
      return ended.value !== null && Number.isFinite(ended.value)
        ? result({ state: 'COMPLETE', value: ended.value, failure: null })
        : result(fail(`${options.metric} must be a number; got ${ended.value}`));
    case 'killed':
      return attempt.attempt < MAX_ATTEMPTS
        ? result(fail(null))
        : result(fail(`killed ${MAX_ATTEMPTS} times`));
    case 'failed':
      if (ended.code !== 'E_ENVIRONMENT') return result(fail(ended.message));
      return result(fail(null), new StageError(ended.code, ended.message, { hint: ended.hint }));
  }
}

function tooManyFailures({ stage, maxFailures }: TuneOptions, last: string): StageError {
  const times = maxFailures === 1 ? 'a trial' : `${maxFailures} trials in a row`;
  return new StageError(
    'E_DATA',
    `${stage} must end well in some trial; got ${times} that failed, the last with ${last}`,
    {
      hint: 'mend the stage or the space, and look at the trials with optuna-dashboard; tune.max_failures allows more',
    },
  );
}
