import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCheckpointFile } from '../../../lib/data/checkpoint-file.ts';
import type { Checkpoint } from '../../../lib/models/model.ts';
import { writeSafetensors } from '../../../lib/tensors/safetensors.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const IDENTITY = { options: { maxEpochs: 3 }, dataHashes: { 'train.pt': 'a' } };
const CHECKPOINT: Checkpoint = {
  tensors: {
    'best:layer0/kernel': { dtype: 'F32', shape: [3, 1], data: Float32Array.of(1, 2, 4) },
    'variable:layer0/kernel': { dtype: 'F32', shape: [3], data: Float32Array.of(0.1, -0, 5e-45) },
    nodes: { dtype: 'I32', shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
  },
  state: {
    nEpochs: 2,
    seed: -5,
    best: { validLoss: 0.1 + 0.2 },
    history: [1 / 3, null],
    text: 'é',
  },
};

const test = suite('checkpoint file');

test('gives back what was written, bit by bit, to the same training alone', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(join(folder, 'checkpoints', 'train'), 'mlp', IDENTITY);
    assert.is(store.read(), null);
    store.write(CHECKPOINT);
    assert.equal(store.read(), CHECKPOINT);
    assert.ok(Object.is(store.read()?.tensors['variable:layer0/kernel'].data[1], -0));
    const open = (identity: unknown) =>
      openCheckpointFile(join(folder, 'checkpoints', 'train'), 'mlp', identity).read();
    assert.equal(open(structuredClone(IDENTITY)), CHECKPOINT);
    assert.is(open({ ...IDENTITY, options: { maxEpochs: 4 } }), null);
    assert.is(open({ ...IDENTITY, dataHashes: { 'train.pt': 'b' } }), null);
  });
});

test('keeps the last of several, and one without tensors', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(folder, 'mlp', IDENTITY);
    store.write(CHECKPOINT);
    store.write({ tensors: {}, state: 3 });
    assert.equal(store.read(), { tensors: {}, state: 3 });
    assert.equal(readdirSync(folder), ['mlp.safetensors']);
  });
});

test('stands beside those of other trainings of the run', async () => {
  await inTemporaryFolder((folder) => {
    const [mlp, trees] = ['mlp', 'extra-trees'].map((name) =>
      openCheckpointFile(folder, name, IDENTITY),
    );
    mlp.write(CHECKPOINT);
    assert.is(trees.read(), null);
    trees.write({ tensors: {}, state: 'trees' });
    assert.equal(mlp.read(), CHECKPOINT);
    assert.equal(trees.read(), { tensors: {}, state: 'trees' });
    assert.equal(readdirSync(folder).toSorted(), ['extra-trees.safetensors', 'mlp.safetensors']);
  });
});

test('counts as none when it is cut off, of something else, or not there', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(folder, 'mlp', IDENTITY);
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
    const store = openCheckpointFile(folder, 'mlp', IDENTITY);
    const metadata = { key: JSON.stringify(IDENTITY), state: '{"nEpochs":' };
    writeSafetensors(join(folder, 'mlp.safetensors'), {}, metadata);
    assert.is(store.read(), null);
  });
});

test('leaves what a killed write left behind alone', async () => {
  await inTemporaryFolder((folder) => {
    const store = openCheckpointFile(folder, 'mlp', IDENTITY);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'mlp.safetensors.1'), 'half');
    store.write(CHECKPOINT);
    assert.equal(store.read(), CHECKPOINT);
  });
});

test.run();
