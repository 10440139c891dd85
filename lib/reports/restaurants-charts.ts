/** Charts of turnover by the hour: what came, what was predicted, and the range. */
import { toTime } from '../forecasting/frequency.ts';
import { HOURLY } from '../forecasting/restaurants/hourly-features.ts';
import { renderChart } from './charts.ts';
import { formatMeasure } from './format.ts';
import type { Html } from './html.ts';

/** Consecutive hours and their forecast, each array of shape (nHours). */
export interface ForecastHours {
  /** Step of the first hour. */
  readonly start: number;
  readonly prediction: Float64Array;
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  /** Turnover of the same hour of the week before. */
  readonly lastWeek: Float64Array;
}

export const COLOURS = { actual: 'var(--text)', prediction: '#d1622b' } as const;

/**
 * Hours `from` to `to` - 1, what came as a line, the prediction dashed in its range.
 *
 * @param actual - null: not known.
 * @param axis - `hours` of one day, or `days`.
 */
export async function drawHours(
  { start, prediction, minimum, maximum }: ForecastHours,
  actual: Float64Array | null,
  [from, to]: readonly [number, number],
  axis: 'hours' | 'days',
): Promise<Html> {
  const values = Array.from({ length: to - from }, (_, k) => {
    const i = from + k;
    const row = { prediction: prediction[i], minimum: minimum[i], maximum: maximum[i] };
    return { time: `${toTime(HOURLY, start + i)}Z`, actual: actual?.[i] ?? null, ...row };
  }).map((row) => ({ ...row, tip: describe(row) }));
  const format = axis === 'hours' ? '%H' : '%d %b';
  // as it is written, whatever the zone of this machine
  const x = {
    field: 'time',
    type: 'temporal',
    scale: { type: 'utc' },
    title: null,
    axis: { format },
  } as const;
  const y = { type: 'quantitative', title: 'turnover' } as const;
  const line = { type: 'line', strokeWidth: 1.5 } as const;
  return await renderChart({
    data: { values },
    height: 200,
    layer: [
      {
        mark: { type: 'area', opacity: 0.25, color: COLOURS.prediction },
        encoding: { x, y: { ...y, field: 'minimum' }, y2: { field: 'maximum' } },
      },
      {
        transform: [{ filter: 'datum.actual !== null' }],
        mark: { ...line, color: COLOURS.actual },
        encoding: { x, y: { ...y, field: 'actual' } },
      },
      {
        mark: { ...line, color: COLOURS.prediction, strokeDash: [4, 3] },
        encoding: { x, y: { ...y, field: 'prediction' } },
      },
      ...(axis === 'days' ? [] : [points(x, y)]),
    ],
  });
}

function points<X, Y extends object>(x: X, y: Y) {
  return {
    mark: { type: 'point', filled: true, size: 28, color: COLOURS.prediction, opacity: 1 },
    encoding: {
      x,
      y: { ...y, field: 'prediction' },
      description: { field: 'tip', type: 'nominal' },
    },
  } as const;
}

interface Hour {
  readonly time: string;
  readonly actual: number | null;
  readonly prediction: number;
  readonly minimum: number;
  readonly maximum: number;
}

function describe({ time, actual, prediction, minimum, maximum }: Hour): string {
  const range = `${formatMeasure(minimum)} to ${formatMeasure(maximum)}`;
  const came = actual === null ? '' : `, came ${formatMeasure(actual)}`;
  return `${time.slice(11, 16)}: ${formatMeasure(prediction)} (${range})${came}`;
}
