/** The sales forecast as a library function: a configuration in, a table out. */
import { forecastSales } from '../forecasting/sales/forecast.ts';
import type { SalesForecast } from '../forecasting/sales/forecast.ts';
import { FORECAST_SCHEMA } from '../forecasting/forecast-params.ts';
import { resolveParams } from '../params/resolve.ts';
import { withDatabase } from './database.ts';
import { readSalesWorld } from './sales-files.ts';
import type { SalesData } from './sales-files.ts';

export interface Prediction {
  readonly dates: string;
  readonly item_id: string;
  readonly prediction: number;
}

/**
 * Predicts every month from `start_test` on, each from the sales up to the month before, by coefficients fitted
 * before `start_test`.
 *
 * @param config - The group `forecast` of a params file: `{ data: { sales, … }, start_test, model, features }`.
 * @returns One row per row of the table of sales that is not before `start_test`, in its order.
 * @throws StageError E_PARAMS or E_DATA naming what is wrong with the configuration or a table.
 */
export async function makePredictions(config: Record<string, unknown>): Promise<Prediction[]> {
  const { params } = resolveParams({
    params: {
      schema: FORECAST_SCHEMA,
      prefix: 'forecast',
      sources: [{ name: 'config', values: config }],
    },
  });
  const { data, forecast } = await withDatabase(
    { threads: 2, memoryMb: 1024 },
    async (database) => {
      const read = await readSalesWorld(database, params.data);
      return { data: read, forecast: forecastSales(read.world, params) };
    },
  );
  return listPredictions(data, forecast);
}

/** Rows, order and names as the table of sales has them. */
export function listPredictions({ world, rows }: SalesData, forecast: SalesForecast): Prediction[] {
  const n = world.months.length;
  return [...rows]
    .filter((at) => at % n >= forecast.startTest)
    .map((at) => ({
      dates: world.months[at % n],
      item_id: world.items[Math.floor(at / n)],
      prediction: forecast.predictions[at],
    }));
}
