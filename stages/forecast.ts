/**
 * forecast: predict the months from forecast.start_test on, each from the months before it.
 *
 * Reads the tables that forecast.data names, below the folder of --in where that is given; writes predictions
 * (`dates,item_id,prediction`, rows as the table of sales has them), metrics and a page. Scores need the sales
 * of the months predicted; without them the forecast is written alone.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, optionalInput, output } from '../lib/cli/stage.ts';
import { SALES_SCHEMA } from '../lib/forecasting/sales/sales-params.ts';

export const forecast = defineStage({
  name: 'forecast',
  summary: 'Forecast monthly sales, one month ahead, and score the forecast',
  paths: {
    in: optionalInput('Folder that the paths of forecast.data are below'),
    out: output('data/forecast.csv', 'Predictions: dates, item_id, prediction'),
    metrics: output('reports/metrics/forecast.json', 'Scores, the seasonal naive beside'),
    page: output('reports/forecast.html', 'Page with a chart of every item'),
  },
  params: SALES_SCHEMA,
  example:
    '--in world --out forecast.csv --metrics forecast.json --page forecast.html --set forecast.features=[past_sales]',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { forecastFiles } = await import('../lib/data/sales-forecast-files.ts');
    return await withDatabase(
      base,
      async (database) => await forecastFiles(database, paths.in, params, paths),
    );
  },
});

if (import.meta.main) await main(forecast);
