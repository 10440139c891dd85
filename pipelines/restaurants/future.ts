/**
 * future: the features of the week to come.
 *
 * Reads the turnover by the hour, of which it looks at the week before alone (the lag_in_week weeks before); writes the
 * hours of next_week with their features. A lag that is not known is 0. Logs the MLflow run `future`.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import {
  FEATURES_SCHEMA,
  WINDOW_SCHEMA,
} from '../../lib/forecasting/restaurants/restaurant-params.ts';

export const future = defineStage({
  name: 'future',
  summary: 'Make the features of the hours of the week to come',
  paths: {
    in: input('data/data.csv', 'Turnover by the hour: order_date, cash_in'),
    out: output('data/prediction_set/x_pred.csv', 'Features by the hour'),
  },
  params: {},
  shared: { window: WINDOW_SCHEMA, features: FEATURES_SCHEMA },
  example: '--in data.csv --out x_pred.csv',
  async run({ paths, shared: { window, features }, tracking, log }) {
    const { hourlyFeaturesOnline } =
      await import('../../lib/forecasting/restaurants/hourly-features.ts');
    const { startOfWeek } = await import('../../lib/forecasting/restaurants/weeks.ts');
    const { toOrderDate, writeHourlyCsv } = await import('../../lib/data/hourly-csv.ts');
    const { readTurnoverCsv } = await import('../../lib/data/restaurant-tables.ts');
    const { trackRun } = await import('../../lib/tracking/run.ts');
    const params = { next_week: window.nextWeek };
    return await trackRun(tracking, { name: 'future', params, warn: log.warn }, async (run) => {
      const start = startOfWeek(window.nextWeek);
      const x = hourlyFeaturesOnline(readTurnoverCsv(paths.in), start, features);
      writeHourlyCsv(paths.out, x);
      run.logArtifact(paths.out, 'prediction_set/x_pred.csv');
      return { message: `week ${window.nextWeek}, from ${toOrderDate(x.start)}` };
    });
  },
});

if (import.meta.main) await main(future);
