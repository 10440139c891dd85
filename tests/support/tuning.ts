/** Studies of Optuna whose trials are functions of their parameters, run in this process. */
import { join } from 'node:path';
import { findStudyProgram } from '../../lib/data/study-program.ts';
import { showNoProgress } from '../../lib/progress.ts';
import type { SearchSpace } from '../../lib/tuning/search-space.ts';
import { withStudy } from '../../lib/tuning/study.ts';
import type { Study, StudyOptions } from '../../lib/tuning/study.ts';
import type { Trial } from '../../lib/tuning/trial.ts';
import { tune } from '../../lib/tuning/tune.ts';
import type { Ending, RunTrial, TuneOptions } from '../../lib/tuning/tune.ts';

const numeric = { log: false, step: null };

/** One of each kind: log, step, choices, a condition. */
export const SPACE: SearchSpace = [
  {
    name: 's.rate',
    distribution: { type: 'float', low: 0.001, high: 1, log: true, step: null },
    when: {},
  },
  {
    name: 's.share',
    distribution: { ...numeric, type: 'float', low: 0, high: 0.5, step: 0.1 },
    when: {},
  },
  { name: 's.kind', distribution: { type: 'categorical', choices: ['a', [1, 2]] }, when: {} },
  {
    name: 's.n',
    distribution: { ...numeric, type: 'int', low: 1, high: 9, step: 2 },
    when: { 's.kind': [[1, 2]] },
  },
];

/** Best where rate is 0.1, share 0.3, kind a list and n 5; at most 0. */
export function score(params: Trial['params']): number {
  const [rate, share, n] = ['s.rate', 's.share', 's.n'].map((name) => Number(params[name] ?? 1));
  return -((Math.log10(rate) + 1) ** 2) - (share - 0.3) ** 2 - (n - 5) ** 2 / 16;
}

export const STUDY: Omit<StudyOptions, 'storage'> = {
  ...{ name: 'study', direction: 'maximize', space: SPACE, sampler: 'tpe', grid: null },
  ...{ nStartupTrials: 4, pruner: 'none', nWarmupSteps: 0, percentile: 25, seed: 7 },
  identity: { of: 'tests' },
};
export const OPTIONS: TuneOptions = {
  ...{ stage: 's', metric: 'score', direction: 'maximize', nTrials: 12, timeoutSeconds: null },
  ...{ workers: 1, pruner: 'none', maxFailures: 3 },
};

/** Opens the study of a folder. */
export async function inStudy<T>(
  folder: string,
  changes: Partial<StudyOptions>,
  use: (study: Study) => Promise<T>,
): Promise<T> {
  const storage = `sqlite:///${join(folder, 'studies.db')}`;
  return await withStudy(findStudyProgram(), { storage, ...STUDY, ...changes }, use);
}

/** A trial that is over at once. */
export function ending(of: (params: Trial['params']) => Ending): RunTrial {
  return ({ params }) => ({ ending: Promise.resolve(of(params)), kill: () => {} });
}

export const scored: RunTrial = ending((params) => ({ kind: 'value', value: score(params) }));

/** Runs trials to the end, and gives all of the study; the lines of the log go to `said`. */
export async function runTrials(
  study: Study,
  run: RunTrial,
  changes: Partial<TuneOptions> = {},
  said: string[] = [],
): Promise<Trial[]> {
  const say = (line: string): void => void said.push(line);
  const context = {
    log: { info: say, warn: say },
    startProgress: showNoProgress,
    clock: () => 0,
  };
  await tune(study, run, { ...OPTIONS, ...changes }, context);
  return await study.trials();
}
