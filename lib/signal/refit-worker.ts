/** Fits what it is asked for, one after the other. */
import { parentPort } from 'node:worker_threads';
import { StageError } from '../errors.ts';
import { measureLosses } from './ablation.ts';
import type { RefitAnswer, RefitTask } from './refits.ts';
import { explainVariance } from './structure.ts';

async function refit(task: RefitTask): Promise<RefitAnswer> {
  if (task.kind === 'losses') return await measureLosses(task.rows, task.C);
  try {
    return await explainVariance(task.rows, task.options);
  } catch (error) {
    // too few distinct rows, which the other thread says
    if (error instanceof StageError) return null;
    throw error;
  }
}

parentPort!.on('message', (task: RefitTask) => {
  void refit(task).then((answer) => parentPort!.postMessage(answer));
});
