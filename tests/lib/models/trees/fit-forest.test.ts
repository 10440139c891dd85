import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import { confusionMatrix, createPredictions } from '../../../../lib/metrics/predictions.ts';
import { METRICS } from '../../../../lib/metrics/registry.ts';
import { extraTrees } from '../../../../lib/models/extra-trees.ts';
import type { Fit, FittedModel } from '../../../../lib/models/model.ts';
import { randomForest } from '../../../../lib/models/random-forest.ts';
import { growTrees } from '../../../../lib/models/trees/grow-trees.ts';
import type { TreeKey } from '../../../../lib/models/trees/grow-tree.ts';
import { loadKernel } from '../../../../lib/models/trees/kernel.ts';
import { OPTIONS, PARAMS, bytesOf, makeContext, makeTable, makeTraining } from './small-forest.ts';

const test = suite('extra-trees and random-forest');

const kernel = loadKernel((line) => console.error(line));
const machine = makeContext();
const GOLDEN = new URL('../../../golden/forests/', import.meta.url);

const table = makeTable(5, 600, 12, 3);
const data = makeTraining(table, 400);

const asFitted = ({ fitted }: Fit, { columns, nClasses } = data): FittedModel => ({
  ...{ name: 'extra-trees', columns, nClasses },
  ...fitted,
});
function hash({ fitted }: Fit): string {
  const sum = createHash('sha256').update(JSON.stringify(fitted.facts));
  for (const [name, { data }] of Object.entries(fitted.tensors)) sum.update(name).update(data);
  return sum.digest('hex');
}

test('fits every row of train when trees are full and rows differ', async () => {
  for (const model of [extraTrees, randomForest]) {
    const params = { ...PARAMS, bootstrap: false };
    // one column of distinct values tells all rows apart
    const features = Float32Array.from(table.features);
    for (let i = 0; i < 600; i++) features[i * 12] = i / 7;
    const training = makeTraining({ ...table, features }, 600);
    const predictor = await model.open(
      asFitted(await model.fit(training, params, makeContext())),
      machine,
    );
    const yProba = await predictor.predictProba(features);
    table.labels.forEach((label, i) => assert.is(yProba[i * 3 + label], 1));
  }
});

interface GoldenCase {
  readonly model: string;
  readonly criterion: 'gini' | 'entropy';
  readonly max_features: number;
  readonly min_samples_leaf: number;
  readonly class_weight: number[] | null;
  readonly mean: Record<string, number>;
  readonly std: Record<string, number>;
}
const N_SEEDS = 30;

test('reaches what scikit-learn reaches: accuracy, log loss, number of nodes', async () => {
  const read = (file: string) => JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8'));
  const { features, labels, n_features: nFeatures, n_classes: nClasses } = read('data.json');
  const small = {
    ...{ features: Float32Array.from(features), labels: Int32Array.from(labels) },
    ...{ nFeatures, nClasses },
  };
  const { n_trees: nEstimators, n_seeds: nSeeds, cases } = read('expected.json');
  for (const golden of cases as GoldenCase[]) {
    const model = golden.model === 'extra-trees' ? extraTrees : randomForest;
    const training = makeTraining(small, 600, golden.class_weight);
    const runs: Record<string, number>[] = [];
    for (let seed = 0; seed < N_SEEDS; seed++) {
      const params = {
        ...{ ...PARAMS, nEstimators, criterion: golden.criterion },
        ...{ maxFeatures: golden.max_features, minSamplesLeaf: golden.min_samples_leaf },
        bootstrap: golden.model === 'random-forest',
      };
      const fit = await model.fit(training, params, makeContext({}, seed));
      const predictor = await model.open(asFitted(fit, training), machine);
      const yProba = await predictor.predictProba(training.valid.features);
      const predictions = createPredictions(training.valid.labels, yProba, { nClasses });
      const floored = createPredictions(
        training.valid.labels,
        yProba.map((p) => Math.max(p, 1e-3)),
        { nClasses },
      );
      runs.push({
        accuracy: METRICS.accuracy.score(confusionMatrix(predictions)),
        log_loss: METRICS.log_loss.score(floored),
        n_nodes_of_tree: fit.metrics.n_nodes! / nEstimators,
      });
    }
    for (const [name, expected] of Object.entries(golden.mean)) {
      const mean = runs.reduce((sum, run) => sum + run[name], 0) / N_SEEDS;
      const tolerance = 4 * golden.std[name] * Math.sqrt(1 / N_SEEDS + 1 / nSeeds);
      const label = `${golden.model}, ${golden.criterion}: ${name} ${mean}, expected ${expected}`;
      assert.ok(Math.abs(mean - expected) <= tolerance, label);
    }
  }
});

