import type { Callback } from './callback.ts';

/**
 * Ends a training after the step in which its time is up, with what it has learnt by then.
 *
 * @param maxMinutes - From the first reading of `clock`, over all models of the training.
 * @param clock - Seconds.
 */
export function timeBudget(
  maxMinutes: number,
  clock: () => number,
  info: (message: string) => void,
): Callback {
  const end = clock() + 60 * maxMinutes;
  return ({ model, step }) => {
    if (clock() < end) return 'go on';
    info(`${model}: ${maxMinutes} minutes are up after step ${step}`);
    return 'stop';
  };
}
