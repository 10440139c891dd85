/**
 * backtest: how good the forecast of a week is, over weeks of the past: the forests of the pipeline, LightGBM, and the
 * same hour last week.
 *
 * Reads the orders of the weeks and of those before them; writes metrics by week, their means, and a page. Every week
 * is forecast at its first midnight, from the hours before. Logs the MLflow run `backtest`, metrics with the week as
 * step.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import {
  BACKTEST_SCHEMA,
  FEATURES_SCHEMA,
  FORESTS_SCHEMA,
} from '../../lib/forecasting/restaurants/restaurant-params.ts';

export const backtest = defineStage({
  name: 'backtest',
  summary: 'Forecast weeks of the past, each from those before it, by forests and by LightGBM',
  paths: {
    in: input('data/raw/foodcast', 'Folder with a file of orders for each restaurant and week'),
    weeks: output('reports/plots/backtest.csv', 'Metrics of each week'),
    metrics: output('reports/metrics/backtest.json', 'Means of the metrics over the weeks'),
    page: output('reports/backtest.html', 'Page with a chart of the errors by week'),
  },
  params: BACKTEST_SCHEMA,
  shared: { features: FEATURES_SCHEMA, train: FORESTS_SCHEMA },
  example: '--set backtest.first_week=230',
  async run({ paths, params, shared, rng, signal, progress, tracking, log }) {
    const { weeksOfBacktest } =
      await import('../../lib/forecasting/restaurants/restaurant-params.ts');
    const { backtest: forecast } = await import('../../lib/forecasting/restaurants/backtest.ts');
    const { readTurnover } = await import('../../lib/data/restaurant-orders.ts');
    const { metricsOfWeek, writeBacktest } = await import('../../lib/data/restaurant-backtest.ts');
    const { trackRun } = await import('../../lib/tracking/run.ts');
    const weeks = weeksOfBacktest(params);
    const { firstWeek: first_week, lastWeek: last_week } = params;
    const { nWeeks: n_weeks, nWeeksLightgbm: n_weeks_lightgbm } = params;
    const tracked = { first_week, last_week, n_weeks, n_weeks_lightgbm };
    const options = { name: 'backtest', params: tracked, warn: log.warn };
    return await trackRun(tracking, options, async (run) => {
      const turnover = readTurnover(paths.in, weeks);
      const done = await forecast(
        turnover,
        { ...params, ...shared.features, ...shared.train },
        {
          ...{ rng, signal, startProgress: progress, warn: log.warn },
          onWeek: (week) => run.logMetrics(metricsOfWeek(week), week.week),
        },
      );
      const outcome = await writeBacktest(paths, done);
      run.logArtifact(paths.weeks, 'backtest/weeks.csv');
      run.logArtifact(paths.page, 'plots/backtest.html');
      return outcome;
    });
  },
});

if (import.meta.main) await main(backtest);
