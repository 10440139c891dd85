/**
 * train: fit a multi-layer perceptron on train, keep the weights that are best on valid.
 *
 * Reads tensors, the raw train split (golden rows, distribution) and the fitted preprocessing; writes the
 * bundle, its history and metrics. The preprocessing goes into the bundle, so that whoever loads the model
 * gives it raw rows.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { TRAIN_SCHEMA } from '../lib/models/mlp-params.ts';

export const train = defineStage({
  name: 'train',
  summary: 'Train a multi-layer perceptron on train, watch it on valid',
  paths: {
    in: input('data/tensorize', 'Folder of tensors with train and valid'),
    raw: input(
      'data/split/train.parquet',
      'Raw train split: input columns, distribution, golden rows',
    ),
    preprocessing: input('models/preprocessing', 'Folder of the fitted preprocessing'),
    about: optionalInput('Description of the data set, for the names of the classes'),
    out: output('models/model.safetensors', 'Bundle: weights, preprocessing, classes, golden rows'),
    history: output('reports/plots/train.tsv', 'Loss and accuracy of each epoch'),
    metrics: output('reports/metrics/train.json', 'Metrics on valid'),
  },
  params: TRAIN_SCHEMA,
  example: '--in data/tensorize --out models/quick.safetensors --set train.mlp.max_epochs=5',
  async run({ paths, params, base, rng, log, progress, signal, version, checkpoint }) {
    const { readDatasets } = await import('../lib/tensors/dataset-files.ts');
    const { loaders } = await import('../lib/tensors/data-loader.ts');
    const { loadBackend } = await import('../lib/models/tensorflow.ts');
    const { trainMlp, trainMetrics } = await import('../lib/models/train-mlp.ts');
    const { openCheckpointFile } = await import('../lib/models/checkpoint.ts');
    const { assembleBundle } = await import('../lib/models/assemble-bundle.ts');
    const { writeBundle } = await import('../lib/models/bundle.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { hashFiles } = await import('../lib/data/hash-files.ts');
    const { classWeightOf, priorCorrectionOf } = await import('../lib/preprocessing/rebalance.ts');
    const { readPreprocessing } = await import('../lib/data/preprocessing-files.ts');
    const { readClassNames } = await import('../lib/data/class-names.ts');
    const { writeHistory } = await import('../lib/data/history-file.ts');
    const { writeJson } = await import('../lib/data/json-files.ts');

    const dataHashes = await hashFiles([paths.in]);
    const datasets = readDatasets(paths.in, ['train', 'valid']);
    const { preprocessing, balance } = readPreprocessing(paths.preprocessing);
    const { columns, classes } = datasets.train;
    const backend = await loadBackend({ nThreads: base.threads, warn: log.warn });
    const { batchSize } = params.mlp;
    const fit = await trainMlp(
      { ...loaders(datasets, { batchSize, numWorkers: params.numWorkers, rng }), classes },
      { ...params.mlp, classWeight: classWeightOf(balance, classes) },
      { backend, rng: rng('weights'), signal, log, startProgress: progress },
      params.checkpoint ? openCheckpointFile(checkpoint, { params, base, dataHashes }) : null,
    );
    const bundle = await withDatabase(base, async (database) => {
      const raw = await openTable(database, paths.raw, 'raw');
      const classNames = readClassNames(paths.about, base.target);
      const facts = { ...base, ...params, preprocessing, features: columns, classes, dataHashes };
      const priorCorrection = priorCorrectionOf(balance, classes);
      const versions = { timberline: version, backend: backend.name };
      const parts = { ...facts, model: fit.model, priorCorrection, versions, classNames };
      return await assembleBundle(parts, raw, database, backend);
    });
    writeBundle(paths.out, bundle);
    writeHistory(paths.history, fit.history);
    const metrics = trainMetrics(fit);
    writeJson(paths.metrics, metrics);
    const { best_epoch: best, n_epochs: n, valid_accuracy: accuracy } = metrics;
    return { message: `epoch ${best} of ${n}: valid accuracy ${accuracy}`, ...metrics };
  },
});

if (import.meta.main) await main(train);
