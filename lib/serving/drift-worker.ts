/** Compares windows with training rows, beside the thread that answers requests. */
import { parentPort } from 'node:worker_threads';
import type { Distribution } from '../preprocessing/distribution.ts';
import type { WindowColumns } from './drift-window.ts';
import { measureWindow } from './window-drift.ts';

export interface Comparison {
  readonly distribution: Distribution;
  readonly columns: WindowColumns;
  readonly threshold: number;
}

parentPort!.on('message', ({ distribution, columns, threshold }: Comparison) => {
  parentPort!.postMessage(measureWindow(distribution, columns, threshold));
});
