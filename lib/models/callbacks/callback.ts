import type { ModelHistoryRow, Verdict } from '../model.ts';

/** Looks at every step of a training as it ends, whatever the model. */
export type Callback = (row: ModelHistoryRow) => Verdict;

/** Hands each step to all of `callbacks`; one that says stop suffices. */
export function combine(callbacks: readonly Callback[]): Callback {
  return (row) => {
    const verdicts = callbacks.map((callback) => callback(row));
    return verdicts.includes('stop') ? 'stop' : 'go on';
  };
}
