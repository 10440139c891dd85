/**
 * evaluate: score the untouched test split through the bundle, and say how good the model is.
 *
 * Reads the *raw* test split, so that preprocessing is tested as it will be served. Writes metrics, plots
 * and the page; fails with exit 5 when a gate does not hold, after they are written.
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
    metrics: output('reports/metrics/evaluate.json', 'Metrics of the test split'),
    page: output('reports/evaluate.html', 'Page with charts'),
    confusion: output('reports/plots/confusion.csv', 'Rows by true and predicted class'),
    calibration: output('reports/plots/calibration.csv', 'Accuracy by confidence'),
  },
  params: EVALUATE_SCHEMA,
  example:
    '--in test.csv --model models/model.safetensors --metrics evaluate.json --page evaluate.html',
  async run({ paths, params, base, log, progress, clock }) {
    const { readBundle } = await import('../lib/models/bundle.ts');
    const { measureLatency, openScorer, scoreLabelled } = await import('../lib/models/scorer.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { evaluate: measure } = await import('../lib/metrics/evaluate.ts');
    const { assertGates, checkGates } = await import('../lib/metrics/gates.ts');
    const { writeEvaluation } = await import('../lib/data/evaluation-files.ts');
    const bundle = readBundle(paths.model);
    const machine = { threads: base.threads, warn: log.warn };
    const { yTrue, yProba } = await withDatabase(base, async (database) => {
      const relation = await openTable(database, paths.in, 'test');
      const scorer = await openScorer(bundle, database, machine);
      const start = clock();
      const scored = await scoreLabelled(bundle, scorer, database, relation, progress);
      const rate = Math.round(scored.yTrue.length / (clock() - start));
      const latencyMs = 1000 * (await measureLatency(bundle, scorer, clock));
      log.info(`${rate} rows/s, ${latencyMs.toFixed(1)} ms for one row alone`, { rate, latencyMs });
      scorer.dispose();
      return scored;
    });
    const { classes, threshold } = bundle;
    const evaluation = measure(yTrue, yProba, classes.map(String), { ...params, threshold });
    const gates = checkGates(evaluation.metrics, params.gates);
    await writeEvaluation(paths, { bundle, evaluation, gates });
    assertGates(gates, paths.metrics);
    const { accuracy, macro_f1, n_samples } = evaluation.metrics;
    return {
      message: `accuracy ${accuracy}, macro F1 ${macro_f1} on ${n_samples} rows`,
      ...evaluation.metrics,
    };
  },
});

if (import.meta.main) await main(evaluate);
