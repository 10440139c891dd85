import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Mlp, MlpCheckpoint } from '../../../../lib/models/mlp/fit.ts';
import {
  findNetworkProblem,
  fromCheckpoint,
  fromNetwork,
  toCheckpoint,
  toNetwork,
} from '../../../../lib/models/mlp/state.ts';
import type { Checkpoint, FittedModel } from '../../../../lib/models/model.ts';

const NETWORK: Mlp = {
  nFeatures: 2,
  nClasses: 3,
  hiddenSizes: [1],
  activation: 'silu',
  normalization: 'layer',
  embedding: null,
  weights: {
    'layer0/kernel': Float32Array.of(0.1, -0),
    'layer0/bias': Float32Array.of(2),
    'layer0/scale': Float32Array.of(3),
    'layer1/kernel': Float32Array.of(4, 5, 6),
    'layer1/bias': Float32Array.of(7, 8, 9),
  },
};

const toFitted = (network: Mlp): FittedModel => ({
  name: 'mlp',
  columns: Array.from({ length: network.nFeatures }, (_, j) => `x${j}`),
  nClasses: network.nClasses,
  ...fromNetwork(network, 'wasm'),
});
const FITTED = toFitted(NETWORK);

/** Through JSON, as a file has them. */
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const test = suite('state of a perceptron');

