import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { openModel } from '../../../lib/models/fit-model.ts';
import type { FittedModel, TrainingData } from '../../../lib/models/model.ts';
import { findModel } from '../../../lib/models/registry.ts';
import { assertWithin } from '../../../lib/models/shrinking/assert-within.ts';
import { createFitContext } from '../../../lib/models/shrinking/fit-context.ts';
import { pruneModel } from '../../../lib/models/shrinking/prune-model.ts';
import { toCamelCase } from '../../../lib/params/schema.ts';
import type { Parameter } from '../../../lib/params/schema.ts';
import { createRng } from '../../../lib/rng.ts';
import { createContext, machine } from '../../support/small-model.ts';

const draw = createRng(1, 'test', 'rows');
const X = Float32Array.from({ length: 600 }, () => 2 * draw() - 1);
const labels = Int32Array.from(
  { length: 300 },
  (_, i) => (X[2 * i] * X[2 * i + 1] > 0 ? 1 : 0) + (i % 9 ? 0 : 1),
);
const rows = { nSamples: 300, features: X, labels };
const data: TrainingData = {
  columns: ['a', 'b'],
  nClasses: 3,
  train: rows,
  valid: rows,
  classWeight: null,
};
const context = createFitContext(createContext());
const PARAMS = { maxEpochs: 0, learningRate: 0.1, batchSize: 8, weightDecay: 0 };

async function fit(name: string, params: Readonly<Record<string, unknown>>): Promise<FittedModel> {
  const definition = findModel(name)!;
  const defaults = Object.entries(definition.params).map(([key, parameter]) => [
    toCamelCase(key),
    (parameter as Parameter<unknown>).default,
  ]);
  const options = { ...Object.fromEntries(defaults), ...params } as never;
  const { fitted } = await definition.fit(data, options, context);
  return { name, columns: data.columns, nClasses: 3, ...fitted };
}

async function predict(model: FittedModel): Promise<Float32Array> {
  assert.is(findModel(model.name)!.findProblem(model), null);
  const predictor = await openModel(model, machine);
  const found = await predictor.predictProba(X);
  predictor.dispose();
  return found;
}

const test = suite('shrinking models');

const BOOSTING = { numLeaves: 7, minDataInLeaf: 2, earlyStoppingRounds: null };
const GROWN: [string, string, Readonly<Record<string, unknown>>][] = [
  ['lightgbm', 'numIterations', BOOSTING],
  ['extra-trees', 'nEstimators', { minSamplesSplit: 30 }],
  ['random-forest', 'nEstimators', { minSamplesSplit: 30 }],
];
for (const [name, count, options] of GROWN) {
  test(`${name} cut to a share of its trees is the model that was trained no longer, and smaller`, async () => {
    const long = await fit(name, { ...options, [count]: 8 });
    const short = await fit(name, { ...options, [count]: 3 });
    const cut = await pruneModel(
      long,
      data,
      { ...PARAMS, method: 'structured', sparsity: 0.6 },
      context,
    );
    assert.equal(await predict(cut), await predict(short));
    assert.not.equal(await predict(cut), await predict(long));
    const sizeOf = ({ tensors }: FittedModel): number =>
      Object.values(tensors).reduce((sum, { data: { byteLength } }) => sum + byteLength, 0);
    assert.ok(sizeOf(cut) < sizeOf(long) / 2);
    const one = { ...PARAMS, method: 'structured', sparsity: 0.99 } as const;
    assert.ok(await predict(await pruneModel(long, data, one, context)));
    const same = await pruneModel(long, data, { ...one, sparsity: 0 }, context);
    assert.equal(await predict(same), await predict(long));
  });
}

async function complaintOf(
  model: FittedModel,
  method: 'magnitude' | 'structured',
): Promise<string> {
  const error = await pruneModel(model, data, { ...PARAMS, method, sparsity: 0.5 }, context).then(
    () => assert.unreachable('no error'),
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError, (error as Error).stack);
  return `${(error as StageError).code} ${(error as StageError).message}`;
}

test('refuses a model that has nothing to take away, and names those that have', async () => {
  const model = await fit('majority', {});
  assert.is(
    await complaintOf(model, 'structured'),
    'E_DATA the model must be mlp or extra-trees or lightgbm or random-forest to be pruned by prune.method structured; got majority',
  );
  assert.is(
    await complaintOf({ ...model, name: 'lightgbm' }, 'magnitude'),
    'E_DATA the model must be mlp to be pruned by prune.method magnitude; got lightgbm',
  );
});

test('a difference is within a tolerance or fails, and one that is no number fails', () => {
  assert.not.throws(() => assertWithin('it', 0.1, 0.1, 'x.tolerance'));
  for (const difference of [0.11, NaN, null]) {
    assert.throws(
      () => assertWithin('it', difference, 0.1, 'x.tolerance'),
      (error: StageError) =>
        error.code === 'E_GATE' &&
        error.message ===
          `it must give the probabilities of the bundle within 0.1; got a difference of ${difference}`,
    );
  }
});

test.run();
