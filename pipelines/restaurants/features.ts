/**
 * features: what the turnover of an hour is learnt from.
 *
 * Reads the turnover by the hour; writes weekday dummies (Monday dropped), cosine and sine of the hour, and lags of
 * whole weeks; beside them the turnover of the same hours. Hours without all their lags are left out. Logs the MLflow
 * run `features`.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import {
  FEATURES_SCHEMA,
  WINDOW_SCHEMA,
} from '../../lib/forecasting/restaurants/restaurant-params.ts';

export const features = defineStage({
  name: 'features',
  summary: 'Make the training set: weekday, hour, the same hour of weeks before',
  paths: {
    in: input('data/data.csv', 'Turnover by the hour: order_date, cash_in'),
    x: output('data/training_set/x_train.csv', 'Features by the hour'),
    y: output('data/training_set/y_train.csv', 'Turnover of the same hours'),
  },
  params: FEATURES_SCHEMA,
  shared: { window: WINDOW_SCHEMA },
  example: '--in data.csv --x x_train.csv --y y_train.csv --set features.degree=2',
  async run({ paths, params, shared: { window }, tracking, log }) {
    const { hourlyFeatures } = await import('../../lib/forecasting/restaurants/hourly-features.ts');
    const { readTurnoverCsv, writeTrainingSet } =
      await import('../../lib/data/restaurant-tables.ts');
    const { trackRun } = await import('../../lib/tracking/run.ts');
    const tracked = { start_week: window.startWeek, end_week: window.endWeek };
    const options = { name: 'features', params: tracked, warn: log.warn };
    return await trackRun(tracking, options, async (run) => {
      const set = hourlyFeatures(readTurnoverCsv(paths.in), params);
      writeTrainingSet(paths, set);
      run.logArtifact(paths.x, 'training_set/x_train.csv');
      run.logArtifact(paths.y, 'training_set/y_train.csv');
      const { columns } = set.x;
      return { message: `${columns.length} features of ${set.y.length} hours`, columns };
    });
  },
});

if (import.meta.main) await main(features);
