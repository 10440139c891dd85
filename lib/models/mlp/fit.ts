/**
 * Multi-layer perceptron: dense layers, softmax cross-entropy of classes or squared error of a number, mini-batches.
 *
 * Pure but for the backend that it is handed: no files, no clock; randomness is `rng`, and the order of
 * the rows is the loader's. The same rng, batches and thread count give the same bytes, and training that
 * goes on from a checkpoint ends with the bytes of training that was never interrupted.
 */
import { StageError } from '../../errors.ts';
import type { Rng } from '../../rng.ts';
import type { HistoryRow, Verdict } from '../model.ts';
import type { Tensor } from '../tensorflow/graph.ts';
import { drawInitialWeights } from './initial-weights.ts';
import {
  DROPOUT_SEEDS,
  EVALUATION,
  FEATURES,
  LABELS,
  STEP,
  countFrozenLayers,
  createTrainingGraph,
} from './network.ts';
import type { LossOptions, MlpArchitecture } from './network.ts';
import { STEP_SCALARS, stepScalars } from './optimizer.ts';
import type { OptimizerOptions } from './optimizer.ts';
import { learningRateAt } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { getVariables, setVariables } from '../tensorflow/backend.ts';
import type { Backend, Program } from '../tensorflow/backend.ts';

export interface Batch {
  /** Row-major, shape (nSamples, nFeatures). Read before the next batch is asked for. */
  readonly features: Float32Array;
  /** Class of each row, 0 to nClasses - 1; where nClasses is 1, the number to predict. */
  readonly labels: Int32Array | Float32Array;
  readonly nSamples: number;
}

/** Where the rows come from. The batches of an epoch may depend on its number and nothing else. */
export interface BatchSource {
  readonly nFeatures: number;
  readonly nBatches: number;
  /** @param epoch - From 0. */
  epoch(epoch: number): AsyncIterable<Batch> | Iterable<Batch>;
}

export interface MlpOptions
  extends
    Pick<MlpArchitecture, 'hiddenSizes' | 'activation' | 'normalization' | 'embedding'>,
    LossOptions,
    OptimizerOptions,
    Schedule {
  readonly maxEpochs: number;
  /** Epochs without a lower valid loss after which training stops, and the best weights are taken; null: off. */
  readonly earlyStoppingPatience: number | null;
}

/** Fitted state; plain data. */
export interface Mlp extends MlpArchitecture {
  /**
   * By name: `layer<l>/kernel` (nInputs, nOutputs) row-major, `/bias`, and `/scale`, `/mean`, `/variance` where
   * normalised; `embedding/…` where columns are embedded (layers/embedding.ts).
   */
  readonly weights: Weights;
}

export type Weights = Readonly<Record<string, Float32Array>>;

/** All that training needs to go on after an epoch; plain data. */
export interface MlpCheckpoint {
  /** Completed epochs, and the steps in them. */
  readonly nEpochs: number;
  readonly nSteps: number;
  readonly dropoutSeed: number;
  /** Weights and the optimizer's moments. */
  readonly variables: Weights;
  readonly best: {
    readonly epoch: number;
    readonly validLoss: number;
    readonly weights: Weights;
  } | null;
  readonly history: readonly HistoryRow[];
}

/** Where training starts, and what of it may change. */
export interface MlpStart {
  /** Those that are not drawn, of the same architecture. */
  readonly weights: Weights;
  /** Layers, from the last, that are learnt; null: all. */
  readonly trainableLayers: number | null;
  /** Whether weights of layers that are 0 stay 0. */
  readonly keepsZeros: boolean;
}

export interface MlpFit {
  readonly model: Mlp;
  readonly history: readonly HistoryRow[];
  /** Epoch whose weights the model has, from 0. */
  readonly bestEpoch: number;
}

/** Steps after which the event loop gets a turn, so that signals and progress are served. */
const STEPS_PER_TURN = 32;

/**
 * Learns the weights.
 *
 * @param loaders.train - At least one batch; features without NaN.
 * @param loaders.valid - null: no valid loss, hence no early stopping.
 * @param context.rng - Draws the initial weights and the seed of the dropout masks.
 * @param context.start - null: all weights are drawn, and learnt.
 * @param context.checkpoint - Where to go on; null: from the start. Options must be the same as then.
 * @param context.onEpoch - Gets each epoch as it ends; after `stop` training ends with what it has.
 * @param context.onCheckpoint - Gets the whole state after each epoch, for it to keep.
 * @throws StageError E_DATA if a label is no class or the loss is not finite.
 */
