/** A training with its checkpoint and its progress; what the stage `train` calls. */
import type { Rng } from '../../rng.ts';
import type { StartProgress } from '../../progress.ts';
import { fitMlp } from './fit.ts';
import type { BatchSource, EpochResult, MlpCheckpoint, MlpFit, MlpOptions } from './fit.ts';
import type { Backend } from '../tensorflow/backend.ts';

/** Where the state of one training is kept between runs. */
export interface CheckpointStore {
  /** null: there is none of the same training. */
  read(): MlpCheckpoint | null;
  write(checkpoint: MlpCheckpoint): void;
}

/**
 * {@link fitMlp}, going on from the checkpoint of a killed run where there is one.
 *
 * @param data.classes - What the labels count.
 * @param store - null: no state is kept.
 */
export async function trainMlp(
  data: {
    readonly train: BatchSource & { readonly nSamples: number };
    readonly valid: BatchSource;
    readonly classes: readonly unknown[];
  },
  options: MlpOptions,
  context: {
    readonly backend: Backend;
    readonly rng: Rng;
    readonly signal: AbortSignal;
    readonly startProgress: StartProgress;
    readonly log: { info(message: string): void };
  },
  store: CheckpointStore | null,
): Promise<MlpFit> {
  const { startProgress, log } = context;
  const { train, valid, classes } = data;
  const { nSamples } = train;
  const checkpoint = store?.read() ?? null;
  if (checkpoint !== null) {
    log.info(`going on after epoch ${checkpoint.nEpochs} of a run that ended early`);
  }
  const bar = startProgress('train', options.maxEpochs * nSamples, 'rows');
  let last = checkpoint?.history.at(-1) ?? null;
  const counted: BatchSource = {
    ...train,
    async *epoch(epoch) {
      let nDone = epoch * nSamples;
      for await (const batch of train.epoch(epoch)) {
        yield batch;
        nDone += batch.nSamples;
        bar.update(nDone, describeEpoch(epoch, options.maxEpochs, last));
      }
    },
  };
  try {
    return await fitMlp({ train: counted, valid, nClasses: classes.length }, options, {
      ...context,
      checkpoint,
      onEpoch: (result) => (last = result),
      onCheckpoint: store?.write ?? null,
    });
  } finally {
    bar.end();
  }
}

/** The document of reports/metrics/train.json. */
export function trainMetrics({ model, history, bestEpoch }: MlpFit): Record<string, number | null> {
  const { trainLoss, validLoss, validAccuracy } = history[bestEpoch];
  const round = (value: number): number => Number(value.toPrecision(6));
  return {
    loss: round(trainLoss),
    valid_loss: validLoss === null ? null : round(validLoss),
    valid_accuracy: validAccuracy === null ? null : round(validAccuracy),
    best_epoch: bestEpoch + 1,
    n_epochs: history.length,
    n_parameters: Object.values(model.weights).reduce((sum, { length }) => sum + length, 0),
  };
}

function describeEpoch(epoch: number, maxEpochs: number, last: EpochResult | null): string {
  const note = `epoch ${epoch + 1} of ${maxEpochs}`;
  if (last === null) return note;
  const accuracy =
    last.validAccuracy === null ? '' : `, valid accuracy ${last.validAccuracy.toFixed(4)}`;
  return `${note}, loss ${last.trainLoss.toFixed(4)}${accuracy}`;
}
