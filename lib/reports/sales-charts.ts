/** The chart of one item: sales, forecast, interval. */
import { drawForecast } from './forecast-chart.ts';
import { formatMeasure } from './format.ts';
import type { Html } from './html.ts';

/** One month of a chart; null: not there. */
export interface ChartMonth {
  /** First day, ISO. */
  readonly month: string;
  readonly sales: number | null;
  readonly prediction: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
}

export async function drawSales(months: readonly ChartMonth[]): Promise<Html> {
  const steps = months.map((row) => ({
    x: Date.parse(row.month),
    actual: row.sales,
    forecast: row.prediction,
    bounds: row.lo === null ? [] : [[row.lo, row.hi!] as const],
    past: null,
    tip: describe(row),
  }));
  return await drawForecast(steps, { timeFormat: '%b %y', yTitle: 'sales' });
}

function describe({ month, sales, prediction, lo, hi }: ChartMonth): string {
  const sold = sales === null ? 'not known' : `sold ${formatMeasure(sales)}`;
  if (prediction === null) return `${month.slice(0, 7)}: ${sold}`;
  const interval = `${formatMeasure(lo!)} to ${formatMeasure(hi!)}`;
  const actual = sales === null ? '' : `, ${sold}`;
  return `${month.slice(0, 7)}: forecast ${formatMeasure(prediction)} (${interval})${actual}`;
}