test('is facts for JSON and a tensor for each variable, with its shape', () => {
  const { hiddenSizes, activation, normalization } = NETWORK;
  assert.equal(FITTED.facts, { hiddenSizes, activation, normalization, backend: 'wasm' });
  assert.equal(throughJson(FITTED.facts), FITTED.facts);
  assert.equal(
    Object.entries(FITTED.tensors).map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`),
    [
      'layer0/kernel F32 2,1',
      'layer0/bias F32 1',
      'layer0/scale F32 1',
      'layer1/kernel F32 1,3',
      'layer1/bias F32 3',
    ],
  );
});

test('gives back the network that it was made of', () => {
  const network = toNetwork(FITTED);
  assert.equal(network, NETWORK);
  assert.ok(Object.is(network.weights['layer0/kernel'][1], -0));
});

test('has a problem when facts or weights do not fit, and else none', () => {
  const { tensors, facts } = FITTED;
  assert.is(findNetworkProblem(FITTED), null);
  const { 'layer0/scale': _, ...unscaled } = tensors;
  const none = 'an architecture that is none';
  const expected: [Partial<FittedModel>, string | null][] = [
    [{ facts: {} }, none],
    [{ facts: { ...facts, hiddenSizes: [1.5] } }, none],
    [{ facts: { ...facts, hiddenSizes: null } }, none],
    [{ facts: { ...facts, activation: 'softplus' } }, none],
    [{ facts: { ...facts, normalization: 'group' } }, none],
    [{ facts: { ...facts, hiddenSizes: [1, 1] } }, 'the weights layer1/kernel as F32 (1, 3)'],
    [{ facts: { ...facts, hiddenSizes: [2] } }, 'the weights layer0/kernel as F32 (2, 1)'],
    [{ facts: { ...facts, normalization: 'none' } }, 'unknown weights layer0/scale'],
    [{ tensors: unscaled }, 'no weights layer0/scale'],
    [{ tensors: {} }, 'no weights layer0/kernel'],
    [{ nClasses: 4 }, 'the weights layer1/kernel as F32 (1, 3)'],
    [{ columns: ['x0'] }, 'the weights layer0/kernel as F32 (2, 1)'],
  ];
  for (const [changes, problem] of expected) {
    const got = findNetworkProblem({ ...FITTED, ...changes });
    assert.is(got, problem, JSON.stringify(changes));
  }
});

const EMBEDDED: Mlp = {
  ...{ nFeatures: 3, nClasses: 2, hiddenSizes: [], activation: 'relu', normalization: 'none' },
  embedding: { kind: 'piecewise_linear', columns: [0, 2], size: 2, nBins: [1, 3] },
  weights: {
    'embedding/starts': Float32Array.of(0, 0, 0, 1, 2, 4),
    'embedding/slopes': Float32Array.of(1, 0, 0, 1, 0.5, 2),
    'embedding/kernel': Float32Array.from({ length: 12 }, (_, i) => i / 8),
    'embedding/bias': Float32Array.of(0.5, 1, 2, 4),
    'layer0/kernel': Float32Array.from({ length: 10 }, (_, i) => i / 16),
    'layer0/bias': Float32Array.of(0, 1),
  },
};

test('holds an embedding as facts and tensors, its bins as they are in every precision', () => {
  const fitted = toFitted(EMBEDDED);
  assert.equal(throughJson(fitted.facts).embedding, EMBEDDED.embedding);
  assert.equal(toNetwork({ ...fitted, facts: throughJson(fitted.facts) }), EMBEDDED);
  assert.equal(fitted.tensors['embedding/kernel'].shape, [2, 3, 2]);
  const coarse = { ...fitted, ...fromNetwork(EMBEDDED, 'wasm', 'int8') };
  assert.is(findNetworkProblem(coarse), null);
  const { weights } = toNetwork(coarse);
  for (const name of ['embedding/starts', 'embedding/slopes', 'embedding/bias']) {
    assert.equal(weights[name], EMBEDDED.weights[name]);
  }
  assert.not.equal(weights['embedding/kernel'], EMBEDDED.weights['embedding/kernel']);
});

test('has a problem when an embedding does not fit', () => {
  const fitted = toFitted(EMBEDDED);
  const none = 'an architecture that is none';
  const [{ embedding }, waves] = [
    EMBEDDED,
    { kind: 'periodic', columns: [0, 2], size: 2, nFrequencies: 2 },
  ];
  const expected: [unknown, string | null][] = [
    [embedding, null],
    [null, none],
    ['periodic', none],
    [{ ...embedding, kind: 'none' }, none],
    [{ ...embedding, columns: [] }, none],
    [{ ...embedding, columns: [0, 3] }, none],
    [{ ...embedding, columns: [2, 0] }, none],
    [{ ...embedding, columns: [0, 0] }, none],
    [{ ...embedding, columns: [-1, 2] }, none],
    [{ ...embedding, size: 0 }, none],
    [{ ...embedding, nBins: [3] }, none],
    [{ ...embedding, nBins: [3, 0] }, none],
    [{ ...embedding, nBins: [3, 1e9] }, none],
    [{ ...waves, nFrequencies: 1e9 }, none],
    [{ ...embedding, nBins: [3, 4] }, 'the weights embedding/starts as F32 (6)'],
    [{ ...embedding, size: 3 }, 'the weights embedding/kernel as F32 (2, 3, 2)'],
    [waves, 'unknown weights embedding/starts'],
    [undefined, 'unknown weights embedding/starts'],
  ];
  for (const [other, problem] of expected) {
    const facts = { ...fitted.facts, embedding: other };
    assert.is(findNetworkProblem({ ...fitted, facts }), problem, JSON.stringify(other));
  }
});

const CHECKPOINT: MlpCheckpoint = {
  nEpochs: 2,
  nSteps: 8,
  dropoutSeed: -5,
  variables: {
    'layer0/kernel': Float32Array.of(0.1, -0, 5e-45),
    'layer0/kernel/first': Float32Array.of(1, 2, 3),
  },
  best: { epoch: 1, validLoss: 0.1 + 0.2, weights: { 'layer0/kernel': Float32Array.of(1, 2, 4) } },
  history: [
    { step: 1, loss: 1 / 3, validLoss: 0.5, validAccuracy: 0.25, learningRate: 0.001 },
    { step: 2, loss: 1 / 7, validLoss: null, validAccuracy: null, learningRate: 0.002 },
  ],
};

test('of an unfinished training comes back bit by bit, with best weights and without', () => {
  const restore = ({ tensors, state }: Checkpoint): MlpCheckpoint =>
    toCheckpoint({ tensors, state: throughJson(state) });
  const restored = restore(fromCheckpoint(CHECKPOINT));
  assert.equal(restored, CHECKPOINT);
  assert.ok(Object.is(restored.variables['layer0/kernel'][1], -0));
  const early = { ...CHECKPOINT, best: null };
  assert.equal(restore(fromCheckpoint(early)), early);
});

test.run();
