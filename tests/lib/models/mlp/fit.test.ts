import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import { fitMlp } from '../../../../lib/models/mlp/fit.ts';
import type { Mlp, MlpCheckpoint, MlpOptions } from '../../../../lib/models/mlp/fit.ts';
import type { HistoryRow } from '../../../../lib/models/model.ts';
import { createMlpPredictor, predictProba } from '../../../../lib/models/mlp/predictor.ts';
import { loadBackend } from '../../../../lib/models/tensorflow/backend.ts';
import { createWasmBackend } from '../../../../lib/models/tensorflow/wasm.ts';
import { createRng } from '../../../../lib/rng.ts';
import { makeRows, rowOf, toBatches } from '../../../support/in-memory-batches.ts';
import type { Rows } from '../../../support/in-memory-batches.ts';

const test = suite('mlp');

const backend = await loadBackend({ nThreads: 2, warn: (line) => console.error(line) });
const wasm = await createWasmBackend();

const OPTIONS: MlpOptions = {
  hiddenSizes: [16, 16],
  activation: 'relu',
  normalization: 'none',
  embedding: null,
  dropout: 0,
  labelSmoothing: 0,
  classWeight: null,
  optimizer: 'adamw',
  weightDecay: 0.01,
  gradientClipNorm: null,
  schedule: 'constant',
  learningRate: 0.01,
  warmupShare: 0,
  maxEpochs: 10,
  earlyStoppingPatience: null,
};

const rng = (seed = 1) => createRng(seed, 'test', 'fit');

function fit(rows: Rows, changes: Partial<MlpOptions>, more: Partial<Context> = {}) {
  const { valid = null, ...context } = more;
  const train = toBatches(rows, { batchSize: 64, seed: 5 });
  return fitMlp(
    { train, valid: valid && toBatches(valid, { batchSize: 100 }), nClasses: 3 },
    { ...OPTIONS, ...changes },
    { backend, rng: rng(), ...context },
  );
}
type Context = Parameters<typeof fitMlp>[2] & { valid: Rows };

function hash({ weights }: Mlp): string {
  const sum = createHash('sha256');
  for (const [name, values] of Object.entries(weights)) sum.update(name).update(values);
  return sum.digest('hex');
}

function countRight(model: Mlp, { X, y }: Rows, on = backend): number {
  const probabilities = predictProba(model, X, on);
  return y.filter((label, i) => {
    const row = rowOf(probabilities, i, model.nClasses);
    return row[label] === Math.max(...row);
  }).length;
}

async function fails(promise: Promise<unknown>): Promise<StageError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError);
  return error as StageError;
}

const XOR: Rows = { X: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Int32Array.of(0, 1, 1, 0) };
for (const each of [backend, wasm]) {
  test(`learns exclusive or (${each.name})`, async () => {
    const { model } = await fitMlp(
      { train: toBatches(XOR, { batchSize: 4 }), valid: null, nClasses: 2 },
      { ...OPTIONS, maxEpochs: 150, learningRate: 0.03, warmupShare: 0.1 },
      { backend: each, rng: rng() },
    );
    assert.is(countRight(model, XOR, each), 4);
  });
}

test('learns classes that a line separates without a hidden layer', async () => {
  const { X } = makeRows(200, 2, 1);
  const y = Int32Array.from({ length: 200 }, (_, i) => (X[2 * i] > X[2 * i + 1] ? 1 : 0));
  const { model, history } = await fitMlp(
    { train: toBatches({ X, y }, { batchSize: 50 }), valid: null, nClasses: 2 },
    { ...OPTIONS, hiddenSizes: [], maxEpochs: 60, learningRate: 0.1 },
    { backend, rng: rng() },
  );
  assert.ok(countRight(model, { X, y }) >= 196);
  assert.ok(history.at(-1)!.loss! < 0.2);
});

