/** The weights that training starts from. */
import type { Rng } from '../../rng.ts';
import type { Variable } from '../tensorflow/graph.ts';

/** Contents of all variables of a training graph, in their order, so that the rng decides. */
export function drawInitialWeights(
  variables: readonly Variable[],
  rng: Rng,
): Record<string, Float32Array> {
  return Object.fromEntries(
    variables.map(({ name, shape }) => [name, drawInitial(name, shape, rng)]),
  );
}

/** Kernels uniform within sqrt(6 / nInputs) (He et al. 2015, arXiv:1502.01852); scales and variances 1; the rest 0. */
function drawInitial(name: string, shape: readonly number[], rng: Rng): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (name.endsWith('/kernel')) {
    const bound = Math.sqrt(6 / shape.at(-2)!);
    return values.map(() => (2 * rng() - 1) * bound);
  }
  return name.endsWith('/scale') || name.endsWith('/variance') ? values.fill(1) : values;
}
