/** A training with its checkpoint and its progress. */
import { createDataLoader } from '../../tensors/data-loader.ts';
import type { Fit, FitContext, HistoryRow, LabelledRows, TrainingData } from '../model.ts';
import type { Batch } from './fit.ts';
import { loadBackend } from '../tensorflow/backend.ts';
import { fitMlp } from './fit.ts';
import type { BatchSource, MlpOptions, Weights } from './fit.ts';
import { assertStart } from './start.ts';
import { fromCheckpoint, fromNetwork, toCheckpoint, toNetwork } from './state.ts';

/** Rows with what a network learns of them. */
export interface NetworkRows extends Omit<LabelledRows, 'labels'>, Pick<Batch, 'labels'> {}
export interface NetworkData extends Omit<TrainingData, 'train' | 'valid'> {
  readonly train: NetworkRows;
  readonly valid: NetworkRows;
}

/**
 * {@link fitMlp}, going on from the checkpoint of a killed run where there is one.
 *
 * @param keepsZeros - Of {@link MlpStart}, when training starts from another model.
 * @throws StageError E_DATA when that model has other features, classes or layers; E_PARAMS for layers that
 *   are to stay as they are where there is no such model.
 */
export async function fitNetwork(
  { columns, nClasses, train, valid, classWeight }: NetworkData,
  params: Omit<MlpOptions, 'classWeight'> & {
    readonly batchSize: number;
    readonly numWorkers: number;
    readonly trainableLayers: number | null;
    /** Weights that are not drawn where training starts from no other model; none: all are. */
    readonly known?: Weights;
  },
  context: FitContext,
  keepsZeros = false,
): Promise<Fit> {
  const from = context.from ?? null;
  assertStart(from, { columns, nClasses }, params);
  const { threads, warn, rng, info, startProgress, signal } = context;
  const backend = await loadBackend({ nThreads: threads, warn });
  const load = (rows: NetworkRows, shuffle: boolean) =>
    createDataLoader({ ...rows, nFeatures: columns.length }, { ...params, rng, shuffle });
  const store = context.checkpoint('mlp');
  const kept = store?.read() ?? null;
  const checkpoint = kept === null ? null : toCheckpoint(kept);
  if (checkpoint !== null) {
    info(`going on after epoch ${checkpoint.nEpochs} of a run that ended early`);
  }
  const { nSamples } = train;
  const bar = startProgress('mlp', params.maxEpochs * nSamples, 'rows');
  let last = checkpoint?.history.at(-1) ?? null;
  const loader = load(train, true);
  const counted: BatchSource = {
    ...loader,
    async *epoch(epoch) {
      let nDone = epoch * nSamples;
      for await (const batch of loader.epoch(epoch)) {
        yield batch;
        nDone += batch.nSamples;
        bar.update(nDone, describeEpoch(epoch, params.maxEpochs, last));
      }
    },
  };
  try {
    const { model, history, bestEpoch } = await fitMlp(
      { train: counted, valid: load(valid, false), nClasses },
      { ...params, classWeight },
      {
        ...{ backend, rng: rng('weights'), signal, checkpoint },
        start: {
          weights: from === null ? (params.known ?? {}) : toNetwork(from).weights,
          trainableLayers: params.trainableLayers,
          keepsZeros,
        },
        onEpoch: (result) => {
          last = result;
          return context.onStep(result);
        },
        onCheckpoint: store === null ? null : (state) => store.write(fromCheckpoint(state)),
      },
    );
    const metrics = {
      loss: history[bestEpoch].loss,
      best_epoch: bestEpoch + 1,
      n_epochs: history.length,
      n_parameters: Object.values(model.weights).reduce((sum, { length }) => sum + length, 0),
    };
    return { fitted: fromNetwork(model, backend.name), history, metrics };
  } finally {
    bar.end();
  }
}

function describeEpoch(epoch: number, maxEpochs: number, last: HistoryRow | null): string {
  const note = `epoch ${epoch + 1} of ${maxEpochs}`;
  if (last === null) return note;
  const { loss, validAccuracy } = last;
  const accuracy = validAccuracy === null ? '' : `, valid accuracy ${validAccuracy.toFixed(4)}`;
  return `${note}, loss ${loss?.toFixed(4)}${accuracy}`;
}
