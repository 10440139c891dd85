/** What the restaurants' pipeline is looked at by: forecasts as tables, their metrics, their pages. */
import { writeFileSync } from 'node:fs';
import { rangeCoverage } from '../forecasting/restaurants/cross-validate.ts';
import type { Fold } from '../forecasting/restaurants/cross-validate.ts';
import type { HourlyTable } from '../forecasting/restaurants/hourly-features.ts';
import type { MultiPrediction } from '../forecasting/restaurants/multi-model.ts';
import { mae } from '../metrics/regression.ts';
import { restaurantsForecastPage, restaurantsValidationPage } from '../reports/restaurants-page.ts';
import type { ForecastHours } from '../reports/restaurants-charts.ts';
import { toOrderDate, writeHourlyCsv } from './hourly-csv.ts';
import { writeMetrics } from './json-files.ts';
import type { TrainingSet } from './restaurant-tables.ts';

interface ForecastPaths {
  readonly out: string;
  readonly metrics: string;
  readonly page: string;
}
interface Outcome {
  readonly message: string;
  readonly [metric: string]: unknown;
}

/** Columns of a forecast, as the multi-model of MLflow has them. */
const PREDICTION = ['prediction', 'minimum', 'maximum'];

/** Writes `order_date,fold,cash_in,prediction,minimum,maximum`, the means of the metrics over the folds, and a page. */
export function writeCrossValidation(
  paths: ForecastPaths,
  { x, y }: TrainingSet,
  folds: readonly Fold[],
): Outcome {
  const forecasts = folds.map(({ trainEnd, testEnd, prediction }) => ({
    ...toHours(sliceHours(x, trainEnd, testEnd), prediction),
    actual: y.subarray(trainEnd, testEnd),
  }));
  const rows = forecasts.flatMap(({ start, actual, prediction, minimum, maximum }, fold) =>
    Array.from(actual, (cashIn, i) => [
      ...[toOrderDate(start + i), fold, cashIn, prediction[i], minimum[i], maximum[i]],
    ]),
  );
  const columns = ['order_date', 'fold', 'cash_in', ...PREDICTION];
  writeFileSync(paths.out, `${[columns, ...rows].map((row) => row.join()).join('\n')}\n`);
  const metrics = writeMetrics(paths.metrics, {
    n_folds: folds.length,
    ...meanOf(forecasts.map((forecast) => measure(forecast, forecast.actual))),
  });
  writeFileSync(paths.page, restaurantsValidationPage(forecasts, folds));
  return { message: `${folds.length} folds, ${toMessage(metrics)}`, ...metrics };
}

/** Writes `order_date,prediction,minimum,maximum`, the metrics where the truth is known, and a page. */
export function writeForecast(
  paths: ForecastPaths,
  week: number,
  x: HourlyTable,
  prediction: MultiPrediction,
  actual: Float64Array | null,
): Outcome {
  const forecast = toHours(x, prediction);
  const values = Array.from(forecast.prediction, (value, i) => [
    ...[value, forecast.minimum[i], forecast.maximum[i]],
  ]);
  const table = { columns: PREDICTION, start: x.start, values: Float64Array.from(values.flat()) };
  writeHourlyCsv(paths.out, table);
  const metrics = writeMetrics(paths.metrics, measure(forecast, actual));
  writeFileSync(paths.page, restaurantsForecastPage(week, { ...forecast, actual }));
  const what = `week ${week}, ${forecast.prediction.length} hours`;
  const known = actual === null ? 'its turnover is not known yet' : toMessage(metrics);
  return { message: `${what}, ${known}`, ...metrics };
}

function sliceHours(
  { columns, start, values }: HourlyTable,
  from: number,
  to: number,
): HourlyTable {
  const width = columns.length;
  return { columns, start: start + from, values: values.subarray(from * width, to * width) };
}

function toHours(
  { columns, start, values }: HourlyTable,
  { all, minimum, maximum }: MultiPrediction,
): ForecastHours {
  const lag = columns.indexOf('lag_1W');
  const lastWeek = all[0].map((_, i) => values[i * columns.length + lag]);
  return { start, prediction: all[0], minimum, maximum, lastWeek };
}

/** null where the truth is not known. */
function measure(
  forecast: ForecastHours,
  actual: Float64Array | null,
): Record<string, number | null> {
  const error = (yPred: Float64Array): number | null => actual && mae({ yTrue: actual, yPred });
  return {
    mae: error(forecast.prediction),
    mae_min: error(forecast.minimum),
    mae_max: error(forecast.maximum),
    coverage: actual && rangeCoverage(actual, forecast),
    last_week_mae: error(forecast.lastWeek),
  };
}

function meanOf(rows: readonly Readonly<Record<string, number | null>>[]): Record<string, number> {
  return Object.fromEntries(
    Object.keys(rows[0]).map((name) => [
      name,
      rows.reduce((sum, row) => sum + row[name]!, 0) / rows.length,
    ]),
  );
}

function toMessage({
  mae,
  last_week_mae: lastWeek,
}: Readonly<Record<string, number | null>>): string {
  return `MAE ${mae!.toFixed(2)} (same hour last week ${lastWeek!.toFixed(2)})`;
}
