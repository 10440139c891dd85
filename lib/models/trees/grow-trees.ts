/** Trees one after another, grown on all threads: by the compiled kernel, or by typed arrays in worker threads. */
import { extname } from 'node:path';
import { startWorkers } from '../../tensors/worker-pool.ts';
import type { GrowOptions, GrownTree, TreeKey } from './grow-tree.ts';
import type { Kernel } from './kernel.ts';
import { rankTable } from './ranked-table.ts';

export interface TrainingTable {
  /** Row-major, finite, shape (nSamples, nFeatures). */
  readonly features: Float32Array;
  /** Shape (nSamples), nSamples >= 1. */
  readonly labels: Int32Array;
}

/**
 * The trees of the keys, in their order. The bytes depend on table, options and keys alone: neither on the number
 * of threads nor on whether there is a kernel. Whoever stops asking ends the growing.
 *
 * @param signal - Aborted: the next tree throws its reason.
 */
export async function* growTrees(
  table: TrainingTable,
  options: GrowOptions,
  keys: readonly TreeKey[],
  { threads, signal }: { readonly threads: number; readonly signal: AbortSignal },
  kernel: Kernel | null,
): AsyncGenerator<GrownTree> {
  signal.throwIfAborted();
  const nThreads = Math.min(threads, keys.length);
  yield* kernel === null
    ? growInWorkers(table, options, keys, nThreads, signal)
    : growInKernel(kernel, table, options, keys, nThreads, signal);
}

async function* growInKernel(
  kernel: Kernel,
  { features, labels }: TrainingTable,
  options: GrowOptions,
  keys: readonly TreeKey[],
  nThreads: number,
  signal: AbortSignal,
): AsyncGenerator<GrownTree> {
  const growing = await kernel.grow(features, labels, options, keys, nThreads);
  signal.addEventListener('abort', growing.cancel);
  if (signal.aborted) growing.cancel();
  const early = new Map<number, GrownTree>();
  try {
    for (let i = 0; i < keys.length; i++) {
      while (!early.has(i)) {
        const ready = await growing.next();
        if (ready === null) throw signal.reason;
        early.set(ready.index, ready.tree);
      }
      yield early.get(i)!;
      early.delete(i);
    }
  } finally {
    signal.removeEventListener('abort', growing.cancel);
    await growing.free();
  }
}

async function* growInWorkers(
  { features, labels }: TrainingTable,
  options: GrowOptions,
  keys: readonly TreeKey[],
  nThreads: number,
  signal: AbortSignal,
): AsyncGenerator<GrownTree> {
  const table = rankTable(
    features,
    labels,
    options.classWeight.length,
    options.splitter === 'random',
  );
  const script = new URL('./grow-worker.ts', import.meta.url);
  // compiled in a published package
  script.pathname = script.pathname.replace(/\.ts$/, extname(import.meta.url));
  const pool = startWorkers<TreeKey, GrownTree>(script, nThreads, { table, options });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => {});
  try {
    signal.throwIfAborted();
    const trees = keys.map((key) => pool.run(key));
    for (const tree of trees) yield await Promise.race([tree, aborted]);
  } finally {
    await pool.terminate();
  }
}