test('reports each epoch, and losses and accuracy on valid rows as its predictions have them', async () => {
  const [rows, valid] = [makeRows(300, 4, 1), makeRows(130, 4, 2)];
  const seen: HistoryRow[] = [];
  const { model, history, bestEpoch } = await fit(
    rows,
    { maxEpochs: 3, schedule: 'one_cycle', warmupShare: 0.3 },
    {
      valid,
      onEpoch(result) {
        seen.push(result);
        return 'go on';
      },
    },
  );
  assert.equal(seen, history);
  assert.equal(
    history.map(({ step }) => step),
    [1, 2, 3],
  );
  assert.is(bestEpoch, 2);
  const probabilities = predictProba(model, valid.X, backend);
  const logLoss =
    valid.y.reduce((sum, label, i) => sum - Math.log(probabilities[3 * i + label]), 0) / 130;
  assert.ok(Math.abs(history[2].validLoss! - logLoss) < 1e-5);
  assert.is(history[2].validAccuracy, countRight(model, valid) / 130);
  // one_cycle ends at 1/250000 of the peak
  assert.ok(Math.abs(history[2].learningRate! - 0.01 / 250_000) < 1e-12);
});

test('probabilities of a row add up to 1', async () => {
  const rows = makeRows(300, 4, 1);
  const { model } = await fit(rows, { maxEpochs: 1 });
  const probabilities = predictProba(model, rows.X, backend);
  for (let i = 0; i < 300; i++) {
    const sum = rowOf(probabilities, i, 3).reduce((total, p) => total + p, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
  }
});

test('predicting some rows gives the bytes that predicting all gives them', async () => {
  const rows = makeRows(700, 54, 1);
  const { model } = await fit(rows, {
    maxEpochs: 1,
    hiddenSizes: [64, 64],
    normalization: 'layer',
  });
  const predictor = createMlpPredictor(model, backend);
  const all = predictor.predictProba(rows.X);
  for (const [start, end] of [
    [0, 1],
    [255, 257],
    [699, 700],
    [100, 600],
  ]) {
    const some = predictor.predictProba(rows.X.subarray(start * 54, end * 54));
    assert.equal(some, all.slice(start * 3, end * 3), `rows ${start} to ${end}`);
  }
  assert.equal(predictor.predictProba(new Float32Array()), new Float32Array());
  predictor.dispose();
});

test('stops when the valid loss has not fallen for `patience` epochs, and takes the best weights', async () => {
  // 40 rows with random labels, and other valid rows: the net learns them by heart, the valid loss climbs.
  const [rows, valid] = [makeRows(40, 4, 1), makeRows(200, 4, 2)].map(({ X, y }, i) => ({
    X,
    y: y.map((_, row) => (row * 7 + i) % 3),
  }));
  const stopping = { maxEpochs: 100, earlyStoppingPatience: 4, learningRate: 0.02 };
  const { model, history, bestEpoch } = await fit(rows, stopping, { valid });
  const losses = history.map(({ validLoss }) => validLoss!);
  assert.is(losses.indexOf(Math.min(...losses)), bestEpoch);
  assert.is(history.length, bestEpoch + 1 + 4);
  assert.ok(history.length < 100);
  // The schedule is constant, so that training that ends with the best epoch has its weights.
  const { model: short } = await fit(rows, { learningRate: 0.02, maxEpochs: bestEpoch + 1 });
  assert.is(hash(model), hash(short));
});

test('keeps the last weights without patience', async () => {
  const [rows, valid] = [makeRows(40, 4, 1), makeRows(200, 4, 2)];
  const { history, bestEpoch } = await fit(rows, { maxEpochs: 5 }, { valid });
  assert.is(history.length, 5);
  assert.is(bestEpoch, 4);
});

const STOCHASTIC: Partial<MlpOptions> = {
  dropout: 0.2,
  normalization: 'batch',
  schedule: 'one_cycle',
  warmupShare: 0.3,
  maxEpochs: 6,
  earlyStoppingPatience: 2,
};

test('training that goes on from a checkpoint ends with the bytes of uninterrupted training', async () => {
  const [rows, valid] = [makeRows(300, 4, 1), makeRows(130, 4, 2)];
  const checkpoints: MlpCheckpoint[] = [];
  const whole = await fit(rows, STOCHASTIC, {
    valid,
    onCheckpoint: (checkpoint) => void checkpoints.push(structuredClone(checkpoint)),
  });
  assert.is(checkpoints.length, whole.history.length);
  for (const checkpoint of checkpoints) {
    const resumed = await fit(rows, STOCHASTIC, { valid, checkpoint, rng: rng(99) });
    assert.is(hash(resumed.model), hash(whole.model), `after epoch ${checkpoint.nEpochs}`);
    assert.equal(resumed.history, whole.history);
    assert.is(resumed.bestEpoch, whole.bestEpoch);
  }
});

test('the state of a checkpoint is not changed by the training that goes on from it', async () => {
  const rows = makeRows(300, 4, 1);
  const checkpoints: MlpCheckpoint[] = [];
  const onCheckpoint = (checkpoint: MlpCheckpoint) => void checkpoints.push(checkpoint);
  await fit(rows, { maxEpochs: 1 }, { onCheckpoint });
  const copy = structuredClone(checkpoints[0]);
  await fit(rows, { maxEpochs: 4 }, { checkpoint: checkpoints[0] });
  assert.equal(checkpoints[0], copy);
});

test('the same seed gives the same bytes in another process, dropout and all', () => {
  const train = fileURLToPath(new URL('./train-mlp.ts', import.meta.url));
  const [first, second] = [0, 1].map(() =>
    execFileSync(process.execPath, [train], { encoding: 'utf8' }),
  );
  assert.match(first, /^[0-9a-f]{64}\n$/);
  assert.is(second, first);
});

test('another seed gives other bytes', async () => {
  const rows = makeRows(300, 4, 1);
  const [first, other] = [await fit(rows, {}), await fit(rows, {}, { rng: rng(2) })];
  assert.is.not(hash(other.model), hash(first.model));
});

test('fit leaves the rows as they are', async () => {
  const rows = makeRows(64, 4, 1);
  const copy = structuredClone(rows);
  await fit(rows, { maxEpochs: 2 });
  assert.equal(rows, copy);
});

test('WebAssembly learns what native TensorFlow learns', async () => {
  const rows = makeRows(300, 4, 1);
  const options: Partial<MlpOptions> = {
    maxEpochs: 2,
    labelSmoothing: 0.1,
    classWeight: [1, 2, 0.5],
  };
  const [native, slow] = [await fit(rows, options), await fit(rows, options, { backend: wasm })];
  const [expected, actual] = [native, slow].map(({ model }) =>
    predictProba(model, rows.X, backend),
  );
  // 10 steps of float32 sums in another order
  assert.ok(expected.every((p, i) => Math.abs(p - actual[i]) < 1e-4));
});

test('a class with a higher weight is predicted more often', async () => {
  const rows = makeRows(600, 4, 1);
  const count = async (classWeight: number[] | null) => {
    const { model } = await fit(rows, { maxEpochs: 2, classWeight });
    const probabilities = predictProba(model, rows.X, backend);
    return rows.y.filter((_, i) => {
      const [a, b, c] = rowOf(probabilities, i, 3);
      return a > Math.max(b, c);
    }).length;
  };
  assert.ok((await count([10, 1, 1])) > (await count(null)) + 100);
});

test('a loss that is not finite stops with the epoch and the way out', async () => {
  const error = await fails(fit(makeRows(300, 4, 1), { learningRate: 1e30, maxEpochs: 3 }));
  assert.is(error.code, 'E_DATA');
  assert.match(error.message, /^training loss must be finite; got (NaN|Infinity) in epoch 1$/);
  assert.is(
    error.hint,
    'lower learning_rate (now 1e+30), or look for values in the features that are not finite',
  );
});

test('a label that is no class stops before it is learned', async () => {
  const rows = makeRows(10, 4, 1);
  rows.y[3] = 3;
  const error = await fails(fit(rows, {}));
  assert.is(error.code, 'E_DATA');
  assert.is(error.message, 'labels must be classes 0 to 2; got 3');
});

test('ends after the epoch that was told to be the last, with the weights of that many epochs', async () => {
  const rows = makeRows(300, 4, 1);
  const onEpoch = ({ step }: HistoryRow) => (step === 2 ? 'stop' : 'go on');
  const stopped = await fit(rows, { maxEpochs: 5 }, { onEpoch });
  const whole = await fit(rows, { maxEpochs: 2 });
  assert.is(stopped.history.length, 2);
  assert.is(stopped.bestEpoch, 1);
  assert.equal(stopped.model, whole.model);
});

test('an aborted signal stops training', async () => {
  const controller = new AbortController();
  const onEpoch = (): 'go on' => {
    controller.abort();
    return 'go on';
  };
  const training = fit(
    makeRows(300, 4, 1),
    { maxEpochs: 1000 },
    { signal: controller.signal, onEpoch },
  );
  const reason = await training.then(
    () => null,
    (error: Error) => error.name,
  );
  assert.is(reason, 'AbortError');
});

test.run();
