/** What the backtest of the restaurants is looked at by: scores week by week, their means, a page. */
import { stringify } from 'csv-stringify/sync';
import { writeFileSync } from 'node:fs';
import { BACKTEST_MODELS } from '../forecasting/restaurants/backtest.ts';
import type { BacktestWeek } from '../forecasting/restaurants/backtest.ts';
import { restaurantsBacktestPage } from '../reports/restaurants-backtest-page.ts';
import { roundResult, writeMetrics } from './json-files.ts';

type Metrics = Readonly<Record<string, number>>;

/** Metrics of one week: `mae_<model>`, `mae_known_days_<model>`, `coverage_<model>`. */
export function metricsOfWeek({ scores }: BacktestWeek): Metrics {
  return Object.fromEntries(
    BACKTEST_MODELS.flatMap((model) => {
      const { mae, maeOfKnownDays, coverage } = scores[model];
      return [
        [`mae_${model}`, mae],
        [`mae_known_days_${model}`, maeOfKnownDays],
        ...(coverage === null ? [] : [[`coverage_${model}`, coverage]]),
      ] as [string, number][];
    }),
  );
}

/**
 * Writes a row of metrics for each week, their means with `improvement_<model>`, the share by which the MAE is below
 * that of the same hour last week, and a page.
 */
export async function writeBacktest(
  paths: { readonly weeks: string; readonly metrics: string; readonly page: string },
  weeks: readonly BacktestWeek[],
): Promise<{ readonly message: string; readonly [metric: string]: unknown }> {
  const rows = weeks.map(metricsOfWeek);
  const names = Object.keys(rows[0]);
  const cells = rows.map((row, i) => [
    weeks[i].week,
    ...names.map((name) => roundResult(row[name])),
  ]);
  writeFileSync(paths.weeks, stringify([['week', ...names], ...cells]));
  const means: Metrics = Object.fromEntries(names.map((name) => [name, meanOf(rows, name)]));
  const below = (model: string, other: string): number =>
    1 - means[`mae_${model}`] / means[`mae_${other}`];
  const metrics = writeMetrics(paths.metrics, {
    n_weeks: weeks.length,
    ...means,
    improvement_forest: below('forest', 'last_week'),
    improvement_lightgbm: below('lightgbm', 'last_week'),
    lightgbm_below_forest: below('lightgbm', 'forest'),
  });
  writeFileSync(paths.page, await restaurantsBacktestPage(weeks, metrics));
  const [forest, lightgbm, lastWeek] = ['forest', 'lightgbm', 'last_week'].map((model) =>
    means[`mae_${model}`].toFixed(2),
  );
  return {
    message: `${weeks.length} weeks, MAE of LightGBM ${lightgbm}, of the forest ${forest}, of the same hour last week ${lastWeek}`,
    ...metrics,
  };
}

/** Over the weeks that have it. */
function meanOf(rows: readonly Metrics[], name: string): number {
  const known = rows.map((row) => row[name]).filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
