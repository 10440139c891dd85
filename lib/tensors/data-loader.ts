/**
 * Batches of a dataset, epoch after epoch.
 *
 * The order of an epoch depends on the seed and its number alone, so that a training that goes on from a
 * checkpoint sees the rows that it would have seen. Workers only copy rows: their number changes no batch.
 */
import type { Batch, BatchSource } from '../models/mlp/fit.ts';
import type { Rng } from '../rng.ts';
import type { Dataset } from './dataset.ts';
import { gatherBatch } from './gather-worker.ts';
import type { GatherSource, Span } from './gather-worker.ts';
import { shuffledIndices } from './shuffle.ts';
import { startWorkers } from './worker-pool.ts';

/** What is loaded of a dataset. */
type Rows = Pick<Dataset, 'nSamples' | 'nFeatures' | 'features'> & Pick<Batch, 'labels'>;

export interface LoaderOptions {
  /** Rows of a batch; the last one of an epoch has the rest. */
  readonly batchSize: number;
  /**
   * Threads that gather shuffled batches ahead; 0: they are gathered when they are asked for, which costs
   * least where training keeps every core busy (bench/data-loader.bench.ts).
   */
  readonly numWorkers: number;
  /** Batches that all workers together may be ahead, at least 1. */
  readonly prefetch?: number;
  /** The random stream of a purpose; epoch e takes `shuffle-epoch-<e>`. */
  readonly rng: (purpose: string) => Rng;
}

export interface DataLoader extends BatchSource {
  readonly nSamples: number;
  /**
   * The batches of an epoch. Leaving the loop early ends the workers; a worker that stops is an error.
   *
   * Batches of a shuffled loader own their arrays; those of another are views on the dataset. Workers
   * are started for each epoch, in about 50 ms.
   */
  epoch(epoch: number): AsyncGenerator<Batch>;
}

export function createDataLoader(
  dataset: Rows,
  options: LoaderOptions & { readonly shuffle: boolean },
): DataLoader {
  const { nSamples, nFeatures } = dataset;
  const { batchSize, numWorkers, rng, shuffle, prefetch = 2 * numWorkers } = options;
  const nBatches = Math.ceil(nSamples / batchSize);
  const spans = Array.from({ length: nBatches }, (_, i) => ({
    start: i * batchSize,
    end: Math.min((i + 1) * batchSize, nSamples),
  }));
  const usesWorkers = shuffle && numWorkers > 0;
  const features = usesWorkers ? toShared(dataset.features) : dataset.features;
  const labels = usesWorkers ? toShared(dataset.labels) : dataset.labels;
  return {
    nSamples,
    nFeatures,
    nBatches,
    async *epoch(epoch) {
      if (!shuffle) {
        for (const span of spans) yield viewBatch(dataset, span);
        return;
      }
      const order = shuffledIndices(nSamples, rng(`shuffle-epoch-${epoch}`));
      const source = { nFeatures, features, labels, order };
      if (usesWorkers) yield* gatherAhead(source, spans, numWorkers, prefetch);
      else for (const span of spans) yield gatherBatch(source, span);
    },
  };
}

function viewBatch({ nFeatures, features, labels }: Rows, { start, end }: Span): Batch {
  return {
    features: features.subarray(start * nFeatures, end * nFeatures),
    labels: labels.subarray(start, end),
    nSamples: end - start,
  };
}

async function* gatherAhead(
  source: GatherSource,
  spans: readonly Span[],
  numWorkers: number,
  prefetch: number,
): AsyncGenerator<Batch> {
  // compiled modules end in .js
  const script = import.meta.url.replace(/data-loader(\.\w+)$/, 'gather-worker$1');
  const workers = startWorkers<Span, Batch>(new URL(script), numWorkers, { gather: source });
  try {
    const ahead = spans.slice(0, prefetch).map(workers.run);
    for (const i of spans.keys()) {
      const batch = await ahead.shift()!;
      if (i + prefetch < spans.length) ahead.push(workers.run(spans[i + prefetch]));
      yield batch;
    }
  } finally {
    await workers.terminate();
  }
}

/** The array itself when threads can share it, else a copy that they can. */
function toShared<T extends Float32Array | Int32Array>(array: T): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const Type = array.constructor as new (buffer: SharedArrayBuffer) => T;
  const shared = new Type(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}
