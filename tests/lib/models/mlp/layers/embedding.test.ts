import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitMlp } from '../../../../../lib/models/mlp/fit.ts';
import type { Mlp, MlpCheckpoint, MlpOptions } from '../../../../../lib/models/mlp/fit.ts';
import { fitEmbedding } from '../../../../../lib/models/mlp/fit-embedding.ts';
import { foldBatchNormalization } from '../../../../../lib/models/mlp/freeze.ts';
import { nameEmbedding } from '../../../../../lib/models/mlp/layers/embedding.ts';
import { dropUnits } from '../../../../../lib/models/mlp/prune-network.ts';
import { createMlpPredictor, predictProba } from '../../../../../lib/models/mlp/predictor.ts';
import { loadBackend } from '../../../../../lib/models/tensorflow/backend.ts';
import { createWasmBackend } from '../../../../../lib/models/tensorflow/wasm.ts';
import { createRng } from '../../../../../lib/rng.ts';
import { makeRows, rowOf, toBatches, toLabelled } from '../../../../support/in-memory-batches.ts';
import type { Rows } from '../../../../support/in-memory-batches.ts';

const backend = await loadBackend({ nThreads: 2, warn: (line) => console.error(line) });
const wasm = await createWasmBackend();
const KINDS = ['piecewise_linear', 'periodic'] as const;

const OPTIONS: Omit<MlpOptions, 'embedding'> = {
  ...{ hiddenSizes: [], activation: 'relu', normalization: 'none' },
  ...{ dropout: 0, labelSmoothing: 0, classWeight: null, optimizer: 'adamw', weightDecay: 0 },
  ...{ gradientClipNorm: null, schedule: 'constant', learningRate: 0.03, warmupShare: 0 },
  ...{ maxEpochs: 1, earlyStoppingPatience: null },
};

async function fit(
  rows: Rows,
  kind: (typeof KINDS)[number],
  changes: Partial<MlpOptions> = {},
  context: Partial<Parameters<typeof fitMlp>[2]> = {},
): Promise<Mlp> {
  const options = {
    ...{ embedding: kind, embeddingSize: 4, embeddingBins: 8 },
    ...{ embeddingFrequencies: 8, embeddingSigma: 1 },
  };
  const { embedding, known } = fitEmbedding(toLabelled(rows), options, createRng(1, 'test', kind));
  const { model } = await fitMlp(
    { train: toBatches(rows, { batchSize: 64, seed: 5 }), valid: null, nClasses: 3 },
    { ...OPTIONS, ...changes, embedding },
    {
      ...{ backend, rng: createRng(1, 'test', 'fit') },
      start: { weights: known, trainableLayers: null, keepsZeros: false },
      ...context,
    },
  );
  return model;
}

/** One column in stripes of two classes, and one of two values that says nothing. */
const STRIPES: Rows = {
  X: Float32Array.from({ length: 600 }, (_, k) => (k % 2 === 0 ? k / 300 - 1 : (k >> 1) % 2)),
  y: Int32Array.from({ length: 300 }, (_, i) => Math.floor(i / 60) % 2),
};

const test = suite('createEmbedding');

for (const kind of KINDS) {
  for (const each of [backend, wasm]) {
    test(`${kind} lets one layer tell stripes apart (${each.name})`, async () => {
      const model = await fit(STRIPES, kind, { maxEpochs: 60 }, { backend: each });
      const probabilities = predictProba(model, STRIPES.X, each);
      const nRight = STRIPES.y.filter((label, i) => {
        const row = rowOf(probabilities, i, 3);
        return row[label] === Math.max(...row);
      }).length;
      // a line gets three of the five stripes
      assert.ok(nRight > 270, `${nRight} of 300`);
    });

    test(`${kind} gives a row the same bits alone and among others (${each.name})`, async () => {
      const rows = makeRows(700, 21, 1);
      const model = await fit(rows, kind, { hiddenSizes: [32] });
      const predictor = createMlpPredictor(model, each);
      const all = predictor.predictProba(rows.X);
      for (const [start, end] of [
        [0, 1],
        [255, 257],
        [699, 700],
        [100, 600],
      ]) {
        const some = predictor.predictProba(rows.X.subarray(start * 21, end * 21));
        assert.equal(some, all.slice(start * 3, end * 3), `rows ${start} to ${end}`);
      }
      predictor.dispose();
    });
  }

  test(`${kind} goes on from a checkpoint to the bytes of uninterrupted training`, async () => {
    const rows = makeRows(200, 4, 1);
    const options = { maxEpochs: 3, dropout: 0.2, hiddenSizes: [8] } as const;
    const checkpoints: MlpCheckpoint[] = [];
    const onCheckpoint = (state: MlpCheckpoint) => void checkpoints.push(structuredClone(state));
    const whole = await fit(rows, kind, options, { onCheckpoint });
    const resumed = await fit(rows, kind, options, { checkpoint: checkpoints[1] });
    assert.equal(resumed, whole);
  });

  test(`${kind} stays as it is while the last layer alone is learnt`, async () => {
    const rows = makeRows(200, 4, 1);
    const { weights } = await fit(rows, kind, { hiddenSizes: [8] });
    const start = { weights, trainableLayers: 1, keepsZeros: false };
    const tuned = await fit(rows, kind, { hiddenSizes: [8] }, { start });
    const changed = Object.keys(weights).filter(
      (name) => tuned.weights[name].join() !== weights[name].join(),
    );
    assert.equal(changed, ['layer1/kernel', 'layer1/bias']);
  });
}

