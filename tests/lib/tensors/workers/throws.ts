/** Throws at the first task. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (task: number) => {
  throw new RangeError(`task ${task}`);
});
