/**
 * load: the turnover of both restaurants by the hour, out of the orders of the weeks of the window.
 *
 * Reads restaurant_{1,2}_week_NNN.csv of start_week to end_week; writes `order_date,cash_in`. cash_in is the sum of
 * quantity × product price over the orders of an hour; an hour without orders is 0. Logs the MLflow run `load`.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { WINDOW_SCHEMA } from '../../lib/forecasting/restaurants/restaurant-params.ts';

export const load = defineStage({
  name: 'load',
  summary: 'Sum the orders of both restaurants by the hour',
  paths: {
    in: input('data/raw/foodcast', 'Folder with a file of orders for each restaurant and week'),
    out: output('data/data.csv', 'Turnover by the hour: order_date, cash_in'),
  },
  params: {},
  shared: { window: WINDOW_SCHEMA },
  example: '--in orders --out data.csv --set window.start_week=190',
  async run({ paths, shared: { window }, tracking, log }) {
    const { assertWindow } = await import('../../lib/forecasting/restaurants/restaurant-params.ts');
    const { readTurnover } = await import('../../lib/data/restaurant-orders.ts');
    const { writeTurnoverCsv } = await import('../../lib/data/restaurant-tables.ts');
    const { trackRun } = await import('../../lib/tracking/run.ts');
    assertWindow(window);
    const params = { start_week: window.startWeek, end_week: window.endWeek };
    return await trackRun(tracking, { name: 'load', params, warn: log.warn }, async (run) => {
      const turnover = readTurnover(paths.in, window);
      writeTurnoverCsv(paths.out, turnover);
      run.logArtifact(paths.out, 'data/data.csv');
      const nHours = turnover.cashIn.length;
      return {
        message: `${nHours} hours of weeks ${window.startWeek} to ${window.endWeek}`,
        nHours,
      };
    });
  },
});

if (import.meta.main) await main(load);
