/**
 * quantize: store the weights of a perceptron in fewer bits.
 *
 * Reads a bundle and the raw valid split; writes the smaller bundle, which every stage takes as it takes
 * the larger one, and what it costs in accuracy. The table has times, hence it is among the logs.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { QUANTIZE_SCHEMA } from '../lib/models/shrinking/quantize-params.ts';

export const quantize = defineStage({
  name: 'quantize',
  summary: 'Store the weights of a model in 16 or 8 bits',
  paths: {
    model: input('models/model.safetensors', 'Bundle to store in fewer bits'),
    in: input('data/split/valid.parquet', 'Raw valid split, for the measures'),
    out: output('models/quantized.safetensors', 'Bundle with the stored weights'),
    metrics: output('reports/metrics/quantize.json', 'Size and accuracy before and after'),
    table: output('logs/quantize.csv', 'Size, times and accuracy before and after'),
  },
  params: QUANTIZE_SCHEMA,
  example: '--model models/model.safetensors --set quantize.precision=float16',
  async run({ paths, params, base, log, progress, clock }) {
    const { readBundle } = await import('../lib/models/bundle.ts');
    const { quantizeModel } = await import('../lib/models/mlp/quantize.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { describeShrunk, writeShrunk } = await import('../lib/data/shrunk-bundle.ts');
    const before = readBundle(paths.model);
    const model = quantizeModel(before.model, params.precision);
    const context = { threads: base.threads, warn: log.warn, progress, clock };
    const metrics = await withDatabase(base, async (database) => {
      return await writeShrunk(paths, before, { model }, database, context);
    });
    return { message: describeShrunk(metrics), ...metrics };
  },
});

if (import.meta.main) await main(quantize);
