import { closenessOf } from './classify.ts';
import type { NeighborWeights } from './classify.ts';
import type { Neighbors } from './k-d-tree.ts';

/** Mean target of the neighbours, each by its weight. */
export function average(
  { rows, squaredDistances }: Neighbors,
  targets: Float64Array,
  weights: NeighborWeights,
): number {
  const isOnTop = squaredDistances[0] === 0;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const closeness = closenessOf(squaredDistances[i], weights, isOnTop);
    sum += closeness * targets[rows[i]];
    total += closeness;
  }
  return sum / total;
}
