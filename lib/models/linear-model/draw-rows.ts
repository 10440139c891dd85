import type { Rng } from '../../rng.ts';
import { shuffledIndices } from '../../tensors/shuffle.ts';
import type { LabelledRows } from '../model.ts';

/** `nDrawn` rows without replacement, in their order, every set of them equally likely; all, where there are no more. */
export function drawRows(rows: LabelledRows, nDrawn: number, rng: Rng): LabelledRows {
  const { nSamples, features, labels } = rows;
  if (nDrawn >= nSamples) return rows;
  const nFeatures = features.length / nSamples;
  const drawn = shuffledIndices(nSamples, rng).subarray(0, nDrawn).sort();
  const taken = new Float32Array(nDrawn * nFeatures);
  drawn.forEach((row, i) => {
    taken.set(features.subarray(row * nFeatures, (row + 1) * nFeatures), i * nFeatures);
  });
  return { nSamples: nDrawn, features: taken, labels: drawn.map((row) => labels[row]) };
}