test('gives the same bytes for the same seed on any number of threads, others for another', async () => {
  const fit = async (threads: number, seed = 1) =>
    hash(
      await randomForest.fit(data, { ...PARAMS, bootstrap: true }, makeContext({ threads }, seed)),
    );
  const one = await fit(1);
  assert.is(await fit(4), one);
  assert.is.not(await fit(1, 2), one);
});

test('gives the same bytes from the kernel and from worker threads', async () => {
  const keys: TreeKey[] = [1, 2, 3, 4, 5].map((k) => [k, 0]);
  const options = { ...OPTIONS, maxFeatures: 4, classWeight: [1, 1, 1] };
  const signal = new AbortController().signal;
  const grown = async (threads: number, by: typeof kernel) => {
    const bytes: string[] = [];
    for await (const tree of growTrees(table, options, keys, { threads, signal }, by)) {
      bytes.push(bytesOf(tree));
    }
    return bytes;
  };
  const expected = await grown(2, null);
  assert.is(new Set(expected).size, 5);
  assert.equal(await grown(1, null), expected);
  if (kernel !== null) assert.equal(await grown(3, kernel), expected);
});

test('writes a row of history for each tree: metrics of the mean so far', async () => {
  const steps: number[] = [];
  const { history, fitted, metrics } = await extraTrees.fit(
    data,
    PARAMS,
    makeContext({ onStep: ({ step }) => (steps.push(step), 'go on') }),
  );
  assert.equal(
    history.map(({ step }) => step),
    steps,
  );
  assert.is(history.length, 10);
  const predictor = await extraTrees.open(asFitted({ fitted, history, metrics }), machine);
  const yProba = await predictor.predictProba(data.valid.features);
  const predictions = createPredictions(data.valid.labels, yProba, { nClasses: 3 });
  const { validAccuracy, validLoss } = history.at(-1)!;
  assert.is(validAccuracy, METRICS.accuracy.score(confusionMatrix(predictions)));
  assert.ok(Math.abs(validLoss! - METRICS.log_loss.score(predictions)) < 1e-12);
  const nNodes = fitted.tensors.feature.data.length;
  const nLeaves = (nNodes + 10) / 2;
  assert.is(metrics.n_trees, 10);
  assert.is(metrics.n_nodes, nNodes);
  const mixedBytes = fitted.tensors.mixed.data.byteLength;
  assert.is(metrics.size_bytes, 2 * nNodes + 4 * (nLeaves - 10) + nLeaves + mixedBytes);
});

test('ends with the trees that it has when it is told to stop', async () => {
  const onStep = ({ step }: { step: number }) => (step === 3 ? 'stop' : 'go on');
  const fit = await extraTrees.fit(data, PARAMS, makeContext({ onStep }));
  assert.is(fit.metrics.n_trees, 3);
  assert.is(extraTrees.findProblem(asFitted(fit)), null);
  const three = await extraTrees.fit(data, { ...PARAMS, nEstimators: 3 }, makeContext());
  assert.is(hash(fit), hash(three));
});

for (const [by, use] of [['the kernel', kernel] as const, ['worker threads', null] as const]) {
  if (by === 'the kernel' && use === null) continue;
  test(`Ctrl-C ends growing by ${by} in the middle of a tree`, async () => {
    const controller = new AbortController();
    const large = makeTable(1, 60_000, 40, 3);
    const keys: TreeKey[] = [1, 2, 3].map((k) => [k, 0]);
    const options = { ...OPTIONS, maxFeatures: 40, classWeight: [1, 1, 1] };
    const growing = growTrees(
      ...([large, options, keys] as const),
      { threads: 2, signal: controller.signal },
      use,
    );
    const ended = growing.next().catch((error: unknown) => error);
    controller.abort(new Error('interrupted'));
    assert.is(((await ended) as Error).message, 'interrupted');
  });
}

test('refuses features that are no finite numbers, and says which', async () => {
  const features = Float32Array.from(table.features);
  features[12 * 5 + 3] = NaN;
  features[12 * 6 + 1] = Infinity;
  const error = await extraTrees
    .fit(makeTraining({ ...table, features }), PARAMS, machine)
    .catch((caught: unknown) => caught);
  assert.instance(error, StageError);
  assert.is(
    (error as StageError).message,
    'the features of train must be finite numbers; got others in column_1, column_3',
  );
});

test('takes a share of the features, at least one', async () => {
  const nNodes = async (maxFeatures: number) =>
    hash(await extraTrees.fit(data, { ...PARAMS, maxFeatures }, makeContext()));
  // 1/12 of 12 and 1e-9 of 12 are one feature, 2/12 are two
  assert.is(await nNodes(1 / 12), await nNodes(1e-9));
  assert.is.not(await nNodes(1 / 12), await nNodes(2 / 12));
});

test.run();
