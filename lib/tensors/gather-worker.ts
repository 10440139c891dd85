/** Rows of a dataset in another order as batches, in this thread or as a worker of a loader. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Batch } from '../models/mlp/fit.ts';
import type { Dataset } from './dataset.ts';

/** What a worker is started with; the arrays are shared, not copied. */
export interface GatherSource
  extends Pick<Dataset, 'nFeatures' | 'features'>, Pick<Batch, 'labels'> {
  /** Rows in the order of the epoch. */
  readonly order: Int32Array;
}

/** Positions in the order of the epoch; `end` is not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Copies rows into arrays of their own. */
export function gatherBatch(
  { nFeatures, features, labels, order }: GatherSource,
  { start, end }: Span,
): Batch {
  const nSamples = end - start;
  const Labels = labels.constructor as new (length: number) => Batch['labels'];
  const batch = {
    features: new Float32Array(nSamples * nFeatures),
    labels: new Labels(labels.length > 0 ? nSamples : 0),
    nSamples,
  };
  for (let i = 0; i < nSamples; i++) {
    const row = order[start + i];
    const from = row * nFeatures;
    batch.features.set(features.subarray(from, from + nFeatures), i * nFeatures);
  }
  for (let i = 0; i < batch.labels.length; i++) batch.labels[i] = labels[order[start + i]];
  return batch;
}

const source = (workerData as { gather?: GatherSource } | null)?.gather;
if (parentPort !== null && source !== undefined) {
  const port = parentPort;
  port.on('message', (span: Span) => {
    const batch = gatherBatch(source, span);
    port.postMessage(batch, [batch.features.buffer, batch.labels.buffer] as ArrayBuffer[]);
  });
}
