/** The files of a sales forecast: predictions, metrics, page. */
import { stringify } from 'csv-stringify/sync';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forecastSales } from '../forecasting/sales/forecast.ts';
import type { SalesForecast } from '../forecasting/sales/forecast.ts';
import type { SalesParams } from '../forecasting/sales/sales-params.ts';
import type { Scores } from '../forecasting/sales/score.ts';
import { salesPage } from '../reports/sales-page.ts';
import type { FileDatabase } from './database.ts';
import { writeMetrics } from './json-files.ts';
import { listPredictions } from './make-predictions.ts';
import { readSalesWorld } from './sales-files.ts';
import type { SalesPaths } from './sales-files.ts';

/**
 * Reads the tables of a configuration, forecasts, and writes what came out.
 *
 * @param folder - What the paths of the configuration are below; null: they stand as they are.
 * @returns One line for people, and the metrics as they were written.
 */
export async function forecastSalesFiles(
  database: FileDatabase,
  folder: string | null,
  params: SalesParams,
  paths: Readonly<Record<'out' | 'metrics' | 'page', string>>,
): Promise<{ readonly message: string; readonly [metric: string]: unknown }> {
  const data = await readSalesWorld(database, placeTables(params.data, folder));
  const forecast = forecastSales(data.world, params);
  const predictions = listPredictions(data, forecast);
  writeFileSync(paths.out, stringify(predictions, { header: true }));
  const metrics = writeMetrics(paths.metrics, listMetrics(forecast));
  writeFileSync(paths.page, await salesPage({ world: data.world, forecast, params }));
  const nItems = data.world.items.length;
  return { message: toMessage(params.model, nItems, predictions.length, metrics), ...metrics };
}

function placeTables(data: SalesParams['data'], folder: string | null): SalesPaths {
  if (folder === null) return data;
  const placed = Object.entries(data).map(([name, path]) => [
    name,
    path === null ? null : join(folder, path),
  ]);
  return Object.fromEntries(placed) as unknown as SalesPaths;
}

function listMetrics({ scores, seasonalNaive, coverage }: SalesForecast) {
  const named = (prefix: string, of: Scores | null): Record<string, number | null> => ({
    [`${prefix}r2`]: of?.r2 ?? null,
    [`${prefix}mae`]: of?.mae ?? null,
    [`${prefix}rmse`]: of?.rmse ?? null,
    [`${prefix}mase`]: of?.mase ?? null,
  });
  return {
    n_samples: scores?.n ?? 0,
    ...named('', scores),
    coverage,
    ...named('seasonal_naive_', seasonalNaive),
  };
}

function toMessage(
  model: string,
  nItems: number,
  nRows: number,
  { r2, seasonal_naive_r2: naive }: Readonly<Record<string, number | null>>,
): string {
  const what = `${nRows} months of ${nItems} items by ${model}`;
  if (r2 === null || naive === null) return what;
  return `${what}, R² ${r2.toFixed(4)} (seasonal naive ${naive.toFixed(4)})`;
}
