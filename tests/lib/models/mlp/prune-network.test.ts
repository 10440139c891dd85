import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Mlp } from '../../../../lib/models/mlp/fit.ts';
import { dropUnits, zeroSmallestWeights } from '../../../../lib/models/mlp/prune-network.ts';

/** 2 features, 3 hidden units, 2 classes. */
const NETWORK: Pick<Mlp, 'nFeatures' | 'nClasses' | 'hiddenSizes' | 'weights'> = {
  ...{ nFeatures: 2, nClasses: 2, hiddenSizes: [3] },
  weights: {
    'layer0/kernel': Float32Array.of(3, 0.1, 1, 4, 0.2, -1),
    'layer0/bias': Float32Array.of(0.01, 0.02, 0.03),
    'layer1/kernel': Float32Array.of(1, 0, -5, 12, 0.5, 0.5),
    'layer1/bias': Float32Array.of(7, 8),
  },
};
const network = (changes: Partial<Mlp['weights']> = {}): Mlp =>
  ({ ...NETWORK, weights: { ...NETWORK.weights, ...changes } }) as Mlp;
const numbers = ({ weights }: Mlp): Record<string, number[]> =>
  Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, [...values]]));
const round = (values: readonly number[]): number[] => values.map((v) => Math.round(v * 1e6) / 1e6);

const test = suite('pruning a network');

test('sets the smallest weights of all layers to 0, of equal ones the first, and no bias', () => {
  const { weights } = zeroSmallestWeights(network(), 5 / 12);
  // 0, .1, .2 and both .5 are the five smallest of the twelve
  assert.equal(round([...weights['layer0/kernel']]), [3, 0, 1, 4, 0, -1]);
  assert.equal(round([...weights['layer1/kernel']]), [1, 0, -5, 12, 0, 0]);
  assert.equal(weights['layer0/bias'], NETWORK.weights['layer0/bias']);
  assert.equal(weights['layer1/bias'], NETWORK.weights['layer1/bias']);
  const six = zeroSmallestWeights(network(), 0.5).weights;
  assert.equal(round([...six['layer0/kernel']]), [3, 0, 0, 4, 0, -1], 'of 1, -1 and 1 the first');
});

test('takes units away by the length of their weights in and out, with their rows and columns', () => {
  // 5 × 1 of the first, .2236 × 13 of the second, 1.4142 × .7071 of the third
  const { hiddenSizes, weights } = dropUnits(network(), 1 / 3);
  assert.equal(hiddenSizes, [2]);
  assert.equal(round([...weights['layer0/kernel']]), [3, 0.1, 4, 0.2]);
  assert.equal(round([...weights['layer0/bias']]), [0.01, 0.02]);
  assert.equal([...weights['layer1/kernel']], [1, 0, -5, 12]);
  assert.equal([...weights['layer1/bias']], [7, 8]);
});

test('counts the scale of a unit that is normalised, and keeps its statistics', () => {
  const pruned = dropUnits(
    network({
      'layer0/scale': Float32Array.of(0.01, 1, -9),
      'layer0/mean': Float32Array.of(1, 2, 3),
      'layer0/variance': Float32Array.of(4, 5, 6),
    }),
    1 / 3,
  );
  assert.equal([...pruned.weights['layer0/scale']], [1, -9]);
  assert.equal([...pruned.weights['layer0/mean']], [2, 3]);
  assert.equal([...pruned.weights['layer0/variance']], [5, 6]);
});

test('leaves a network as it is at sparsity 0, and one unit at least at any', () => {
  assert.equal(numbers(zeroSmallestWeights(network(), 0)), numbers(network()));
  assert.equal(numbers(dropUnits(network(), 0)), numbers(network()));
  assert.equal(dropUnits(network(), 0.999).hiddenSizes, [1]);
});

test('takes units of layers behind each other with the rows and columns between them', () => {
  const deep = {
    ...{ nFeatures: 1, nClasses: 1, hiddenSizes: [2, 2] },
    weights: {
      'layer0/kernel': Float32Array.of(1, 10),
      'layer0/bias': Float32Array.of(1, 2),
      'layer1/kernel': Float32Array.of(1, 2, 3, 4),
      'layer1/bias': Float32Array.of(3, 4),
      'layer2/kernel': Float32Array.of(9, 1),
      'layer2/bias': Float32Array.of(5),
    },
  } as unknown as Mlp;
  assert.equal(numbers(dropUnits(deep, 0.5)), {
    'layer0/kernel': [10],
    'layer0/bias': [2],
    'layer1/kernel': [3],
    'layer1/bias': [3],
    'layer2/kernel': [9],
    'layer2/bias': [5],
  });
});

test.run();
