import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import { trainAndPredict } from '../../../../lib/forecasting/models/direct-network.ts';
import type {
  NetworkOptions,
  NetworkRows,
} from '../../../../lib/forecasting/models/direct-network.ts';
import { loadBackend } from '../../../../lib/models/tensorflow/backend.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('network of direct models');

const OPTIONS: NetworkOptions = {
  nNetworks: 1,
  hiddenSizes: [16, 16],
  batchSize: 64,
  nSteps: 180,
  optimizer: 'adamw',
  learningRate: 0.01,
  schedule: 'one_cycle',
  warmupShare: 0.3,
  weightDecay: 0,
};

const predict = async (
  rows: NetworkRows,
  asked: readonly number[],
  options: Partial<NetworkOptions> = {},
  rng = createRng(1, 'test', 'network'),
): Promise<Float64Array> =>
  await trainAndPredict(
    rows,
    Float32Array.from(asked),
    { ...OPTIONS, ...options },
    {
      backend: await loadBackend({ nThreads: 1, warn: () => {} }),
      rng,
      signal: new AbortController().signal,
      onStep: () => {},
    },
  );

const rowsOf = (
  inputs: readonly number[],
  targets: readonly number[],
  weights: readonly number[] = inputs.map(() => 1),
): NetworkRows => ({
  inputs: Float32Array.from(inputs),
  targets: Float32Array.from(targets),
  weights: Float64Array.from(weights),
});

const repeat = <T>(n: number, of: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => of(i));

test('learns the median of each output, not the mean', async () => {
  // of the first 0, 1 and 20, of the second twice these
  const targets = repeat(192, (i) => [[0, 1, 20][i % 3], [0, 2, 40][i % 3]]).flat();
  const outputs = await predict(rowsOf(new Array(192).fill(1), targets), [1]);
  assertClose(outputs, [1, 2], 0.15, 1);
});

test('lets a row of weight 3 count as three', async () => {
  const targets = repeat(192, (i) => [0, 0, 5][i % 3]);
  const ask = async (heavy: number): Promise<number> => {
    const weights = repeat(192, (i) => [1, 1, heavy][i % 3]);
    return (await predict(rowsOf(new Array(192).fill(1), targets, weights), [1]))[0];
  };
  assert.ok((await ask(1)) < 1);
  assert.ok((await ask(3)) > 4);
});

test('learns what bends and what is straight', async () => {
  const inputs = repeat(256, (i) => -2 + i / 64);
  const targets = inputs.map((x) => Math.abs(x) + 2 * x);
  const asked = [-1.5, 0.1, 1.5];
  const outputs = await predict(rowsOf(inputs, targets), asked, { nSteps: 800 });
  assertClose(
    outputs,
    asked.map((x) => Math.abs(x) + 2 * x),
    0.2,
    1,
  );
});

test('says 0 before it has learnt', async () => {
  const rows = rowsOf([1, 2, 3], [4, 5, 6]);
  const outputs = await predict(rows, [1, 2], { learningRate: 1e-30, nSteps: 1 });
  assertClose(outputs, [0, 0], 1e-20, 1);
});

test('gives the mean of networks that start from other weights', async () => {
  // all rows are one batch, so that chance has no say but in the first weights
  const rows = rowsOf(
    repeat(64, (i) => Math.sin(i)),
    repeat(64, (i) => Math.sin(i) ** 3),
  );
  const nWeights = 16 + 16 * 16 + 16 + 1;
  const ask = async (nNetworks: number, nBefore: number): Promise<number> => {
    const rng = createRng(1, 'test', 'network');
    for (let i = 0; i < nBefore * nWeights; i++) rng();
    return (await predict(rows, [0.5], { nSteps: 20, nNetworks }, rng))[0];
  };
  const ones = [await ask(1, 0), await ask(1, 1), await ask(1, 2), await ask(1, 3)];
  assert.ok(Math.max(...ones) - Math.min(...ones) > 0.01);
  const mean = ones.reduce((sum, one) => sum + one / ones.length, 0);
  assertClose([await ask(4, 0)], [mean], 1e-5, 1);
});

test('says of many rows what it says of each', async () => {
  const rows = rowsOf([1, 2, 3], [4, 5, 6]);
  const asked = repeat(5000, (i) => i % 7);
  const outputs = await predict(rows, asked, { nSteps: 20 });
  const few = await predict(rows, asked.slice(0, 7), { nSteps: 20 });
  assert.is(outputs.length, 5000);
  assertClose(
    outputs,
    asked.map((x) => few[x]),
    1e-5,
    1,
  );
});

test('gives the same bytes twice', async () => {
  const rows = rowsOf(
    repeat(100, (i) => Math.sin(i)),
    repeat(100, (i) => Math.cos(i)),
  );
  const first = await predict(rows, [0.3, -0.2], { nSteps: 5 });
  assert.equal(await predict(rows, [0.3, -0.2], { nSteps: 5 }), first);
});

test('stops where it is asked to, in the middle', async () => {
  const controller = new AbortController();
  const steps: number[] = [];
  const error = await trainAndPredict(rowsOf([1, 2], [1, 2]), Float32Array.of(1), OPTIONS, {
    backend: await loadBackend({ nThreads: 1, warn: () => {} }),
    rng: createRng(1, 'test', 'network'),
    signal: controller.signal,
    onStep(nSteps) {
      steps.push(nSteps);
      if (nSteps > 0) controller.abort();
    },
  }).catch((thrown) => thrown);
  assert.is(error.name, 'AbortError');
  assert.equal(steps, [0, 4]);
});

test('names a loss that is not finite', async () => {
  const error = await predict(rowsOf([1, 2], [1, Infinity]), [1]).catch((thrown) => thrown);
  assert.instance(error, StageError);
  assert.is(error.code, 'E_DATA');
  assert.match(error.message, 'must be finite; got');
});

test.run();
