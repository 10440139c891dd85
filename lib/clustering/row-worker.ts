/** Takes steps on batches of the rows that it gets, until it is ended. */
import { parentPort } from 'node:worker_threads';
import { serve } from './parallel-rows.ts';
import type { SharedRows } from './parallel-rows.ts';

parentPort!.once('message', (shared: SharedRows) => serve(shared));
