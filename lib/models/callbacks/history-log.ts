import { stringify } from 'csv-stringify/sync';
import type { Callback } from './callback.ts';

export const HISTORY_FORMATS = ['csv', 'jsonl'] as const;
export type HistoryFormat = (typeof HISTORY_FORMATS)[number];

const COLUMNS = [
  ...['model', 'step', 'loss', 'valid_loss', 'valid_accuracy', 'learning_rate', 'seconds'],
];

/**
 * Writes each step as one line when it ends, for whoever watches the training.
 *
 * @param write - Gets each line with its end.
 * @param clock - Seconds.
 */
export function historyLog(
  format: HistoryFormat,
  write: (line: string) => void,
  clock: () => number,
): Callback {
  if (format === 'csv') write(stringify([COLUMNS]));
  return ({ model, step, loss, validLoss, validAccuracy, learningRate }) => {
    const seconds = Math.round(clock() * 1000) / 1000;
    const cells = [model, step, loss, validLoss, validAccuracy, learningRate, seconds];
    const row = Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i]]));
    write(format === 'csv' ? stringify([cells]) : `${JSON.stringify(row)}\n`);
    return 'go on';
  };
}
