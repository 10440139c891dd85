/**
 * train: fit the model that `train.model` names on train, watch it on valid.
 *
 * Whether it learns classes or a number, from dense rows or sparse ones, is what the tensors hold. Reads tensors, the raw
 * train split (golden rows, distribution) and the fitted preprocessing; writes the bundle, its history and metrics. The
 * preprocessing goes into the bundle, so that whoever loads the model gives it raw rows, or texts.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { TRAIN_SCHEMA } from '../lib/models/train-params.ts';

export const train = defineStage({
  name: 'train',
  summary: 'Fit a model on train, watch it on valid',
  paths: {
    in: input('data/tensorize', 'Folder of tensors with train, and valid where there is one'),
    raw: input(
      'data/split/train.parquet',
      'Raw train split: input columns, distribution, golden rows',
    ),
    preprocessing: input('models/preprocessing', 'Folder of the fitted preprocessing'),
    about: optionalInput('Description of the data set, for the names of the classes'),
    from: optionalInput('Bundle whose weights training starts from (default: drawn weights)'),
    out: output('models/model.safetensors', 'Bundle: model, preprocessing, classes, golden rows'),
    history: output('reports/plots/train.tsv', 'Loss, and accuracy of classes, of each step'),
    metrics: output('reports/metrics/train.json', 'Metrics on valid, or on train without it'),
  },
  params: TRAIN_SCHEMA,
  example: '--in data/tensorize --out models/quick.safetensors --set train.mlp.max_epochs=5',
  async run({ paths, params, base, rng, log, progress, signal, version, ...frame }) {
    const { readTrainingFiles } = await import('../lib/data/training-files.ts');
    const { fitModel, measureValid } = await import('../lib/models/fit-model.ts');
    const { assembleBundle, describeInput } = await import('../lib/models/assemble-bundle.ts');
    const { writeBundle } = await import('../lib/models/bundle.ts');
    const { createCallback } = await import('../lib/models/callbacks.ts');
    const { openCheckpointFile } = await import('../lib/data/checkpoint-file.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { textsOf } = await import('../lib/preprocessing/pipeline.ts');
    const { openHistoryLog, writeHistory } = await import('../lib/data/history-file.ts');
    const { writeMetrics } = await import('../lib/data/json-files.ts');

    const { data, facts, from } = await readTrainingFiles(paths, { ...base, ...params, version });
    const learnt = { ...params, callbacks: null }; // these change no step, and may change in between
    const weights = data.task === 'regression' ? null : data.classWeight;
    const identity = { ...facts, base, params: learnt, classWeight: weights };
    const store = (name: string) =>
      params.checkpoint ? openCheckpointFile(frame.checkpoint, name, identity) : null;
    const watchers = { ...frame, info: log.info, openLog: openHistoryLog };
    const onStep = createCallback({ ...params, task: data.task }, watchers);
    const machine = { threads: base.threads, warn: log.warn };
    return await withDatabase(base, async (database) => {
      const raw = await openTable(database, paths.raw, 'raw', textsOf(facts.preprocessing));
      const known = { ...base, ...facts, task: data.task };
      const input = describeInput(raw, data.columns, known);
      const context = { ...machine, rng, signal, info: log.info, startProgress: progress, onStep };
      const fit = await fitModel(params.model, data, params, {
        ...context,
        checkpoint: store,
        from,
      });
      const parts = { ...facts, ...input, model: fit.fitted };
      writeBundle(paths.out, await assembleBundle(parts, raw, database, machine));
      writeHistory(paths.history, fit.history);
      const valid = await measureValid(fit.fitted, data, machine);
      const written = writeMetrics(paths.metrics, { ...valid, ...fit.metrics });
      const [first] = Object.keys(valid);
      const told = `${first.replace('_', ' ')} ${written[first]}`;
      return { message: `${params.model}: ${told}`, ...written };
    });
  },
});

if (import.meta.main) await main(train);
