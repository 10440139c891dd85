/**
 * cross-validate: how well the forests forecast, on folds of the past: they learn from all hours before a fold; a lag is
 * the hour a week before, for later hours of a fold longer than a week one of the fold itself.
 *
 * Reads the training set; writes every forecast, the means of the metrics over the folds, and a page. Logs the MLflow
 * run `validate`, with MAE_MIN, MAE_MAX, MAE0 (the prediction) and MAE1 … (the other forests) of each fold.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import {
  CROSS_VALIDATION_SCHEMA,
  FORESTS_SCHEMA,
  WINDOW_SCHEMA,
} from '../../lib/forecasting/restaurants/restaurant-params.ts';

export const crossValidate = defineStage({
  name: 'cross-validate',
  summary: 'Forecast folds of the past by what learnt from the hours before each',
  paths: {
    x: input('data/training_set/x_train.csv', 'Features by the hour'),
    y: input('data/training_set/y_train.csv', 'Turnover of the same hours'),
    out: output('data/cross_validation/predictions.csv', 'Forecasts of all folds'),
    metrics: output('reports/metrics/cross-validate.json', 'Means of the metrics over the folds'),
    page: output('reports/validation.html', 'Page with a chart of every fold'),
  },
  params: CROSS_VALIDATION_SCHEMA,
  shared: { window: WINDOW_SCHEMA, train: FORESTS_SCHEMA },
  example: '--set cross-validate.n_fold=5 --set train.n_models=4',
  async run({ paths, params, shared: { window, train }, rng, signal, progress, tracking, log }) {
    const { crossValidateMultiModel } =
      await import('../../lib/forecasting/restaurants/cross-validate.ts');
    const { readTrainingSet } = await import('../../lib/data/restaurant-tables.ts');
    const { writeCrossValidation } = await import('../../lib/data/restaurant-forecasts.ts');
    const { trackRun } = await import('../../lib/tracking/run.ts');
    const tracked = {
      ...{ start_week: window.startWeek, end_week: window.endWeek, n_fold: params.nFold },
      ...{ n_estimators: train.nEstimators, n_models: train.nModels },
    };
    const options = { name: 'validate', params: tracked, warn: log.warn };
    return await trackRun(tracking, options, async (run) => {
      const set = readTrainingSet(paths);
      const folds = await crossValidateMultiModel(
        set,
        { ...params, ...train },
        { rng, signal, progress, onFold: (fold, k) => run.logMetrics(fold.metrics, k) },
      );
      const outcome = writeCrossValidation(paths, set, folds);
      run.logArtifact(paths.out, 'cross_validation/predictions.csv');
      run.logArtifact(paths.page, 'plots/validation.html');
      return outcome;
    });
  },
});

if (import.meta.main) await main(crossValidate);
