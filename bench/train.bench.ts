/**
 * Training of a perceptron, against PyTorch: the same network, Adam, rows in memory, shuffled, and number of
 * threads. Epochs alternate in one run, ours and theirs, so that both see the same machine.
 *
 * `PEERS_PYTHON` names a Python that has torch; else .venv-bench/bin/python serves.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fitMlp } from '../lib/models/mlp/fit.ts';
import type { Batch, BatchSource } from '../lib/models/mlp/fit.ts';
import { loadBackend } from '../lib/models/tensorflow/backend.ts';
import { createRng } from '../lib/rng.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_THREADS = 2;
const N_SAMPLES = 51_200;
const N_ROUNDS = 5;
const CASES = [
  { sizes: [54, 512, 512, 7], batchSize: 1024 },
  { sizes: [54, 512, 512, 7], batchSize: 2048 },
  { sizes: [54, 512, 512, 7], batchSize: 4096 },
  { sizes: [54, 256, 256, 256, 7], batchSize: 1024 },
];
/** Ours must not be slower where matrix products decide, that is at batches of 2048 and more. */
const LIMIT = 1;

type Case = (typeof CASES)[number];

/** PyTorch, in a process that trains one epoch for each line that it gets. */
async function startPyTorch() {
  const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
  const script = fileURLToPath(new URL('peers/train_pytorch.py', import.meta.url));
  const child = spawn(python, [script, String(N_THREADS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done) throw new Error(`${python} ${script} ended; PEERS_PYTHON must have torch`);
    return JSON.parse(line.value as string) as Record<string, unknown>;
  };
  return {
    versions: await next(),
    async epochSeconds({ sizes, batchSize }: Case, fused: boolean): Promise<number> {
      const task = { sizes, batch_size: batchSize, n_samples: N_SAMPLES, fused };
      child.stdin.write(`${JSON.stringify(task)}\n`);
      return (await next()).seconds as number;
    },
    stop: () => child.stdin.end(),
  };
}

/** Rows in memory; before each epoch but the first, `pause` runs. */
function createSource(
  { sizes: [nFeatures], batchSize }: Case,
  nClasses: number,
  pause: () => Promise<void>,
): BatchSource {
  const rng = createRng(0, 'bench', 'rows');
  const X = Float32Array.from({ length: N_SAMPLES * nFeatures }, () => 2 * rng() - 1);
  const y = Int32Array.from({ length: N_SAMPLES }, () => Math.floor(rng() * nClasses));
  const order = Uint32Array.from({ length: N_SAMPLES }, (_, i) => i);
  return {
    nFeatures,
    nBatches: Math.ceil(N_SAMPLES / batchSize),
    async *epoch(epoch): AsyncGenerator<Batch> {
      if (epoch > 0) await pause();
      for (let i = N_SAMPLES - 1; i > 0; i--) {
        const j = Math.floor(rng() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
      const features = new Float32Array(batchSize * nFeatures);
      const labels = new Int32Array(batchSize);
      for (let start = 0; start < N_SAMPLES; start += batchSize) {
        for (let row = 0; row < batchSize; row++) {
          const from = order[start + row];
          labels[row] = y[from];
          for (let j = 0; j < nFeatures; j++) {
            features[row * nFeatures + j] = X[from * nFeatures + j];
          }
        }
        yield { features, labels, nSamples: batchSize };
      }
    },
  };
}

const backend = await loadBackend({ nThreads: N_THREADS, warn: (line) => console.error(line) });
const pytorch = await startPyTorch();

async function measure(one: Case) {
  const [ours, theirs, theirsFused]: number[][] = [[], [], []];
  const nClasses = one.sizes.at(-1)!;
  let begin = 0;
  const train = createSource(one, nClasses, async () => {
    theirs.push(await pytorch.epochSeconds(one, false));
    theirsFused.push(await pytorch.epochSeconds(one, true));
    begin = performance.now();
  });
  await fitMlp(
    { train, valid: null, nClasses },
    {
      hiddenSizes: one.sizes.slice(1, -1),
      activation: 'relu',
      normalization: 'none',
      embedding: null,
      dropout: 0,
      labelSmoothing: 0,
      classWeight: null,
      optimizer: 'adam',
      weightDecay: 0,
      gradientClipNorm: null,
      schedule: 'constant',
      learningRate: 1e-3,
      warmupShare: 0,
      maxEpochs: N_ROUNDS + 1,
      earlyStoppingPatience: null,
    },
    {
      backend,
      rng: createRng(0, 'bench', 'weights'),
      onEpoch({ step }) {
        if (step > 1) ours.push((performance.now() - begin) / 1000);
        return 'go on';
      },
    },
  );
  const rowsPerSecond = (seconds: readonly number[]) => Math.round(N_SAMPLES / median(seconds));
  const ratio = (seconds: readonly number[]) =>
    median(seconds.map((time, round) => time / ours[round]));
  return {
    network: one.sizes.join('-'),
    batch_size: one.batchSize,
    rows_per_second: rowsPerSecond(ours),
    pytorch: rowsPerSecond(theirs),
    pytorch_fused_adam: rowsPerSecond(theirsFused),
    ratio: ratio(theirs),
    ratio_fused_adam: ratio(theirsFused),
  };
}

const rows = [];
for (const one of CASES) rows.push(await measure(one));
pytorch.stop();
printResults(
  'perceptron training, rows per second',
  describeMachine({
    backend: backend.name,
    threads: N_THREADS,
    ...pytorch.versions,
    n_samples: N_SAMPLES,
    rounds: N_ROUNDS,
  }),
  rows,
);
const isSlower = rows.some(({ batch_size, ratio }) => batch_size >= 2048 && ratio < LIMIT);
if (process.argv.includes('--check') && isSlower) process.exitCode = 1;
