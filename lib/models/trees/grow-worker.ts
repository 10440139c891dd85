/** Grows the trees whose keys it gets; the table comes in shared memory. */
import { parentPort, workerData } from 'node:worker_threads';
import { createGrower } from './grow-tree.ts';
import type { GrowOptions, TreeKey } from './grow-tree.ts';
import type { RankedTable } from './ranked-table.ts';

const { table, options } = workerData as { table: RankedTable; options: GrowOptions };
const grow = createGrower(table, options);

parentPort!.on('message', (key: TreeKey) => {
  const tree = grow(key);
  const buffers = Object.values(tree).map(({ buffer }) => buffer as ArrayBuffer);
  parentPort!.postMessage(tree, buffers);
});
