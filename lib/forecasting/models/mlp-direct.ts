/**
 * mlp-direct: networks that forecast the change from the last value, all series in one model and all steps at once.
 *
 * They see what gradient boosting does not: the values themselves, and simple forecasts with their errors so far; so
 * the mean of the two errs less than each.
 */
import type { ForecastContext, ForecastModel } from '../model.ts';
import { assertMinLength, seriesOf } from '../panel.ts';
import { consultSeries, inputsAt } from './direct-inputs.ts';
import type { ConsultedSeries } from './direct-inputs.ts';
import type { NetworkOptions, NetworkRows } from './direct-network.ts';
import { MIN_HISTORY, addChanges, changesAfter, chooseOrigins } from './direct-series.ts';
import { firstSteps } from './local-model.ts';

const OPTIONS: Omit<NetworkOptions, 'nEpochs'> = {
  hiddenSizes: [64, 64],
  batchSize: 512,
  optimizer: 'adamw',
  learningRate: 2e-3,
  schedule: 'one_cycle',
  warmupShare: 0.3,
  weightDecay: 0.1,
  gradientClipNorm: null,
};
const N_EPOCHS = 8;
/** Of few rows there are more epochs, until the steps are so many. */
const MIN_STEPS = 400;
/** Networks of other first weights and batches; their mean is steadier than each. */
const N_NETWORKS = 3;
/** At most about so many origins train; where the series are more than these, one of each. */
const N_ORIGINS = 500_000;
/** Changes beyond so many units are learnt as these. */
const MAX_CHANGE = 80;
/** Standard deviations beyond which inputs say no more. */
const MAX_INPUT = 5;

const NAME = 'mlp-direct';

export const mlpDirect: ForecastModel = {
  name: NAME,
  summary:
    'Multi-layer perceptrons of the median change to each step ahead, on the values of the last season and of seasons before, and on simple forecasts with their errors so far, one for all series',
  isGlobal: true,
  minLength: ({ h }) => MIN_HISTORY + h,
  async fit(panel, context) {
    assertMinLength(panel, MIN_HISTORY + context.h, NAME);
    const consulted = panel.ids.map((_, i) => consultSeries(seriesOf(panel, i).y, context));
    const series = consulted.map((one) => one.series);
    const changes = await forecastChanges(consulted, context);
    return {
      async predict(h) {
        return firstSteps(addChanges(series, changes, context.h), context.h, h);
      },
    };
  },
};

async function forecastChanges(
  consulted: readonly ConsultedSeries[],
  context: ForecastContext,
): Promise<Float64Array> {
  const { loadBackend } = await import('../../models/tensorflow/backend.ts');
  const { trainAndPredict } = await import('./direct-network.ts');
  // its matrices are so small that two threads take longer than one; and no byte depends on how many there are
  const backend = await loadBackend({ nThreads: 1, warn: context.warn });
  const { rows, asked } = collectRows(consulted, context);
  const nBatches = Math.max(1, Math.floor(rows.weights.length / OPTIONS.batchSize));
  const nEpochs = Math.max(N_EPOCHS, Math.ceil(MIN_STEPS / nBatches));
  const nSteps = nBatches * nEpochs;
  const bar = context.startProgress(NAME, N_NETWORKS * nSteps, 'steps');
  const mean = new Float64Array(consulted.length * context.h);
  try {
    for (let k = 0; k < N_NETWORKS; k++) {
      const outputs = await trainAndPredict(
        rows,
        asked,
        { ...OPTIONS, nEpochs },
        {
          backend,
          rng: context.rng(`${NAME} ${k}`),
          signal: context.signal,
          onStep: (done, loss) => bar.update(k * nSteps + done, `loss ${loss.toFixed(4)}`),
        },
      );
      outputs.forEach((output, at) => (mean[at] += output / N_NETWORKS));
    }
  } finally {
    bar.end();
  }
  return mean;
}

/** Rows that train, and a row of each series as it stands. */
function collectRows(
  consulted: readonly ConsultedSeries[],
  context: ForecastContext,
): { rows: NetworkRows; asked: Float32Array } {
  const { h } = context;
  const origins = chooseOrigins(
    consulted.map(({ series }) => series),
    h,
    N_ORIGINS,
  );
  const nRows = origins.weights.length;
  const nInputs = inputsAt(consulted[0], 0, context).length;
  const inputs = new Float32Array((nRows + consulted.length) * nInputs);
  const targets = new Float32Array(nRows * h);
  let row = 0;
  consulted.forEach((one, i) => {
    for (const t of origins.rows[i]) {
      inputs.set(inputsAt(one, t, context), row * nInputs);
      const changes = changesAfter(one.series, t, h);
      targets.set(
        changes.map((change) => Math.min(Math.max(change, -MAX_CHANGE), MAX_CHANGE)),
        row * h,
      );
      row++;
    }
  });
  consulted.forEach((one, i) => {
    inputs.set(inputsAt(one, one.series.z.length - 1, context), (nRows + i) * nInputs);
  });
  standardize(inputs, nInputs, nRows);
  return {
    rows: { inputs: inputs.subarray(0, nRows * nInputs), targets, weights: origins.weights },
    asked: inputs.slice(nRows * nInputs),
  };
}

/**
 * In place: inverse hyperbolic sines, since few distances are large, to mean 0 and standard deviation 1; what is not
 * known is the mean.
 *
 * @param nTrain - Rows, the first, that the statistics are of.
 */
function standardize(inputs: Float32Array, nInputs: number, nTrain: number): void {
  const [sums, squares] = [0, 0].map(() => new Float64Array(nInputs));
  for (let at = 0; at < inputs.length; at++) {
    if (Number.isNaN(inputs[at])) continue;
    inputs[at] = Math.asinh(inputs[at] / 2);
    if (at >= nTrain * nInputs) continue;
    sums[at % nInputs] += inputs[at];
    squares[at % nInputs] += inputs[at] ** 2;
  }
  const means = sums.map((sum) => sum / nTrain);
  const deviations = squares.map(
    (square, j) => Math.sqrt(Math.max(square / nTrain - means[j] ** 2, 0)) + 1e-6,
  );
  for (let at = 0; at < inputs.length; at++) {
    const j = at % nInputs;
    const value = (inputs[at] - means[j]) / deviations[j];
    inputs[at] = Number.isNaN(value) ? 0 : Math.min(Math.max(value, -MAX_INPUT), MAX_INPUT);
  }
}
