import type { Task } from '../../task.ts';
import type { Callback } from './callback.ts';

export type Report = (step: number, values: Readonly<Record<string, number | null>>) => void;

/** Tells of every step of `name` under the names of reports/metrics/train.json: by these a study prunes. */
export function stepReport(name: string, task: Task, report: Report): Callback {
  return ({ model, step, loss, validLoss, validAccuracy }) => {
    const valid: Record<string, number | null> =
      task === 'regression'
        ? { valid_rmse: validLoss }
        : { valid_loss: validLoss, valid_accuracy: validAccuracy };
    // the steps of a model that is a part of `name` begin at 1 again
    if (model === name) report(step, { loss, ...valid });
    return 'go on';
  };
}
