/**
 * SMOTE: new rows of a rare class between a row and one of its nearest neighbours of the same class.
 *
 * Pure: rows in, rows out. Each new row is `a + u (b - a)` with one u in [0, 1) for all its columns.
 *
 * @see Chawla, N. V. et al. (2002), Journal of Artificial Intelligence Research 16, 321-357,
 *   doi:10.1613/jair.953
 */
import type { Rng } from '../rng.ts';

/** Neighbours are looked for among at most this many rows, so that the time stays linear in the class. */
const MAX_CANDIDATES = 5000;

/**
 * @param X - Rows of one class, row-major, shape (nSamples, nFeatures), finite, nSamples >= 2.
 * @param nNew - Rows to make.
 * @param nNeighbors - Nearest rows to choose from, itself left out; fewer where the class is smaller.
 * @returns Row-major, shape (nNew, nFeatures); row i begins at row i mod nSamples of X.
 */
export function smote(
  X: Float64Array,
  nFeatures: number,
  { nNew, nNeighbors }: { nNew: number; nNeighbors: number },
  rng: Rng,
): Float64Array {
  const nSamples = X.length / nFeatures;
  const neighbors = new Map<number, number[]>();
  const result = new Float64Array(nNew * nFeatures);
  for (let i = 0; i < nNew; i++) {
    const row = i % nSamples;
    const near = neighbors.get(row) ?? nearestRows(X, nFeatures, row, nNeighbors);
    neighbors.set(row, near);
    const other = near[Math.floor(rng() * near.length)];
    const share = rng();
    for (let j = 0; j < nFeatures; j++) {
      const a = X[row * nFeatures + j];
      result[i * nFeatures + j] = a + share * (X[other * nFeatures + j] - a);
    }
  }
  return result;
}

/** Rows nearest to `row` by squared distance, nearest first; of equals the first in order. */
function nearestRows(
  X: Float64Array,
  nFeatures: number,
  row: number,
  nNeighbors: number,
): number[] {
  const nSamples = X.length / nFeatures;
  const step = Math.max(1, Math.ceil(nSamples / MAX_CANDIDATES));
  const near: { other: number; distance: number }[] = [];
  for (let other = 0; other < nSamples; other += step) {
    if (other === row) continue;
    const limit = near.length < nNeighbors ? Infinity : near[near.length - 1].distance;
    let distance = 0;
    for (let j = 0; j < nFeatures && distance < limit; j++) {
      distance += (X[row * nFeatures + j] - X[other * nFeatures + j]) ** 2;
    }
    if (distance >= limit) continue;
    const place = near.findIndex((candidate) => candidate.distance > distance);
    near.splice(place === -1 ? near.length : place, 0, { other, distance });
    near.length = Math.min(near.length, nNeighbors);
  }
  return near.length > 0 ? near.map(({ other }) => other) : [row];
}
