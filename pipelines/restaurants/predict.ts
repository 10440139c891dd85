/**
 * predict: the turnover of the week to come, by the hour, with its range.
 *
 * Reads the features of the week, the model and the orders of that week where they are there, which the forecast is
 * compared with; writes the forecast, its metrics and a page. Logs the MLflow run `predict`.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import {
  FORESTS_SCHEMA,
  WINDOW_SCHEMA,
} from '../../lib/forecasting/restaurants/restaurant-params.ts';

export const predict = defineStage({
  name: 'predict',
  summary: 'Forecast the week to come, and compare it with what came',
  paths: {
    in: input('data/prediction_set/x_pred.csv', 'Features by the hour'),
    model: input('models/multi_model', 'Model folder that train wrote'),
    orders: input('data/raw/foodcast', 'Folder with a file of orders for each restaurant and week'),
    out: output('data/predictions/y_pred.csv', 'Forecast: prediction, minimum, maximum'),
    metrics: output('reports/metrics/predict.json', 'Metrics; null while the week is not over'),
    page: output('reports/predictions.html', 'Page with a chart of every day'),
  },
  params: {},
  shared: { window: WINDOW_SCHEMA, train: FORESTS_SCHEMA },
  example: '--model models/multi_model --out y_pred.csv',
  async run({ paths, shared: { window, train }, tracking, log }) {
    const { readHourlyCsv } = await import('../../lib/data/hourly-csv.ts');
    const { writeForecast } = await import('../../lib/data/restaurant-forecasts.ts');
    const { readTruth } = await import('../../lib/data/restaurant-tables.ts');
    const { predictMultiModel } = await import('../../lib/forecasting/restaurants/multi-model.ts');
    const { readMultiModel } = await import('../../lib/tracking/multi-model.ts');
    const { trackRun } = await import('../../lib/tracking/run.ts');
    const { startWeek: start_week, endWeek: end_week, nextWeek: next_week } = window;
    const forests = { n_estimators: train.nEstimators, n_models: train.nModels };
    const params = { next_week, start_week, end_week, ...forests };
    return await trackRun(tracking, { name: 'predict', params, warn: log.warn }, async (run) => {
      const { model, columns } = readMultiModel(paths.model);
      const x = readHourlyCsv(paths.in, columns);
      const prediction = predictMultiModel(model, new Float32Array(x.values));
      const truth = readTruth(paths.orders, next_week, x);
      const outcome = writeForecast(paths, next_week, x, prediction, truth);
      run.logArtifact(paths.out, 'predictions/y_pred.csv');
      run.logArtifact(paths.page, 'plots/predictions.html');
      return outcome;
    });
  },
});

if (import.meta.main) await main(predict);
