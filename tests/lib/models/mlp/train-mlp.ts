/** Trains a perceptron that is wide enough for both threads, and prints the hash of its weights. */
import { createHash } from 'node:crypto';
import { fitMlp } from '../../../../lib/models/mlp/fit.ts';
import { loadBackend } from '../../../../lib/models/tensorflow/backend.ts';
import { createRng } from '../../../../lib/rng.ts';
import { makeRows, toBatches } from '../../../support/in-memory-batches.ts';

const backend = await loadBackend({ nThreads: 2, warn: (line) => console.error(line) });
const { model } = await fitMlp(
  {
    train: toBatches(makeRows(3000, 20, 1), { batchSize: 1024, seed: 1 }),
    valid: null,
    nClasses: 3,
  },
  {
    hiddenSizes: [256, 256],
    activation: 'gelu',
    normalization: 'batch',
    embedding: null,
    dropout: 0.1,
    labelSmoothing: 0.1,
    classWeight: [1, 2, 3],
    optimizer: 'adamw',
    weightDecay: 0.01,
    gradientClipNorm: 1,
    schedule: 'one_cycle',
    learningRate: 0.01,
    warmupShare: 0.3,
    maxEpochs: 3,
    earlyStoppingPatience: null,
  },
  { backend, rng: createRng(1, 'test', 'fit') },
);
const sum = createHash('sha256');
for (const values of Object.values(model.weights)) sum.update(values);
console.log(sum.digest('hex'));
