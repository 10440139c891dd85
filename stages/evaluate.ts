/**
 * evaluate: score the untouched test split through the bundle, and say how good the model is.
 *
 * Reads the *raw* test split, so that preprocessing is tested as it will be served. Writes metrics, plots (of a model
 * that predicts a number, in bands of it), the page, the model card, and the predictions that `compare` reads; fails
 * with exit 5 when a gate does not hold, after they are written.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { EVALUATE_SCHEMA } from '../lib/metrics/evaluate-params.ts';

export const evaluate = defineStage({
  name: 'evaluate',
  summary: 'Score the raw test split through the model, as it will be served',
  paths: {
    in: input('data/split/test.parquet', 'Raw test split: .parquet, .csv or .csv.gz'),
    model: input('models/model.safetensors', 'Bundle that train wrote'),
    history: optionalInput('History that train wrote, for the page'),
    baselines: optionalInput(
      'Folder of bundles that baselines wrote, to be shown beside the model',
    ),
    about: optionalInput('Description of the data set that fetch wrote, for the model card'),
    metrics: output('reports/metrics/evaluate.json', 'Metrics of the test split'),
    page: output('reports/evaluate.html', 'Page with charts'),
    card: output('reports/model-card.md', 'Model card: what the model is, and for whom how good'),
    predictions: output('data/predictions.parquet', 'Predictions of the test split, for compare'),
    confusion: output('reports/plots/confusion.csv', 'Rows by true and predicted class, or band'),
    calibration: output(
      'reports/plots/calibration.csv',
      'Accuracy by confidence, or actual by predicted number',
    ),
  },
  params: EVALUATE_SCHEMA,
  example:
    '--in test.csv --model models/model.safetensors --predictions mine.csv --page evaluate.html',
  async run({ paths, params, base, rng, log, progress, clock }) {
    const { readBundle, textColumns } = await import('../lib/models/bundle.ts');
    const { readBaselines } = await import('../lib/data/baseline-files.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { readSliceKeys } = await import('../lib/metrics/slice-keys.ts');
    const { evaluateBundle } = await import('../lib/data/evaluate-bundle.ts');
    const bundle = readBundle(paths.model);
    const baselines = readBaselines(paths.baselines, bundle);
    const { info, warn } = log;
    const context = { threads: base.threads, info, warn, clock, rng, progress };
    return await withDatabase(base, async (database) => {
      const relation = await openTable(database, paths.in, 'test', textColumns(bundle));
      const { distribution } = bundle;
      const sliceKeys = await readSliceKeys(database, relation, params.slices, distribution);
      const input = { bundle, baselines, database, relation, sliceKeys, paths };
      return await evaluateBundle(input, params, context);
    });
  },
});

if (import.meta.main) await main(evaluate);
