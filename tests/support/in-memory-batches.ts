import type { Batch, BatchSource } from '../../lib/models/mlp/fit.ts';
import type { LabelledRows } from '../../lib/models/model.ts';
import { createRng } from '../../lib/rng.ts';

export interface Rows {
  /** Row-major, shape (nSamples, nFeatures). */
  readonly X: Float32Array;
  readonly y: Int32Array;
}

/** The rows as a model of the registry gets them. */
export const toLabelled = ({ X, y }: Rows): LabelledRows => ({
  nSamples: y.length,
  features: X,
  labels: y,
});

/** Batches of rows that are in memory, shuffled by epoch number if there is a seed. */
export function toBatches(
  { X, y }: Rows,
  { batchSize, seed = null }: { batchSize: number; seed?: number | null },
): BatchSource {
  const nSamples = y.length;
  const nFeatures = X.length / nSamples;
  return {
    nFeatures,
    nBatches: Math.ceil(nSamples / batchSize),
    *epoch(epoch): Generator<Batch> {
      const order = Array.from({ length: nSamples }, (_, i) => i);
      if (seed !== null) shuffle(order, createRng(seed, 'test', `epoch ${epoch}`));
      for (let start = 0; start < nSamples; start += batchSize) {
        const rows = order.slice(start, start + batchSize);
        yield {
          features: Float32Array.from(rows.flatMap((i) => [...rowOf(X, i, nFeatures)])),
          labels: Int32Array.from(rows, (i) => y[i]),
          nSamples: rows.length,
        };
      }
    },
  };
}

export const rowOf = (X: Float32Array, i: number, nFeatures: number): Float32Array =>
  X.subarray(i * nFeatures, (i + 1) * nFeatures);

/** Uniform features in [-1, 1); the class depends on signs of the first three: 0, 1 or 2. */
export function makeRows(nSamples: number, nFeatures: number, seed: number): Rows {
  const rng = createRng(seed, 'test', 'rows');
  const X = Float32Array.from({ length: nSamples * nFeatures }, () => 2 * rng() - 1);
  const y = Int32Array.from({ length: nSamples }, (_, i) => {
    const [a, b, c] = rowOf(X, i, nFeatures);
    return a * b > 0 ? 1 : c > 0 ? 2 : 0;
  });
  return { X, y };
}

function shuffle(order: number[], rng: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
}
