import type { Rng } from '../../rng.ts';
import { shuffledIndices } from '../../tensors/shuffle.ts';
import type { LabelledRows, NumericRows } from '../model.ts';

/** `nDrawn` rows without replacement, in their order, every set of them equally likely; all, where there are no more. */
export function drawRows<R extends LabelledRows | NumericRows>(
  rows: R,
  nDrawn: number,
  rng: Rng,
): R {
  const { nSamples, features } = rows;
  if (nDrawn >= nSamples) return rows;
  const nFeatures = features.length / nSamples;
  const drawn = shuffledIndices(nSamples, rng).subarray(0, nDrawn).sort();
  const taken = new Float32Array(nDrawn * nFeatures);
  drawn.forEach((row, i) => {
    taken.set(features.subarray(row * nFeatures, (row + 1) * nFeatures), i * nFeatures);
  });
  const truth =
    'labels' in rows
      ? { labels: drawn.map((row) => rows.labels[row]) }
      : { targets: Float64Array.from(drawn, (row) => rows.targets[row]) };
  return { ...rows, nSamples: nDrawn, features: taken, ...truth };
}
