import type { Callback } from './callback.ts';

export type Report = (step: number, values: Readonly<Record<string, number | null>>) => void;

/** Tells of every step of `name` under the names of reports/metrics/train.json: by these a study prunes. */
export function stepReport(name: string, report: Report): Callback {
  return ({ model, step, loss, validLoss, validAccuracy }) => {
    // the steps of a model that is a part of `name` begin at 1 again
    if (model === name)
      report(step, { loss, valid_loss: validLoss, valid_accuracy: validAccuracy });
    return 'go on';
  };
}
