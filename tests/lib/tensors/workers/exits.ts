/** Does the first task, exits at the second. */
import { exit } from 'node:process';
import { parentPort } from 'node:worker_threads';

parentPort?.once('message', (task: number) => {
  parentPort?.postMessage(task + 1);
  parentPort?.once('message', () => exit(3));
});
