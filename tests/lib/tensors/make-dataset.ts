import type { Block, DatasetHeader } from '../../../lib/tensors/dataset.ts';

/** Rows whose numbers tell where they belong: features[i][j] = i + j / 8, labels[i] = i mod nClasses. */
export function makeRows(nSamples: number, nFeatures: number, nClasses: number): Block {
  return {
    features: Float32Array.from(
      { length: nSamples * nFeatures },
      (_, k) => Math.floor(k / nFeatures) + (k % nFeatures) / 8,
    ),
    labels: Int32Array.from({ length: nClasses > 0 ? nSamples : 0 }, (_, i) => i % nClasses),
  };
}

export function makeHeader(nSamples: number, nFeatures: number, nClasses: number): DatasetHeader {
  return {
    nSamples,
    columns: Array.from({ length: nFeatures }, (_, j) => `column ${j}`),
    classes: Array.from({ length: nClasses }, (_, c) => c + 1),
  };
}

/** Rows with numbers to predict instead of labels: i / 10 - 1. */
export function makeNumbers(nSamples: number, nFeatures: number): Block {
  const targets = Float64Array.from({ length: nSamples }, (_, i) => i / 10 - 1);
  return { ...makeRows(nSamples, nFeatures, 0), targets };
}

/** The rows in blocks that end before the given rows. */
export async function* cut(
  { features, labels, targets }: Block,
  nFeatures: number,
  ends: readonly number[],
): AsyncGenerator<Block> {
  const bounds = [0, ...ends, features.length / nFeatures];
  for (let i = 1; i < bounds.length; i++) {
    yield {
      features: features.subarray(bounds[i - 1] * nFeatures, bounds[i] * nFeatures),
      labels: labels.subarray(bounds[i - 1], bounds[i]),
      ...(targets && { targets: targets.subarray(bounds[i - 1], bounds[i]) }),
    };
  }
}
