import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCheckpointFile } from '../../../lib/data/checkpoint-file.ts';
import type { MlpCheckpoint } from '../../../lib/models/mlp/fit.ts';
import { writeSafetensors } from '../../../lib/tensors/safetensors.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const IDENTITY = { options: { maxEpochs: 3 }, dataHashes: { 'train.pt': 'a' } };
const CHECKPOINT: MlpCheckpoint = {
  format: 'mlp-checkpoint',
  version: 1,
  nEpochs: 2,
  nSteps: 8,
  dropoutSeed: -5,
  variables: {
    'layer0/kernel': Float32Array.of(0.1, -0, 5e-45),
    'layer0/kernel/first': Float32Array.of(1, 2, 3),
  },
  best: { epoch: 1, validLoss: 0.1 + 0.2, weights: { 'layer0/kernel': Float32Array.of(1, 2, 4) } },
  history: [
    { epoch: 0, trainLoss: 1 / 3, validLoss: 0.5, validAccuracy: 0.25, learningRate: 0.001 },
    { epoch: 1, trainLoss: 1 / 7, validLoss: null, validAccuracy: null, learningRate: 0.002 },
  ],
};

const test = suite('checkpoint file');

test('gives back what was written, bit by bit, to the same training alone', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(join(folder, 'checkpoints', 'train'), IDENTITY);
    assert.is(store.read(), null);
    store.write(CHECKPOINT);
    assert.equal(store.read(), CHECKPOINT);
    assert.ok(Object.is(store.read()?.variables['layer0/kernel'][1], -0));
    const open = (identity: unknown) =>
      openCheckpointFile(join(folder, 'checkpoints', 'train'), identity).read();
    assert.equal(open(structuredClone(IDENTITY)), CHECKPOINT);
    assert.is(open({ ...IDENTITY, options: { maxEpochs: 4 } }), null);
    assert.is(open({ ...IDENTITY, dataHashes: { 'train.pt': 'b' } }), null);
  });
});

test('keeps the last of several, and one without best weights', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(folder, IDENTITY);
    store.write(CHECKPOINT);
    store.write({ ...CHECKPOINT, nEpochs: 3, best: null });
    assert.equal(store.read(), { ...CHECKPOINT, nEpochs: 3, best: null });
    assert.equal(readdirSync(folder), ['mlp.safetensors']);
  });
});

test('counts as none when it is cut off, of something else, or not there', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(folder, IDENTITY);
    store.write(CHECKPOINT);
    const file = join(folder, 'mlp.safetensors');
    const { length } = readFileSync(file);
    for (const size of [length - 1, length >> 1, 20, 0]) {
      truncateSync(file, size);
      assert.is(store.read(), null, `${size} of ${length} bytes`);
    }
    writeSafetensors(file, {}, { format: 'other' });
    assert.is(store.read(), null);
    store.write(CHECKPOINT);
    assert.equal(store.read(), CHECKPOINT, 'a broken one does not stand in the way');
  });
});

test('counts as none when its state is damaged', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(folder, IDENTITY);
    const metadata = { key: JSON.stringify(IDENTITY), state: '{"nEpochs":' };
    writeSafetensors(join(folder, 'mlp.safetensors'), {}, metadata);
    assert.is(store.read(), null);
  });
});

test('leaves what a killed write left behind alone', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(folder, IDENTITY);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'mlp.safetensors.1'), 'half');
    store.write(CHECKPOINT);
    assert.equal(store.read(), CHECKPOINT);
  });
});

test.run();
