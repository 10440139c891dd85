/** Iterates k-means from the first centers that it gets; the rows come in shared memory. */
import { parentPort, workerData } from 'node:worker_threads';
import { StageError } from '../errors.ts';
import { startFrom } from './k-means-steps.ts';
import { iterate } from './k-means.ts';
import type { KMeans } from './k-means.ts';
import type { StartTask } from './parallel-starts.ts';
import { openRows } from './to-sample-rows.ts';
import type { RowsLayout } from './to-sample-rows.ts';

const { layout, tickets } = workerData as { layout: RowsLayout; tickets: Int32Array };
const rows = openRows(layout, Atomics.add(tickets, 0, 1));

async function fit({ centers, maxShift, maxIter }: StartTask): Promise<KMeans | null> {
  try {
    return await iterate(rows, startFrom(rows, centers), 0, maxShift, { maxIter });
  } catch (error) {
    // too few distinct rows, which the other thread says
    if (error instanceof StageError) return null;
    throw error;
  }
}

parentPort!.on('message', (task: StartTask) => {
  void fit(task).then((fitted) => parentPort!.postMessage(fitted));
});