test('learns frequencies, and leaves the bins of train alone', async () => {
  const rows = makeRows(200, 4, 1);
  const [bins, waves] = [await fit(rows, 'piecewise_linear'), await fit(rows, 'periodic')];
  const options = {
    embeddingSize: 4,
    embeddingBins: 8,
    embeddingFrequencies: 8,
    embeddingSigma: 1,
  };
  const start = (kind: (typeof KINDS)[number]) =>
    fitEmbedding(toLabelled(rows), { ...options, embedding: kind }, createRng(1, 'test', kind))
      .known;
  const { 'embedding/starts': starts, 'embedding/slopes': slopes } = start('piecewise_linear');
  assert.equal(bins.weights['embedding/starts'], starts);
  assert.equal(bins.weights['embedding/slopes'], slopes);
  const frequencies = start('periodic')['embedding/frequencies'];
  assert.ok(waves.weights['embedding/frequencies'].every((f, i) => f !== frequencies[i]));
});

test('goes on below the first bin and above the last', () => {
  // one column, one bin from 0 to 1, one unit with weight 1: relu(x), or its share of two classes
  const model: Mlp = {
    ...{ nFeatures: 1, nClasses: 2, hiddenSizes: [], activation: 'relu', normalization: 'none' },
    embedding: { kind: 'piecewise_linear', columns: [0], size: 1, nBins: [2] },
    weights: {
      'embedding/starts': Float32Array.of(0, 1),
      'embedding/slopes': Float32Array.of(1, 1),
      'embedding/kernel': Float32Array.of(1, 1),
      'embedding/bias': Float32Array.of(1),
      'layer0/kernel': Float32Array.of(1, 0),
      'layer0/bias': Float32Array.of(-1, 0),
    },
  };
  // x = -0.5: terms -0.5, 0; 0.25: 0.25, 0; 1.5: 1, 0.5; 4: 1, 3: their sum is x
  const X = Float32Array.of(-0.5, 0.25, 1.5, 4);
  for (const each of [backend, wasm]) {
    const probabilities = predictProba(model, X, each);
    X.forEach((x, i) => {
      assert.ok(Math.abs(probabilities[2 * i] - 1 / (1 + Math.exp(-x))) < 1e-6, `x = ${x}`);
    });
  }
});

test('stays where batch normalisation is folded and where units are taken away', async () => {
  const rows = makeRows(200, 4, 1);
  const options = { hiddenSizes: [8], normalization: 'batch', maxEpochs: 2 } as const;
  for (const kind of KINDS) {
    const model = await fit(rows, kind, options);
    const expected = predictProba(model, rows.X, backend);
    const folded = predictProba(foldBatchNormalization(model), rows.X, backend);
    // one float32 product more or less in sums of 20
    assert.ok(folded.every((p, i) => Math.abs(p - expected[i]) < 1e-5));
    const idle = structuredClone(model);
    for (const part of ['scale', 'bias']) idle.weights[`layer0/${part}`].fill(0, 2, 4);
    const small = dropUnits(idle, 0.25);
    assert.equal(small.hiddenSizes, [6]);
    const [whole, pruned] = [idle, small].map((each) => predictProba(each, rows.X, backend));
    assert.ok(pruned.every((p, i) => Math.abs(p - whole[i]) < 1e-5));
  }
});

test('is named by its kind and size', () => {
  assert.is(nameEmbedding(null), 'none');
  assert.is(
    nameEmbedding({ kind: 'periodic', columns: [0], size: 8, nFrequencies: 2 }),
    'periodic of 8',
  );
});

test.run();
