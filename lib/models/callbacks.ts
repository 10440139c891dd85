/**
 * What looks on while a model learns, by its parameters in `train.callbacks`.
 *
 * Early stopping, schedule and clipping are the model's own, since each means something else by them.
 */
import { nullable, number, oneOf } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import type { Task } from '../task.ts';
import { combine } from './callbacks/callback.ts';
import type { Callback } from './callbacks/callback.ts';
import { HISTORY_FORMATS, historyLog } from './callbacks/history-log.ts';
import type { HistoryFormat } from './callbacks/history-log.ts';
import { nanStop } from './callbacks/nan-stop.ts';
import { stepReport } from './callbacks/step-report.ts';
import type { Report } from './callbacks/step-report.ts';
import { timeBudget } from './callbacks/time-budget.ts';

export const CALLBACKS_SCHEMA = {
  max_minutes: nullable(number({ default: 10, above: 0, doc: '' }), {
    default: null,
    doc: 'Minutes after which training ends with what it has, at the end of a step; the model then depends on the speed of the machine. null: unlimited.',
  }),
  history_log: oneOf(['none', ...HISTORY_FORMATS], {
    default: 'none',
    doc: 'File that gets a line at the end of each step, for watching: logs/train.csv or logs/train.jsonl.',
  }),
};

type CallbackParams = Params<typeof CALLBACKS_SCHEMA>;

/**
 * One callback out of all that `callbacks` asks for, for the training of `model`.
 *
 * @param params.task - Absent: classes are told apart.
 * @param context.clock - Seconds.
 * @param context.report - Hears of the steps of `model`, not of those of models that it is made of.
 * @param context.openLog - Begins a file anew; what it returns appends to it.
 */
export function createCallback(
  {
    model,
    callbacks,
    task = 'classification',
  }: { readonly model: string; readonly callbacks: CallbackParams; readonly task?: Task },
  context: {
    readonly clock: () => number;
    readonly info: (message: string) => void;
    readonly report: Report;
    readonly openLog: (format: HistoryFormat) => (line: string) => void;
  },
): Callback {
  const { maxMinutes, historyLog: format } = callbacks;
  const { clock, info, openLog, report } = context;
  return combine([
    ...(format === 'none' ? [] : [historyLog(format, openLog(format), clock)]),
    stepReport(model, task, report),
    nanStop,
    ...(maxMinutes === null ? [] : [timeBudget(maxMinutes, clock, info)]),
  ]);
}
