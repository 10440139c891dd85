/**
 * freeze: fold what is constant into the weights of a perceptron, for inference alone.
 *
 * Reads a bundle and the raw valid split; writes the bundle whose network does what the affine part of the
 * scaler and batch normalisation did. The table has times, hence it is among the logs.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { FREEZE_SCHEMA } from '../lib/models/shrinking/freeze-params.ts';

export const freeze = defineStage({
  name: 'freeze',
  summary: 'Fold scaling and normalisation into the weights of a model',
  paths: {
    model: input('models/model.safetensors', 'Bundle to freeze'),
    in: input('data/split/valid.parquet', 'Raw valid split, for the measures'),
    out: output('models/frozen.safetensors', 'Bundle for inference alone'),
    metrics: output('reports/metrics/freeze.json', 'Size, accuracy and largest difference'),
    table: output('logs/freeze.csv', 'Size, times and accuracy before and after'),
  },
  params: FREEZE_SCHEMA,
  example: '--model models/model.safetensors --out models/frozen.safetensors',
  async run({ paths, params, base, log, progress, clock }) {
    const { readBundle } = await import('../lib/models/bundle.ts');
    const { freezeModel } = await import('../lib/models/mlp/freeze.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { writeShrunk } = await import('../lib/data/shrunk-bundle.ts');
    const { assertWithin } = await import('../lib/models/shrinking/assert-within.ts');
    const before = readBundle(paths.model);
    const changes = freezeModel(before.model, before.preprocessing);
    const context = { threads: base.threads, warn: log.warn, progress, clock };
    const metrics = await withDatabase(base, async (database) => {
      return await writeShrunk(paths, before, changes, database, context);
    });
    const { max_difference: difference } = metrics;
    assertWithin('the frozen model', difference, params.tolerance, 'freeze.tolerance');
    return { message: `frozen, probabilities within ${difference}`, ...metrics };
  },
});

if (import.meta.main) await main(freeze);
