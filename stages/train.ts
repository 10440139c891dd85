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
    const { findDatasets, readDatasets } = await import('../lib/tensors/dataset-files.ts');
    const { loaders } = await import('../lib/tensors/data-loader.ts');
    const { loadBackend } = await import('../lib/models/tensorflow/backend.ts');
    const { trainMlp, trainMetrics } = await import('../lib/models/mlp/train.ts');
    const { assembleBundle, describeInput } = await import('../lib/models/assemble-bundle.ts');
    const { writeBundle } = await import('../lib/models/bundle.ts');
    const { openCheckpointFile } = await import('../lib/data/checkpoint-file.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { hashFiles } = await import('../lib/data/hash-files.ts');
    const { classWeightOf, priorCorrectionOf } = await import('../lib/preprocessing/rebalance.ts');
    const { readPreprocessing } = await import('../lib/data/preprocessing-files.ts');
    const { readClassNames } = await import('../lib/data/class-names.ts');
    const { writeHistory } = await import('../lib/data/history-file.ts');
    const { writeJson } = await import('../lib/data/json-files.ts');

    const splits = ['train', 'valid'] as const;
    const datasets = readDatasets(paths.in, splits);
    const dataHashes = await hashFiles(findDatasets(paths.in, splits));
    const { preprocessing, balance } = readPreprocessing(paths.preprocessing);
    const { columns: features, classes } = datasets.train;
    const backend = await loadBackend({ nThreads: base.threads, warn: log.warn });
    const facts = {
      ...{ preprocessing, features, classes, dataHashes, threshold: params.threshold },
      classNames: readClassNames(paths.about, base.target),
      priorCorrection: priorCorrectionOf(balance, classes),
      versions: { timberline: version, backend: backend.name },
    };
    const options = { ...params.mlp, classWeight: classWeightOf(balance, classes) };
    const identity = { ...base, options, dataHashes, versions: facts.versions };
    const { fit, bundle } = await withDatabase(base, async (database) => {
      const raw = await openTable(database, paths.raw, 'raw');
      const input = describeInput(raw, { ...base, ...facts });
      const fit = await trainMlp(
        { ...loaders(datasets, { ...params, ...params.mlp, rng }), classes },
        options,
        { backend, rng: rng('weights'), signal, log, startProgress: progress },
        params.checkpoint ? openCheckpointFile(checkpoint, identity) : null,
      );
      const parts = { ...facts, ...input, model: fit.model };
      return { fit, bundle: await assembleBundle(parts, raw, database, backend) };
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
