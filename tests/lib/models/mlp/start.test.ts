import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import { fitModel } from '../../../../lib/models/fit-model.ts';
import { fitNetwork } from '../../../../lib/models/mlp/train.ts';
import { fromNetwork, toNetwork } from '../../../../lib/models/mlp/state.ts';
import { zeroSmallestWeights } from '../../../../lib/models/mlp/prune-network.ts';
import type { FittedModel } from '../../../../lib/models/model.ts';
import { createFitContext } from '../../../../lib/models/shrinking/fit-context.ts';
import { createRng } from '../../../../lib/rng.ts';
import { toLabelled } from '../../../support/in-memory-batches.ts';
import { OPTIONS, createContext, train } from '../../../support/small-model.ts';
import type { MlpParams } from '../../../support/small-model.ts';

const draw = createRng(1, 'test', 'rows');
const rows = {
  X: Float32Array.from({ length: 120 }, () => 2 * draw() - 1),
  y: Int32Array.from({ length: 60 }, (_, i) => i % 3),
};
const FEW = { hiddenSizes: [6, 5], maxEpochs: 2 };
const { fitted: from } = await train(rows, { options: FEW });

const weightsOf = (model: FittedModel): Record<string, number[]> =>
  Object.fromEntries(Object.entries(toNetwork(model).weights).map(([key, v]) => [key, [...v]]));
const start = async (options: Partial<MlpParams>, of = from): Promise<FittedModel> =>
  (await train(rows, { options: { ...FEW, ...options }, context: { from: of } })).fitted;

async function complaintOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.unreachable('no error'),
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError, (error as Error).stack);
  return `${(error as StageError).code} ${(error as StageError).message}`;
}

const test = suite('start of a training');

test('learns the last layers alone, and leaves those before as they were, to the bit', async () => {
  const before = weightsOf(from);
  for (const trainableLayers of [1, 2]) {
    const after = weightsOf(await start({ trainableLayers, dropout: 0.2, learningRate: 0.1 }));
    for (const [name, values] of Object.entries(after)) {
      const isLearnt = Number(/\d/.exec(name)![0]) >= 3 - trainableLayers;
      assert.is(values.join() !== before[name].join(), isLearnt, name);
    }
  }
});

test('learns all layers from null, and from as many as there are or more', async () => {
  const all = weightsOf(await start({ trainableLayers: null }));
  assert.equal(weightsOf(await start({ trainableLayers: 3 })), all);
  assert.equal(weightsOf(await start({ trainableLayers: 9 })), all);
  assert.not.equal(all['layer0/kernel'], weightsOf(from)['layer0/kernel']);
});

test('goes on from the weights of the model: a rate of nearly 0 gives them back', async () => {
  const after = weightsOf(await start({ learningRate: 1e-30 }));
  assert.equal(after, weightsOf(from));
});

test('keeps the running statistics of layers that are not learnt', async () => {
  const options = { normalization: 'batch' } as const;
  const { fitted } = await train(rows, { options: { ...FEW, ...options } });
  const before = weightsOf(fitted);
  const after = weightsOf(await start({ ...options, trainableLayers: 2 }, fitted));
  for (const part of ['mean', 'variance', 'scale', 'kernel', 'bias']) {
    assert.equal(after[`layer0/${part}`], before[`layer0/${part}`], part);
    assert.not.equal(after[`layer1/${part}`], before[`layer1/${part}`], part);
  }
});

test('keeps weights at 0 where it is asked to, and moves the others', async () => {
  const network = zeroSmallestWeights(toNetwork(from), 0.5);
  const pruned = { ...from, ...fromNetwork(network, 'tensorflow', 'float32') };
  const labelled = toLabelled(rows);
  const data = {
    columns: from.columns,
    nClasses: 3,
    train: labelled,
    valid: labelled,
    classWeight: null,
  };
  const context = { ...createFitContext(createContext()), from: pruned };
  const options = { ...OPTIONS, ...FEW, weightDecay: 0.1, embedding: null };
  const { fitted } = await fitNetwork(data, options, context, true);
  const after = weightsOf({ ...from, ...fitted });
  const before = weightsOf(pruned);
  for (const name of ['layer0/kernel', 'layer1/kernel', 'layer2/kernel']) {
    assert.equal(
      after[name].map((weight) => weight === 0),
      before[name].map((weight) => weight === 0),
      name,
    );
    assert.not.equal(after[name], before[name]);
  }
  const free = await fitNetwork(data, options, context);
  const moved = weightsOf({ ...from, ...free.fitted });
  const countZeros = (weights: number[]): number => weights.filter((w) => w === 0).length;
  assert.ok(countZeros(moved['layer0/kernel']) < countZeros(before['layer0/kernel']));
});

test('refuses a model of other layers, naming them all, and layers to keep without a model', async () => {
  assert.match(
    await complaintOf(start({ hiddenSizes: [6], activation: 'gelu' })),
    /^E_DATA the model that training starts from must have .+; got other hidden_sizes 6,5, activation relu$/,
  );
  assert.match(
    await complaintOf(start({}, { ...from, columns: ['x0', 'other'] })),
    /^E_DATA .+; got other features$/,
  );
  assert.match(
    await complaintOf(train(rows, { options: { trainableLayers: 1 } })),
    /^E_PARAMS train\.mlp\.trainable_layers must be null where .+; got 1$/,
  );
});

test('refuses a model of another name, and a model that starts from none', async () => {
  const labelled = toLabelled(rows);
  const data = {
    columns: from.columns,
    nClasses: 3,
    train: labelled,
    valid: labelled,
    classWeight: null,
  };
  const fit = async (name: string, model: FittedModel) =>
    await fitModel(name, data, { mlp: OPTIONS }, createContext({ from: model }));
  assert.match(
    await complaintOf(fit('mlp', { ...from, name: 'majority' })),
    /^E_DATA the model that training starts from must be mlp, as train\.model is; got majority$/,
  );
  assert.match(
    await complaintOf(fit('majority', from)),
    /^E_PARAMS train\.model must be mlp to start from another model; got majority$/,
  );
});

test.run();
