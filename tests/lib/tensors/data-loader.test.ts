import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Batch } from '../../../lib/models/mlp/fit.ts';
import { createRng } from '../../../lib/rng.ts';
import { createDataLoader } from '../../../lib/tensors/data-loader.ts';
import type { DataLoader, LoaderOptions } from '../../../lib/tensors/data-loader.ts';
import type { Dataset } from '../../../lib/tensors/dataset.ts';
import { PROJECT } from '../../support/stage-process.ts';
import { makeHeader, makeRows } from './make-dataset.ts';

const test = suite('data loader');

function makeDataset(nSamples: number, nFeatures = 3, nClasses = 2): Dataset {
  const header = makeHeader(nSamples, nFeatures, nClasses);
  return { ...header, nFeatures, ...makeRows(nSamples, nFeatures, nClasses) };
}

function makeOptions(options: Partial<LoaderOptions> & { seed?: number } = {}): LoaderOptions {
  const { seed = 0 } = options;
  const rng = (purpose: string) => createRng(seed, 'train', purpose);
  return { batchSize: 4, numWorkers: 0, rng, ...options };
}

const createTrain = (dataset: Dataset, options?: Parameters<typeof makeOptions>[0]): DataLoader =>
  createDataLoader(dataset, { ...makeOptions(options), shuffle: true });
const createValid = (dataset: Dataset, options?: Parameters<typeof makeOptions>[0]): DataLoader =>
  createDataLoader(dataset, { ...makeOptions(options), shuffle: false });

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

const rowsOf = (batches: readonly Batch[], nFeatures = 3): number[] =>
  batches.flatMap(({ features, nSamples }) =>
    Array.from({ length: nSamples }, (_, i) => features[i * nFeatures]),
  );

test('gives rows that are not shuffled in their order, as views on the dataset', async () => {
  const dataset = makeDataset(10);
  for (const numWorkers of [0, 2]) {
    const loader = createValid(dataset, { numWorkers });
    const batches = await collect(loader.epoch(5));
    assert.equal(
      batches.map(({ nSamples }) => nSamples),
      [4, 4, 2],
    );
    assert.is(loader.nBatches, 3);
    assert.is(loader.nSamples, 10);
    assert.is(loader.nFeatures, 3);
    assert.equal(rowsOf(batches), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal([...batches[2].labels], [0, 1]);
    assert.ok(batches.every(({ features }) => features.buffer === dataset.features.buffer));
  }
});

test('property: a shuffled epoch has every row once, whole and with its label, whatever the batch size', async () => {
  const size = fc.integer({ min: 1, max: 60 });
  await fc.assert(
    fc.asyncProperty(size, size, fc.integer({ min: 1, max: 5 }), async (n, batchSize, d) => {
      const dataset = makeDataset(n, d, 3);
      const train = createTrain(dataset, { batchSize });
      const batches = await collect(train.epoch(0));
      assert.is(batches.length, train.nBatches);
      const rows = rowsOf(batches, d);
      assert.equal(
        [...rows].sort((a, b) => a - b),
        [...Array(n).keys()],
      );
      const features = batches.flatMap((batch) => [...batch.features]);
      assert.equal(
        features,
        rows.flatMap((row) => Array.from({ length: d }, (_, j) => row + j / 8)),
      );
      const labels = batches.flatMap((batch) => [...batch.labels]);
      assert.equal(
        labels,
        rows.map((row) => row % 3),
      );
      assert.ok(batches.slice(0, -1).every(({ nSamples }) => nSamples === batchSize));
    }),
    { seed: 7, numRuns: 100 },
  );
});

test('orders an epoch by seed and number alone, and each epoch and seed otherwise', async () => {
  const order = async (seed: number, epoch: number): Promise<string> => {
    const train = createTrain(makeDataset(50), { seed });
    return rowsOf(await collect(train.epoch(epoch))).join();
  };
  const train = createTrain(makeDataset(50));
  const inTurn: string[] = [];
  for (const epoch of [0, 1, 2, 1]) inTurn.push(rowsOf(await collect(train.epoch(epoch))).join());
  assert.is(inTurn[1], inTurn[3]);
  assert.is(await order(0, 2), inTurn[2]);
  assert.is(new Set([...inTurn, await order(1, 0)]).size, 4);
});

test('shuffles where it is asked to, and there alone', async () => {
  const dataset = makeDataset(50);
  const rows = [...Array(50).keys()];
  assert.not.equal(rowsOf(await collect(createTrain(dataset).epoch(0))), rows);
  assert.equal(rowsOf(await collect(createValid(dataset).epoch(0))), rows);
});

test('gives batches that stay as they are when later ones come', async () => {
  for (const numWorkers of [0, 1]) {
    const batches = await collect(createTrain(makeDataset(20), { numWorkers }).epoch(0));
    assert.is(new Set(rowsOf(batches)).size, 20);
  }
});

test('property: any number of workers gives the same batches in the same order', async () => {
  const size = fc.integer({ min: 1, max: 40 });
  const few = fc.integer({ min: 1, max: 3 });
  await fc.assert(
    fc.asyncProperty(
      size,
      size,
      few,
      few,
      fc.boolean(),
      async (n, batchSize, numWorkers, prefetch, k) => {
        const dataset = makeDataset(n, 3, k ? 2 : 0);
        const collectWith = async (options: Partial<LoaderOptions>): Promise<Batch[]> =>
          await collect(createTrain(dataset, { batchSize, ...options }).epoch(1));
        assert.equal(
          await collectWith({ numWorkers, prefetch }),
          await collectWith({ numWorkers: 0 }),
        );
      },
    ),
    { seed: 8, numRuns: 12 },
  );
});

test('ends its workers when the loop is left by break, by an error, at its start or at its end', () => {
  const script = join(PROJECT, 'tests/lib/tensors/workers/leave-early.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.is(status, 0, stderr);
  assert.is(stdout, 'batch of 4\n400 rows\n');
});

test('makes a worker that stops an error of the loop', async () => {
  // a row of -1 numbers cannot be
  const dataset = { ...makeDataset(20), nFeatures: -1 };
  const loader = createTrain(dataset, { numWorkers: 2 });
  try {
    await collect(loader.epoch(0));
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /^a worker of .*gather-worker\.ts stopped$/);
    assert.instance((error as Error).cause, RangeError);
  }
});

test.run();
