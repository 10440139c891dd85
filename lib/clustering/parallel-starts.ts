/** Several starts of k-means at a time, in worker threads that share the rows. */
import { extname } from 'node:path';
import { startWorkers } from '../tensors/worker-pool.ts';
import type { WorkerPool } from '../tensors/worker-pool.ts';
import type { KMeans } from './k-means.ts';
import type { RowsLayout } from './to-sample-rows.ts';

export interface StartTask {
  /** First centers, row-major, features in the order of the rows laid out. */
  readonly centers: Float64Array;
  readonly maxShift: number;
  readonly maxIter: number;
}

/** Workers that fit one start each; null: too few distinct rows. Thread 0 of the layout is the caller's. */
export function startFitters(
  layout: RowsLayout,
  nWorkers: number,
): WorkerPool<StartTask, KMeans | null> {
  const script = new URL('./start-worker.ts', import.meta.url);
  // compiled in a published package
  script.pathname = script.pathname.replace(/\.ts$/, extname(import.meta.url));
  const tickets = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  return startWorkers(script, nWorkers, { layout, tickets });
}
