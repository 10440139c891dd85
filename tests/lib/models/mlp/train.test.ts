import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scoreRows } from '../../../../lib/models/fit-model.ts';
import type { Checkpoint, CheckpointStore } from '../../../../lib/models/model.ts';
import { makeRows, toLabelled } from '../../../support/in-memory-batches.ts';
import { machine, train } from '../../../support/small-model.ts';

const rows = makeRows(64, 4, 1);
const options = { maxEpochs: 4, dropout: 0.2, earlyStoppingPatience: 10 };

/** A store in memory that reads what was written last. */
function createStore(): CheckpointStore & { kept: Checkpoint[] } {
  const kept: Checkpoint[] = [];
  return {
    kept,
    read: () => kept.at(-1) ?? null,
    write: (checkpoint) => void kept.push(structuredClone(checkpoint)),
  };
}

const nEpochsOf = ({ state }: Checkpoint): number => (state as { nEpochs: number }).nEpochs;

const test = suite('fitNetwork');

test('goes on from a checkpoint, says so, and ends as a training that was never interrupted', async () => {
  const whole = await train(rows, { options });
  const store = createStore();
  const names: string[] = [];
  const checkpoint = (name: string): CheckpointStore => (names.push(name), store);
  const again = await train(rows, { options, context: { checkpoint } });
  assert.equal(names, ['mlp']);
  assert.equal(again, whole, 'keeping checkpoints changes nothing');
  assert.equal(store.kept.map(nEpochsOf), [1, 2, 3, 4]);
  for (const nEpochs of [1, 3, 4]) {
    const said: string[] = [];
    const resumed = await train(rows, {
      options,
      context: {
        checkpoint: () => ({ read: () => store.kept[nEpochs - 1], write: () => {} }),
        info: (message) => void said.push(message),
      },
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
    ['mlp', 128, 'rows'],
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
    context: {
      checkpoint: () => ({
        read: () => null,
        write(checkpoint) {
          store.write(checkpoint);
          if (nEpochsOf(checkpoint) === 2) abort.abort();
        },
      }),
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

test('reports the epoch whose weights the model has, and watches valid rows that it does not learn', async () => {
  // labels without a pattern, of which the valid rows have others: what is learned by heart helps on none of them
  const [noise, valid] = [makeRows(40, 4, 1), makeRows(200, 4, 2)].map(({ X, y }, i) => ({
    X,
    y: y.map((_, row) => (row * 7 + i) % 3),
  }));
  const stopping = { maxEpochs: 60, earlyStoppingPatience: 3 };
  const { fitted, history, metrics } = await train(noise, { valid, options: stopping });
  const losses = history.map(({ validLoss }) => validLoss!);
  const best = losses.indexOf(Math.min(...losses));
  assert.equal(metrics, {
    loss: history[best].loss,
    best_epoch: best + 1,
    n_epochs: best + 1 + 3,
    n_parameters: (4 + 1) * 8 + (8 + 1) * 3,
  });
  assert.is(history.length, best + 4);
  assert.ok(history.length < 60);
  const { accuracy, logLoss } = await scoreRows(fitted, toLabelled(valid), fitted.columns, machine);
  assert.is(accuracy, history[best].validAccuracy);
  // sums of float32 against sums of float64
  assert.ok(Math.abs(logLoss - losses[best]) < 1e-5);
});

test('weighs the classes as the data have it', async () => {
  const [plain, even, weighed] = await Promise.all(
    [null, [1, 1, 1], [5, 1, 1]].map(async (classWeight) => await train(rows, { classWeight })),
  );
  assert.equal(even.fitted, plain.fitted);
  assert.not.equal(weighed.fitted, plain.fitted);
});

for (const embedding of ['piecewise_linear', 'periodic'] as const) {
  test(`embeds columns by the statistics of train alone, the same from the same seed: ${embedding}`, async () => {
    const embedded = { ...options, embedding };
    const { fitted } = await train(rows, { options: embedded });
    const other = await train(rows, { options: embedded, valid: makeRows(32, 4, 9) });
    assert.equal(other.fitted, fitted, 'valid rows change nothing');
    const facts = fitted.facts.embedding as { kind: string; columns: number[]; size: number };
    assert.is(facts.kind, embedding);
    assert.equal(facts.columns, [0, 1, 2, 3]);
    assert.is(facts.size, 4);
  });
}

test('starts from the bins of another model, and refuses a model with another embedding', async () => {
  const embedded = { maxEpochs: 1, embedding: 'piecewise_linear' } as const;
  const { fitted } = await train(rows, { options: embedded });
  const more = makeRows(64, 4, 7);
  const tuned = await train(more, { options: embedded, context: { from: fitted } });
  assert.equal(tuned.fitted.tensors['embedding/starts'], fitted.tensors['embedding/starts']);
  const error = await train(more, {
    options: { maxEpochs: 1, embedding: 'periodic' },
    context: { from: fitted },
  }).then(
    () => null,
    (reason: unknown) => reason as Error,
  );
  assert.is(
    error?.message,
    'the model that training starts from must have the features, classes and layers of train.mlp; got other embedding piecewise_linear of 4',
  );
});

test('gathers batches in as many threads as it is told, with the same result', async () => {
  const whole = await train(rows, { options });
  assert.equal(await train(rows, { options: { ...options, numWorkers: 2 } }), whole);
});

test.run();
