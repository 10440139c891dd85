/** Fits what it is asked for, one after the other. */
import { parentPort } from 'node:worker_threads';
import { StageError } from '../errors.ts';
import { measureLosses } from './ablation.ts';
import type { RefitAnswer, RefitTask } from './refits.ts';
import { explainVariance } from './structure.ts';

async function refit(task: RefitTask): Promise<RefitAnswer> {
  try {
    if (task.kind === 'losses') return { found: await measureLosses(task.rows, task.C) };
    return { found: await explainVariance(task.rows, task.options) };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    const { code, message, hint } = error;
    return { refused: { code, message, hint } };
  }
}

parentPort!.on('message', (task: RefitTask) => {
  void refit(task).then((answer) => parentPort!.postMessage(answer));
});
