/**
 * mlp-direct: networks that forecast the change from the last value, all series in one model and all steps at once.
 *
 * They see what gradient boosting does not: the values themselves, and simple forecasts with their errors so far; so
 * the mean of the two errs less than each.
 */
import type { ForecastContext } from '../model.ts';
import { consultExperts } from './direct-experts.ts';
import { inputsAt } from './direct-inputs.ts';
import { defineDirectModel } from './direct-model.ts';
import type { NetworkOptions, NetworkRows } from './direct-network.ts';
import { changesAfter, chooseOrigins } from './direct-series.ts';
import type { DirectSeries } from './direct-series.ts';
import { standardize } from './standardize.ts';

const OPTIONS: Omit<NetworkOptions, 'nSteps'> = {
  nNetworks: 8,
  hiddenSizes: [64, 64],
  batchSize: 512,
  optimizer: 'adamw',
  learningRate: 2e-3,
  schedule: 'one_cycle',
  warmupShare: 0.3,
  weightDecay: 0.1,
};
const N_EPOCHS = 8;
/** Of few rows there are more epochs, until the steps are so many. */
const MIN_STEPS = 400;
/** At most about so many origins train, and of as many inputs as fill a gigabyte; of each series one at least. */
const N_ORIGINS = 500_000;
const MAX_INPUTS = 2 ** 28;
/** Changes beyond so many units are learnt as these. */
const MAX_CHANGE = 80;
/** Series after which the event loop gets a turn, so that signals are served. */
const SERIES_PER_TURN = 16;

const NAME = 'mlp-direct';

export const mlpDirect = defineDirectModel({
  name: NAME,
  summary:
    'Multi-layer perceptrons of the median change to each step ahead, on the values of the last season and of seasons before, and on simple forecasts with their errors so far, one for all series',
  forecastChanges,
});

async function forecastChanges(
  series: readonly DirectSeries[],
  context: ForecastContext,
): Promise<Float64Array> {
  const { loadBackend } = await import('../../models/tensorflow/backend.ts');
  const { trainAndPredict } = await import('./direct-network.ts');
  // their matrices are so small that two threads take longer for one than one does; so several are made at a time
  const backend = await loadBackend({
    ...{ nThreads: 1, nOperations: context.threads, warn: context.warn },
  });
  const { rows, asked } = await collectRows(series, context);
  const nBatches = Math.ceil(rows.weights.length / OPTIONS.batchSize);
  const nSteps = Math.max(MIN_STEPS, N_EPOCHS * nBatches);
  const bar = context.startProgress(NAME, nSteps, 'steps');
  try {
    return await trainAndPredict(
      rows,
      asked,
      { ...OPTIONS, nSteps },
      {
        backend,
        rng: context.rng(NAME),
        signal: context.signal,
        onStep: (done, loss) => bar.update(done, `loss ${loss.toFixed(4)}`),
      },
    );
  } finally {
    bar.end();
  }
}

/** Rows that train, and a row of each series as it stands. */
async function collectRows(
  series: readonly DirectSeries[],
  context: ForecastContext,
): Promise<{ rows: NetworkRows; asked: Float32Array }> {
  const { h } = context;
  const last = (one: DirectSeries): number => one.z.length - 1;
  const first = consultExperts(series[0], context);
  const nInputs = inputsAt(series[0], first, last(series[0]), context).length;
  const origins = chooseOrigins(series, h, Math.min(N_ORIGINS, MAX_INPUTS / nInputs));
  const nRows = origins.weights.length;
  const inputs = new Float32Array((nRows + series.length) * nInputs);
  const targets = new Float32Array(nRows * h);
  let row = 0;
  for (const [i, one] of series.entries()) {
    if (i % SERIES_PER_TURN === 0) {
      await new Promise(setImmediate);
      context.signal.throwIfAborted();
    }
    const experts = consultExperts(one, context);
    for (const t of origins.rows[i]) {
      inputs.set(inputsAt(one, experts, t, context), row * nInputs);
      const changes = changesAfter(one, t, h);
      targets.set(
        changes.map((change) => Math.min(Math.max(change, -MAX_CHANGE), MAX_CHANGE)),
        row * h,
      );
      row++;
    }
    inputs.set(inputsAt(one, experts, last(one), context), (nRows + i) * nInputs);
  }
  standardize(inputs, nInputs, nRows);
  return {
    rows: { inputs: inputs.subarray(0, nRows * nInputs), targets, weights: origins.weights },
    asked: inputs.subarray(nRows * nInputs),
  };
}
