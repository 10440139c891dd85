import type { Neighbors } from './k-d-tree.ts';

export const NEIGHBOR_WEIGHTS = ['uniform', 'distance'] as const;
export type NeighborWeights = (typeof NEIGHBOR_WEIGHTS)[number];

/** @param isOnTop - Whether a neighbour is at distance 0. */
export function closenessOf(
  squaredDistance: number,
  weights: NeighborWeights,
  isOnTop: boolean,
): number {
  if (weights === 'uniform') return 1;
  return isOnTop ? Number(squaredDistance === 0) : 1 / Math.sqrt(squaredDistance);
}

/**
 * Writes the share that each class has of the votes.
 *
 * @param labels - Class of each row of train.
 * @param classWeight - Factor of the votes of each class, at least 0; where nothing else votes, all classes
 *   get the same.
 * @param shares - Shape (nClasses).
 */
export function vote(
  { rows, squaredDistances }: Neighbors,
  labels: Int32Array,
  weights: NeighborWeights,
  classWeight: readonly number[],
  shares: Float64Array,
): void {
  shares.fill(0);
  const isOnTop = squaredDistances[0] === 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const label = labels[rows[i]];
    const weight = closenessOf(squaredDistances[i], weights, isOnTop) * classWeight[label];
    shares[label] += weight;
    total += weight;
  }
  for (let k = 0; k < shares.length; k++) {
    shares[k] = total > 0 ? shares[k] / total : 1 / shares.length;
  }
}
