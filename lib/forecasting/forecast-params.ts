/** The group `forecast`: the monthly sales, and any series. */
import type { Params } from '../params/schema.ts';
import { SALES_SCHEMA } from './sales/sales-params.ts';
import { SERIES_SCHEMA } from './series-params.ts';

export const FORECAST_SCHEMA = { ...SALES_SCHEMA, series: SERIES_SCHEMA };
export type ForecastParams = Params<typeof FORECAST_SCHEMA>;
