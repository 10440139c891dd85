/**
 * forecast: predict what comes next, of any series or of the monthly sales.
 *
 * Where --in is a table with a row for each series and step, each series is forecast h steps ahead by the model that
 * cross-validation chooses for it (forecast.series). Else the tables of forecast.data, below the folder of --in where
 * one is given: every month from forecast.start_test on is predicted from the months before it. Writes predictions,
 * scores and a page.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, optionalInput, output } from '../lib/cli/stage.ts';
import { FORECAST_SCHEMA } from '../lib/forecasting/forecast-params.ts';

export const forecast = defineStage({
  name: 'forecast',
  summary: 'Forecast any series by the models that cross-validation chooses, or monthly sales',
  paths: {
    in: optionalInput(
      'Table of series (columns unique_id, ds, y or others), or folder of the sales',
    ),
    future: optionalInput(
      'Table of the exogenous columns of the steps to come, where they are known',
    ),
    out: output('data/forecast.csv', 'Forecasts with their intervals, or predictions of sales'),
    metrics: output('reports/metrics/forecast.json', 'Scores, the seasonal naive beside'),
    page: output('reports/forecast.html', 'Page with a chart of each series or item'),
  },
  params: FORECAST_SCHEMA,
  example:
    '--in mine.csv --h 13 --freq W --out forecast.csv --metrics forecast.json --page forecast.html',
  async run({ paths, params, base, log, progress, rng, signal }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { forecastFiles } = await import('../lib/data/forecast-files.ts');
    const { threads } = base;
    const context = { rng, signal, threads, log, startProgress: progress };
    return await withDatabase(
      base,
      async (database) => await forecastFiles(database, paths, params, context),
    );
  },
});

if (import.meta.main) await main(forecast);
