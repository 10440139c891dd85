/** A perceptron with fewer weights, or with fewer units: what is left out is what matters least. */
import type { Mlp, Weights } from './fit.ts';

/**
 * Sets the smallest weights of the layers to 0, over all layers together (magnitude pruning, Han et al.
 * 2015, arXiv:1506.02626). Biases, scales and statistics stay.
 *
 * @param sparsity - Share of the weights that are 0 afterwards, in [0, 1), to the nearest weight.
 */
export function zeroSmallestWeights(network: Mlp, sparsity: number): Mlp {
  const kernels = Object.entries(network.weights).filter(([name]) => name.endsWith('/kernel'));
  const sizes = Float32Array.from(kernels.flatMap(([, values]) => [...values.map(Math.abs)]));
  const nZeros = Math.round(sparsity * sizes.length);
  // of equal weights the first go, so that the count holds
  const order = Uint32Array.from(sizes.keys()).sort((a, b) => sizes[a] - sizes[b] || a - b);
  const goes = new Uint8Array(sizes.length);
  for (const place of order.subarray(0, nZeros)) goes[place] = 1;
  let start = 0;
  const pruned = kernels.map(([name, values]): [string, Float32Array] => {
    const from = start;
    start += values.length;
    return [name, values.map((weight, i) => (goes[from + i] === 1 ? 0 : weight))];
  });
  return { ...network, weights: { ...network.weights, ...Object.fromEntries(pruned) } };
}

/**
 * Takes hidden units away with all their weights, in each hidden layer the same share, so that the network
 * is smaller and faster wherever it runs (structured pruning, Li et al. 2017, arXiv:1608.08710). The
 * importance of a unit is the length of its weights in, times the length of its weights out, times its scale
 * where it is normalised.
 *
 * @param share - Of the units of each hidden layer that go, in [0, 1); one stays at least.
 */
export function dropUnits(network: Mlp, share: number): Mlp {
  const kept = network.hiddenSizes.map((size, l) => {
    const importance = importanceOfUnits(network, l);
    const nKept = Math.max(1, size - Math.round(share * size));
    const order = [...importance.keys()].sort((a, b) => importance[b] - importance[a] || a - b);
    return order.slice(0, nKept).sort((a, b) => a - b);
  });
  const weights = Object.entries(network.weights).map(([name, values]): [string, Float32Array] => {
    const [layer, part] = name.split('/');
    if (layer === 'embedding') return [name, values];
    const l = Number(layer.slice('layer'.length));
    const outputs = kept[l] ?? range(network.nClasses);
    if (part !== 'kernel') return [name, Float32Array.from(outputs, (j) => values[j])];
    const width = network.hiddenSizes[l] ?? network.nClasses;
    const inputs = l === 0 ? range(values.length / width) : kept[l - 1];
    const rows = inputs.flatMap((i) => outputs.map((j) => values[i * width + j]));
    return [name, Float32Array.from(rows)];
  });
  return {
    ...network,
    hiddenSizes: kept.map(({ length }) => length),
    weights: Object.fromEntries(weights),
  };
}

function importanceOfUnits({ weights, hiddenSizes, nClasses }: Mlp, l: number): Float64Array {
  const size = hiddenSizes[l];
  const squaresIn = sumSquares(weights, l, size, (i) => i % size);
  const nOutputs = hiddenSizes[l + 1] ?? nClasses;
  const squaresOut = sumSquares(weights, l + 1, size, (i) => Math.floor(i / nOutputs));
  const scale = weights[`layer${l}/scale`];
  return squaresIn.map(
    (square, j) =>
      Math.sqrt(square * squaresOut[j]) * (scale === undefined ? 1 : Math.abs(scale[j])),
  );
}

function sumSquares(
  weights: Weights,
  layer: number,
  nUnits: number,
  unitOf: (i: number) => number,
): Float64Array {
  const sums = new Float64Array(nUnits);
  weights[`layer${layer}/kernel`].forEach((weight, i) => (sums[unitOf(i)] += weight * weight));
  return sums;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
