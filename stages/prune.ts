/**
 * prune: take away what matters least in a model, weights, units or trees, and let a network learn again.
 *
 * Reads a bundle, the tensors that it was trained on and the raw valid split; writes the smaller bundle
 * and what it costs in accuracy. The table has times, hence it is among the logs.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { PRUNE_SCHEMA } from '../lib/models/shrinking/prune-params.ts';

export const prune = defineStage({
  name: 'prune',
  summary: 'Take away what matters least in a model, and train the rest',
  paths: {
    model: input('models/model.safetensors', 'Bundle to prune'),
    tensors: input('data/tensorize', 'Folder of tensors that it was trained on'),
    preprocessing: input('models/preprocessing', 'Folder of the fitted preprocessing'),
    in: input('data/split/valid.parquet', 'Raw valid split, for the measures'),
    out: output('models/pruned.safetensors', 'Bundle with the pruned model'),
    metrics: output('reports/metrics/prune.json', 'Size and accuracy before and after'),
    table: output('logs/prune.csv', 'Size, times and accuracy before and after'),
  },
  params: PRUNE_SCHEMA,
  example: '--model models/model.safetensors --set prune.method=structured',
  async run({ paths, params, base, rng, log, progress, clock, signal, version }) {
    const { readBundle } = await import('../lib/models/bundle.ts');
    const { readPruningData } = await import('../lib/data/pruning-files.ts');
    const { pruneModel } = await import('../lib/models/shrinking/prune-model.ts');
    const { createFitContext } = await import('../lib/models/shrinking/fit-context.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { describeShrunk, writeShrunk } = await import('../lib/data/shrunk-bundle.ts');
    const before = readBundle(paths.model);
    const data = await readPruningData(paths, before, { ...base, version });
    const machine = { threads: base.threads, warn: log.warn };
    const watched = { ...machine, rng, signal, info: log.info, startProgress: progress };
    const model = await pruneModel(before.model, data, params, createFitContext(watched));
    const metrics = await withDatabase(base, async (database) => {
      return await writeShrunk(paths, before, { model }, database, { ...machine, progress, clock });
    });
    return { message: describeShrunk(metrics), ...metrics };
  },
});

if (import.meta.main) await main(prune);
