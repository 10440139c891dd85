import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MlpCheckpoint, MlpFit } from '../../../../lib/models/mlp/fit.ts';
import { trainMetrics } from '../../../../lib/models/mlp/train.ts';
import type { CheckpointStore } from '../../../../lib/models/mlp/train.ts';
import { makeRows } from '../../../support/in-memory-batches.ts';
import { train } from '../../../support/small-model.ts';

const rows = makeRows(64, 4, 1);
const options = { maxEpochs: 4, dropout: 0.2, earlyStoppingPatience: 10 };

/** A store in memory that holds what was written last; `ends` after this epoch. */
function createStore(): CheckpointStore & { kept: MlpCheckpoint[] } {
  const kept: MlpCheckpoint[] = [];
  return {
    kept,
    read: () => kept.at(-1) ?? null,
    write: (checkpoint) => void kept.push(structuredClone(checkpoint)),
  };
}

const test = suite('trainMlp');

test('goes on from a checkpoint, says so, and ends as a training that was never interrupted', async () => {
  const whole = await train(rows, { options });
  const store = createStore();
  const again = await train(rows, { options, store });
  assert.equal(again, whole, 'keeping checkpoints changes nothing');
  assert.equal(
    store.kept.map(({ nEpochs }) => nEpochs),
    [1, 2, 3, 4],
  );
  for (const nEpochs of [1, 3, 4]) {
    const said: string[] = [];
    const resumed = await train(rows, {
      options,
      store: { read: () => store.kept[nEpochs - 1], write: () => {} },
      context: { log: { info: (message) => void said.push(message) } },
    });
    assert.equal(resumed, whole);
    assert.equal(said, [`going on after epoch ${nEpochs} of a run that ended early`]);
  }
});

test('tells the rows that are done, with epoch, loss and accuracy, and ends the bar', async () => {
  const seen: unknown[] = [];
  await train(rows, {
    options: { maxEpochs: 2 },
    context: {
      startProgress: (label, total, unit) => {
        seen.push([label, total, unit]);
        return {
          update: (done, note) => void seen.push([done, note]),
          end: () => void seen.push('end'),
        };
      },
    },
  });
  assert.equal(seen.slice(0, 5), [
    ['train', 128, 'rows'],
    [16, 'epoch 1 of 2'],
    [32, 'epoch 1 of 2'],
    [48, 'epoch 1 of 2'],
    [64, 'epoch 1 of 2'],
  ]);
  const [done, note] = seen[5] as [number, string];
  assert.is(done, 80);
  assert.match(note, /^epoch 2 of 2, loss \d\.\d{4}, valid accuracy 0\.\d{4}$/);
  assert.is(seen.length, 10);
  assert.is(seen[9], 'end');
});

test('ends the bar when it is interrupted, and keeps the checkpoints of the epochs before', async () => {
  const store = createStore();
  const abort = new AbortController();
  let isEnded = false;
  const error = await train(rows, {
    options,
    store: {
      read: () => null,
      write(checkpoint) {
        store.write(checkpoint);
        if (checkpoint.nEpochs === 2) abort.abort();
      },
    },
    context: {
      signal: abort.signal,
      startProgress: () => ({ update: () => {}, end: () => (isEnded = true) }),
    },
  }).then(
    () => null,
    (reason: unknown) => reason as Error,
  );
  assert.is(error?.name, 'AbortError');
  assert.is(store.kept.length, 2);
  assert.ok(isEnded);
});

test('reports the epoch whose weights the model has, in six digits', () => {
  const result = { validLoss: null, validAccuracy: null, learningRate: 0.1 };
  const fit: MlpFit = {
    model: {
      format: 'mlp',
      version: 1,
      nFeatures: 2,
      nClasses: 3,
      hiddenSizes: [],
      activation: 'relu',
      normalization: 'none',
      weights: { 'layer0/kernel': new Float32Array(6), 'layer0/bias': new Float32Array(3) },
    },
    history: [
      { ...result, epoch: 0, trainLoss: 1 / 3, validLoss: 2 / 3, validAccuracy: 0.1234567 },
      { ...result, epoch: 1, trainLoss: 0.25 },
    ],
    bestEpoch: 0,
  };
  assert.equal(trainMetrics(fit), {
    loss: 0.333333,
    valid_loss: 0.666667,
    valid_accuracy: 0.123457,
    best_epoch: 1,
    n_epochs: 2,
    n_parameters: 9,
  });
  const { valid_loss: loss, valid_accuracy: accuracy } = trainMetrics({ ...fit, bestEpoch: 1 });
  assert.equal([loss, accuracy], [null, null]);
});

test.run();
