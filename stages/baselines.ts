/**
 * baselines: fit simple models on train, so that every report can show them beside the model.
 *
 * Reads what train reads; writes one bundle each. No model is worth more than what it gains on these.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { BASELINES_SCHEMA } from '../lib/models/baselines-params.ts';

export const baselines = defineStage({
  name: 'baselines',
  summary: 'Fit simple models on train, to be shown beside the model',
  paths: {
    in: input('data/tensorize', 'Folder of tensors with train, and valid where there is one'),
    raw: input(
      'data/split/train.parquet',
      'Raw train split: input columns, distribution, golden rows',
    ),
    preprocessing: input('models/preprocessing', 'Folder of the fitted preprocessing'),
    about: optionalInput('Description of the data set, for the names of the classes'),
    out: output('models/baselines', 'Folder of bundles, one of each baseline'),
  },
  params: BASELINES_SCHEMA,
  example: '--in data/tensorize --out mine --set baselines.models=[majority,ridge]',
  async run({ paths, params, base, rng, log, progress, signal, version }) {
    const { readTrainingFiles } = await import('../lib/data/training-files.ts');
    const { writeBaselines } = await import('../lib/data/baseline-files.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { textsOf } = await import('../lib/preprocessing/pipeline.ts');
    const { describeInput } = await import('../lib/models/assemble-bundle.ts');
    const { fitBaselines } = await import('../lib/models/fit-baselines.ts');

    const options = { ...base, threshold: null, version };
    const { data, facts } = await readTrainingFiles({ ...paths, from: null }, options);
    const machine = { threads: base.threads, warn: log.warn };
    const context = { ...machine, rng, signal, info: log.info, startProgress: progress };
    return await withDatabase(base, async (engine) => {
      const raw = await openTable(engine, paths.raw, 'raw', textsOf(facts.preprocessing));
      const known = { ...base, ...facts, task: data.task };
      const parts = { ...facts, ...describeInput(raw, data.columns, known) };
      const fits = fitBaselines(params, data, parts, { raw, engine }, context);
      const scores = await writeBaselines(paths.out, fits);
      const shown = Object.entries(scores).map(([metric, values]) => {
        const each = Object.entries(values).map(([name, value]) => `${name} ${value}`);
        return `${metric.replace('_', ' ')}: ${each.join(', ')}`;
      });
      return { message: shown.join('; '), ...scores };
    });
  },
});

if (import.meta.main) await main(baselines);
