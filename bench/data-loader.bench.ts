/**
 * Batches of a loader by number of workers: alone, and while TensorFlow trains on both cores.
 *
 * The rows of the main pipeline's train split in number, width and batch size; epochs alternate between the
 * numbers of workers, so that all see the same machine.
 */
import { fitMlp } from '../lib/models/mlp/fit.ts';
import { loadBackend } from '../lib/models/tensorflow/backend.ts';
import { createRng } from '../lib/rng.ts';
import { createDataLoader } from '../lib/tensors/data-loader.ts';
import type { DataLoader } from '../lib/tensors/data-loader.ts';
import type { Dataset } from '../lib/tensors/dataset.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_SAMPLES = 371_847;
const N_FEATURES = 66;
const N_CLASSES = 7;
const BATCH_SIZE = 1024;
const N_ROUNDS = 5;
const WORKERS = [0, 1, 2];
const N_THREADS = 2;

const pick = createRng(0, 'bench', 'rows');
const dataset: Dataset = {
  nSamples: N_SAMPLES,
  nFeatures: N_FEATURES,
  columns: Array.from({ length: N_FEATURES }, (_, j) => `x${j}`),
  classes: Array.from({ length: N_CLASSES }, (_, c) => c),
  features: new Float32Array(new SharedArrayBuffer(4 * N_SAMPLES * N_FEATURES)).map(
    () => 2 * pick() - 1,
  ),
  labels: new Int32Array(new SharedArrayBuffer(4 * N_SAMPLES)).map(() => pick.int32() & 3),
};
const loaders = WORKERS.map((numWorkers) =>
  createDataLoader(dataset, {
    batchSize: BATCH_SIZE,
    numWorkers,
    shuffle: true,
    rng: (purpose) => createRng(0, 'bench', purpose),
  }),
);

async function drain(loader: DataLoader, epoch: number): Promise<number> {
  const begin = performance.now();
  for await (const batch of loader.epoch(epoch)) void batch;
  return (performance.now() - begin) / 1000;
}

const alone: number[][] = WORKERS.map(() => []);
for (let round = 0; round <= N_ROUNDS; round++) {
  for (const [i, loader] of loaders.entries()) {
    const seconds = await drain(loader, round);
    if (round > 0) alone[i].push(seconds);
  }
}

const training: number[][] = WORKERS.map(() => []);
const backend = await loadBackend({ nThreads: N_THREADS, warn: (line) => console.error(line) });
let begin = performance.now();
await fitMlp(
  {
    train: {
      ...loaders[0],
      epoch(epoch) {
        begin = performance.now();
        return loaders[epoch % WORKERS.length].epoch(epoch);
      },
    },
    valid: null,
    nClasses: N_CLASSES,
  },
  {
    hiddenSizes: [256, 256, 256],
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
    learningRate: 1e-3,
    warmupShare: 0,
    maxEpochs: WORKERS.length * (N_ROUNDS + 1),
    earlyStoppingPatience: null,
  },
  {
    backend,
    rng: createRng(0, 'bench', 'weights'),
    onEpoch({ step }) {
      const epoch = step - 1;
      const seconds = (performance.now() - begin) / 1000;
      if (epoch >= WORKERS.length) training[epoch % WORKERS.length].push(seconds);
      return 'go on';
    },
  },
);

const rate = (seconds: readonly number[]): number => Math.round(N_SAMPLES / median(seconds));
printResults(
  'data loader, rows per second',
  describeMachine({
    backend: backend.name,
    threads: N_THREADS,
    n_samples: N_SAMPLES,
    n_features: N_FEATURES,
    batch_size: BATCH_SIZE,
    rounds: N_ROUNDS,
  }),
  WORKERS.map((numWorkers, i) => ({
    num_workers: numWorkers,
    alone: rate(alone[i]),
    while_training: rate(training[i]),
    ratio_while_training: median(training[i].map((time, round) => training[0][round] / time)),
  })),
);
