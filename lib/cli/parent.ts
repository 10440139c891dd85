/**
 * The process that started this run and watches it, over the channel that Node opens between the two
 * (`stdio: 'ipc'`). `tune` runs its trials that way; of a run that was started otherwise nobody hears.
 */
import type { StageContext, StageFlags, StageGroups, StagePaths } from './stage.ts';
import type { Schema } from '../params/schema.ts';

type Report = StageContext<StagePaths, Schema, StageFlags, StageGroups>['report'];

/** What a child sends. */
export interface ChildReport {
  readonly step: number;
  readonly values: Readonly<Record<string, number | null>>;
}

export const reportToParent: Report = (step, values) => {
  process.send?.({ step, values } satisfies ChildReport);
};

/** Calls `end` when the parent dies, so that no child goes on that nobody waits for. */
export function endWithParent(end: () => void): void {
  if (process.channel === undefined) return;
  process.on('disconnect', end);
  // a listener keeps the channel, and with it a run that is over, open
  process.channel?.unref();
}
