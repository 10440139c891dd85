/**
 * cross-validate: how often the sentiment model is right about reviews that it has not seen, language by language.
 *
 * Reads the table of load, and the parameters that vectorize and train take; learns each fold's model anew from the
 * other folds, once for both languages together and once for each alone. Fails with exit 5 below a gate.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { TRAIN_SCHEMA } from '../../lib/models/train-params.ts';
import { integer, map, number } from '../../lib/params/schema.ts';
import { VECTORIZE_SCHEMA } from '../../lib/text/vectorize-params.ts';

export const crossValidate = defineStage({
  name: 'cross-validate',
  summary: 'Measure the sentiment model on reviews of folds that it has not seen',
  paths: {
    in: input('data/reviews.parquet', 'Reviews: id, text, language, source, positive'),
    metrics: output('reports/metrics/cross-validate.json', 'Accuracy by language, mean of folds'),
  },
  params: {
    n_folds: integer({ default: 5, min: 2, max: 50, doc: 'Folds, told apart by hash of the id.' }),
    gates: map(number({ default: 0.88, min: 0, max: 1, doc: '' }), {
      default: {},
      doc: 'Least mean accuracy of the model of both languages, by language; below one the step fails with exit 5.',
    }),
  },
  shared: { 'vectorize.sentiment': VECTORIZE_SCHEMA, 'train.sentiment': TRAIN_SCHEMA },
  example: '--in reviews.parquet --metrics accuracy.json --set cross-validate.n_folds=3',
  async run({ paths, params, shared, base, rng, log, progress, signal }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { assertReviewGates, measureReviews, readReviews } =
      await import('../../lib/data/review-folds.ts');
    const { writeMetrics } = await import('../../lib/data/json-files.ts');
    const reviews = await withDatabase(base, (database) =>
      readReviews(database, paths.in, { ...params, ...base }),
    );
    const machine = { threads: base.threads, warn: log.warn };
    const context = { ...machine, rng, signal, info: log.info, startProgress: progress };
    const options = { vectorize: shared['vectorize.sentiment'], train: shared['train.sentiment'] };
    const metrics = writeMetrics(paths.metrics, await measureReviews(reviews, options, context));
    assertReviewGates(metrics, params.gates, paths.metrics);
    return { message: `accuracy ${metrics.en} en, ${metrics.fr} fr`, ...metrics };
  },
});

if (import.meta.main) await main(crossValidate);