export async function fitMlp(
  { train, valid, nClasses }: { train: BatchSource; valid: BatchSource | null; nClasses: number },
  options: MlpOptions,
  {
    backend,
    rng,
    signal = null,
    start = null,
    checkpoint = null,
    onEpoch = () => 'go on',
    onCheckpoint = null,
  }: {
    backend: Backend;
    rng: Rng;
    signal?: AbortSignal | null;
    start?: MlpStart | null;
    checkpoint?: MlpCheckpoint | null;
    onEpoch?: (result: HistoryRow) => Verdict;
    onCheckpoint?: ((checkpoint: MlpCheckpoint) => void | Promise<void>) | null;
  },
): Promise<MlpFit> {
  const { hiddenSizes, activation, normalization, embedding } = options;
  const { nFeatures } = train;
  const architecture = {
    ...{ nFeatures, nClasses },
    ...{ hiddenSizes, activation, normalization, embedding },
  };
  const trainableLayers = start?.trainableLayers ?? null;
  const masks = start?.keepsZeros === true ? maskZeros(start.weights) : {};
  const graph = createTrainingGraph(architecture, options, { trainableLayers, masks });
  const nDropouts = Math.max(0, hiddenSizes.length - countFrozenLayers(options, trainableLayers));
  const initial = { ...drawInitialWeights(graph.variables, rng), ...start?.weights };
  const dropoutSeed = checkpoint?.dropoutSeed ?? rng.int32();
  const isWeight = (name: string) => name.split('/').length === 2; // moments stand one level deeper
  const weightsOf = (variables: Weights): Weights =>
    Object.fromEntries(Object.entries(variables).filter(([name]) => isWeight(name)));

  /** Returns the summed loss of the batch and the sum of its weights. */
  function takeStep(program: Program, batch: Batch, step: number, learningRate: number) {
    assertLabels(batch, nClasses);
    const feeds: Record<string, Tensor> = {
      ...toFeeds(batch, nFeatures),
      [STEP_SCALARS]: toVector(stepScalars(step, learningRate, options)),
    };
    if (options.dropout > 0 && nDropouts > 0) {
      feeds[DROPOUT_SEEDS] = toSeeds(dropoutSeed, step, nDropouts);
    }
    return program.run(feeds, [STEP])[0];
  }

  const program = backend.compile(graph);
  try {
    setVariables(program, graph, checkpoint?.variables ?? initial);
    const history = [...(checkpoint?.history ?? [])];
    let best = checkpoint?.best ?? null;
    let nSteps = checkpoint?.nSteps ?? 0;
    const nStepsInAll = train.nBatches * options.maxEpochs;
    const patience = valid === null ? null : options.earlyStoppingPatience;
    const isOver = (epoch: number) =>
      epoch >= options.maxEpochs ||
      (patience !== null && best !== null && epoch - 1 - best.epoch >= patience);

    for (let epoch = checkpoint?.nEpochs ?? 0; !isOver(epoch); epoch++) {
      let [loss, weight, learningRate] = [0, 0, 0];
      for await (const batch of train.epoch(epoch)) {
        if (nSteps % STEPS_PER_TURN === 0) await turn(signal);
        learningRate = learningRateAt(nSteps, nStepsInAll, options);
        const [batchLoss, batchWeight] = takeStep(program, batch, nSteps++, learningRate);
        if (!Number.isFinite(batchLoss)) throw createLossError(epoch, batchLoss, options);
        loss += batchLoss;
        weight += batchWeight;
      }
      const evaluation = valid === null ? null : await evaluate(program, valid, nClasses);
      const result = {
        step: epoch + 1,
        loss: loss / weight,
        validLoss: evaluation?.logLoss ?? null,
        validAccuracy: evaluation?.accuracy ?? null,
        learningRate,
      };
      history.push(result);
      const { validLoss } = result;
      if (patience !== null && validLoss !== null && validLoss < (best?.validLoss ?? Infinity)) {
        best = { epoch, validLoss, weights: weightsOf(getVariables(program, graph)) };
      }
      const verdict = onEpoch(result);
      await onCheckpoint?.({
        nEpochs: epoch + 1,
        nSteps,
        dropoutSeed,
        variables: getVariables(program, graph),
        best,
        history: [...history],
      });
      await turn(signal);
      if (verdict === 'stop') break;
    }
    const weights = best?.weights ?? weightsOf(getVariables(program, graph));
    return {
      model: { ...architecture, weights },
      history,
      bestEpoch: best?.epoch ?? history.length - 1,
    };
  } finally {
    program.dispose();
  }
}

/** 1 where a weight of a layer is not 0, for the layers that have zeros. */
function maskZeros(weights: Weights): Weights {
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([name, values]) => name.endsWith('/kernel') && values.includes(0))
      .map(([name, values]) => [name, values.map((weight) => (weight === 0 ? 0 : 1))]),
  );
}

async function evaluate(program: Program, valid: BatchSource, nClasses: number) {
  let [loss, nRight, nSamples] = [0, 0, 0];
  for await (const batch of valid.epoch(0)) {
    assertLabels(batch, nClasses);
    const [[batchLoss, batchRight]] = program.run(toFeeds(batch, valid.nFeatures), [EVALUATION]);
    loss += batchLoss;
    nRight += batchRight;
    nSamples += batch.nSamples;
  }
  return { logLoss: loss / nSamples, accuracy: nClasses === 1 ? null : nRight / nSamples };
}

const toFeeds = ({ features, labels, nSamples }: Batch, nFeatures: number) => ({
  [FEATURES]: { shape: [nSamples, nFeatures], values: features },
  [LABELS]: { shape: [nSamples], values: labels },
});

const toVector = (values: Float32Array): Tensor => ({ shape: [values.length], values });

/** A pair for each layer: the run's seed and a number that no other layer or step has. */
const toSeeds = (seed: number, step: number, nLayers: number): Tensor => ({
  shape: [nLayers, 2],
  values: Int32Array.from({ length: 2 * nLayers }, (_, i) =>
    i % 2 === 0 ? seed : step * nLayers + (i >> 1),
  ),
});

function assertLabels({ labels }: Batch, nClasses: number): void {
  if (nClasses === 1) return;
  const wrong = labels.find((label) => !(label >= 0 && label < nClasses));
  if (wrong !== undefined) {
    throw new StageError('E_DATA', `labels must be classes 0 to ${nClasses - 1}; got ${wrong}`);
  }
}

const createLossError = (epoch: number, loss: number, { learningRate }: MlpOptions) =>
  new StageError('E_DATA', `training loss must be finite; got ${loss} in epoch ${epoch + 1}`, {
    hint: `lower learning_rate (now ${learningRate}), or look for values in the features that are not finite`,
  });

/** Lets the event loop do what waits, then stops if asked to. */
async function turn(signal: AbortSignal | null): Promise<void> {
  await new Promise(setImmediate);
  signal?.throwIfAborted();
}
