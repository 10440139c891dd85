/** The chart of one item: history, forecast, interval. */
import { renderChart } from './charts.ts';
import type { Html } from './html.ts';
import { formatMeasure } from './format.ts';

/** One month of a chart; null: not there. */
export interface ChartMonth {
  /** First day, ISO. */
  readonly month: string;
  readonly sales: number | null;
  readonly prediction: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
}

export async function drawForecast(months: readonly ChartMonth[]): Promise<Html> {
  const values = months.map((row) => ({
    ...row,
    tip: describe(row),
    kind: 'forecast',
  }));
  const x = { field: 'month', type: 'temporal', title: null, axis: { format: '%b %y' } } as const;
  const y = { type: 'quantitative', title: 'sales' } as const;
  const description = { field: 'tip', type: 'nominal' } as const;
  return await renderChart({
    data: { values },
    height: 200,
    layer: [
      {
        transform: [{ filter: 'datum.lo !== null' }],
        mark: { type: 'area', opacity: 0.25, color: SERIES.forecast },
        encoding: { x, y: { ...y, field: 'lo' }, y2: { field: 'hi' } },
      },
      {
        transform: [{ filter: 'datum.sales !== null' }],
        mark: { type: 'line', color: SERIES.sales, strokeWidth: 1.5 },
        encoding: { x, y: { ...y, field: 'sales' } },
      },
      {
        transform: [{ filter: 'datum.prediction !== null' }],
        mark: { type: 'line', color: SERIES.forecast, strokeWidth: 1.5, strokeDash: [4, 3] },
        encoding: { x, y: { ...y, field: 'prediction' } },
      },
      {
        transform: [{ filter: 'datum.prediction !== null' }],
        mark: { type: 'point', filled: true, size: 28, color: SERIES.forecast, opacity: 1 },
        encoding: { x, y: { ...y, field: 'prediction' }, description },
      },
    ],
  });
}

const SERIES = { sales: 'var(--text)', forecast: '#d1622b' } as const;

function describe({ month, sales, prediction, lo, hi }: ChartMonth): string {
  if (prediction === null) return '';
  const interval = `${formatMeasure(lo!)} to ${formatMeasure(hi!)}`;
  const actual = sales === null ? '' : `, sold ${formatMeasure(sales)}`;
  return `${month.slice(0, 7)}: forecast ${formatMeasure(prediction)} (${interval})${actual}`;
}
