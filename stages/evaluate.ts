/**
 * evaluate: score the untouched test split through the bundle, and say how good the model is.
 *
 * Reads the *raw* test split, so that preprocessing is tested as it will be served. Writes metrics, plots, the
 * page, the model card, and the predictions that `compare` reads; fails with exit 5 when a gate does not hold,
 * after they are written.
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
    confusion: output('reports/plots/confusion.csv', 'Rows by true and predicted class'),
    calibration: output('reports/plots/calibration.csv', 'Accuracy by confidence'),
  },
  params: EVALUATE_SCHEMA,
  example:
    '--in test.csv --model models/model.safetensors --predictions mine.csv --page evaluate.html',
  async run({ paths, params, base, log, progress, clock }) {
    const { readBundle } = await import('../lib/models/bundle.ts');
    const { measureLatency, openScorer, scoreLabelled } = await import('../lib/models/scorer.ts');
    const { scoreBaselines } = await import('../lib/models/score-baselines.ts');
    const { readBaselines } = await import('../lib/data/baseline-files.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { readSliceKeys } = await import('../lib/metrics/slice-keys.ts');
    const { toBlocks, writePredictions } = await import('../lib/data/predictions.ts');
    const { evaluate: measure } = await import('../lib/metrics/evaluate.ts');
    const { assertGates, checkGates } = await import('../lib/metrics/gates.ts');
    const { writeEvaluation } = await import('../lib/data/evaluation-files.ts');
    const bundle = readBundle(paths.model);
    const machine = { threads: base.threads, warn: log.warn };
    const { classes, threshold, target, distribution } = bundle;
    const others = readBaselines(paths.baselines, bundle);
    const { yTrue, yProba, ...options } = await withDatabase(base, async (database) => {
      const relation = await openTable(database, paths.in, 'test');
      const sliceKeys = await readSliceKeys(database, relation, params.slices, distribution);
      const scorer = await openScorer(bundle, database, machine);
      const start = clock();
      const scored = await scoreLabelled(bundle, scorer, database, relation, progress);
      const rate = Math.round(scored.yTrue.length / (clock() - start));
      const latencyMs = 1000 * (await measureLatency(bundle, scorer, clock));
      log.info(`${rate} rows/s, ${latencyMs.toFixed(1)} ms for one row alone`, { rate, latencyMs });
      scorer.dispose();
      const facts = { ...bundle, actual: target };
      const blocks = toBlocks(scored.yProba, classes.length, threshold);
      await writePredictions(database, relation, facts, blocks, paths.predictions);
      const baselines = await scoreBaselines(others, database, relation, machine, progress);
      return { ...scored, sliceKeys, baselines };
    });
    const settings = { ...params, ...options, threshold };
    const evaluation = measure(yTrue, yProba, classes.map(String), settings);
    const gates = checkGates(evaluation.metrics, params.gates);
    await writeEvaluation(paths, { ...params, bundle, evaluation, gates });
    assertGates(gates, paths.metrics);
    const { accuracy, macro_f1, n_samples } = evaluation.metrics;
    return {
      message: `accuracy ${accuracy}, macro F1 ${macro_f1} on ${n_samples} rows`,
      ...evaluation.metrics,
    };
  },
});

if (import.meta.main) await main(evaluate);
