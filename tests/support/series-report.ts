/** A forecast of a few made series, as its page and its text get it. */
import { forecastSeries } from '../../lib/forecasting/forecast-series.ts';
import { planForecast } from '../../lib/forecasting/forecast-plan.ts';
import { forecastModelOf } from '../../lib/forecasting/models/registry.ts';
import { SERIES_SCHEMA } from '../../lib/forecasting/series-params.ts';
import { resolveParams } from '../../lib/params/resolve.ts';
import type { SeriesReport } from '../../lib/reports/series-text.ts';
import type { Panel } from '../../lib/forecasting/panel.ts';
import { createForecastContext } from './forecasting.ts';

/** @param changes - Parameters, as a file has them. */
export async function reportSeries(
  panel: Panel,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<SeriesReport> {
  const { series: params } = resolveParams({
    series: {
      schema: SERIES_SCHEMA,
      prefix: 'series',
      sources: [{ name: 'test', values: changes }],
    },
  });
  const plan = planForecast(panel, params);
  const options = {
    candidates: ['naive', 'seasonal-naive', 'drift'].map(forecastModelOf),
    reference: forecastModelOf('seasonal-naive'),
    ...params,
  };
  const context = createForecastContext(plan);
  const forecast = await forecastSeries(panel, { h: plan.h, columns: [] }, plan, options, context);
  return { panel, plan, params, forecast };
}
