/**
 * The chart of one series: history, forecast, intervals. Whatever step the pointer is on tells its numbers above the
 * plot, at once and without a script: each step is a band of its own that the stylesheet lights up.
 */
import { HOVER_BAND, renderChart } from './charts.ts';
import type { Html } from './html.ts';

/** One step of a chart; null: not there. */
export interface ChartStep {
  /** Milliseconds of UTC, or an integer where there is no calendar. */
  readonly x: number;
  readonly actual: number | null;
  readonly forecast: number | null;
  /** The widest first; none where there is no forecast. */
  readonly bounds: readonly (readonly [lo: number, hi: number])[];
  /** What was forecast of a step that came since. */
  readonly past: number | null;
  /** Shown while the pointer is on the step. */
  readonly tip: string;
}

export interface ChartAxes {
  /** Of the times, as d3-time-format has it; null: they are integers. */
  readonly timeFormat: string | null;
  readonly yTitle: string | null;
}

const FORECAST = '#d1622b';
/** Room for the numbers above the plot. */
const TIP_HEIGHT = 20;

export async function drawForecast(
  steps: readonly ChartStep[],
  { timeFormat, yTitle }: ChartAxes,
): Promise<Html> {
  const half = (steps[steps.length - 1].x - steps[0].x) / Math.max(1, steps.length - 1) / 2;
  const values = steps.map(({ bounds, ...step }) => ({
    ...step,
    from: step.x - half,
    to: step.x + half,
    ...Object.fromEntries(
      bounds.flatMap(([lo, hi], i) => [
        [`lo${i}`, lo],
        [`hi${i}`, hi],
      ]),
    ),
  }));
  const time = { scale: { type: 'utc', nice: false }, axis: { format: timeFormat, tickCount: 6 } };
  const integer = { scale: { zero: false, nice: false }, axis: { format: 'd', tickCount: 6 } };
  const x = {
    title: null,
    ...(timeFormat === null ? { type: 'quantitative', ...integer } : { type: 'temporal', ...time }),
  };
  const y = { type: 'quantitative', title: yTitle, scale: { zero: false } } as const;
  const line = (field: string, color: string, more: object): object => ({
    transform: [{ filter: `isValid(datum.${field})` }],
    mark: { type: 'line', color, strokeWidth: 1.5, ...more },
    encoding: { x: { ...x, field: 'x' }, y: { ...y, field } },
  });
  const nBounds = Math.max(0, ...steps.map(({ bounds }) => bounds.length));
  return await renderChart({
    data: { values },
    height: 200 + TIP_HEIGHT,
    padding: { top: TIP_HEIGHT, left: 2, right: 2, bottom: 2 },
    layer: [
      ...Array.from({ length: nBounds }, (_, i) => ({
        transform: [{ filter: `isValid(datum.lo${i})` }],
        mark: { type: 'area', opacity: 0.2, color: FORECAST },
        encoding: {
          x: { ...x, field: 'x' },
          y: { ...y, field: `lo${i}` },
          y2: { field: `hi${i}` },
        },
      })),
      line('past', FORECAST, { strokeWidth: 1, strokeDash: [2, 2] }),
      line('actual', 'var(--text)', {}),
      line('forecast', FORECAST, { strokeDash: [4, 3] }),
      {
        mark: { type: 'rect', fill: HOVER_BAND },
        encoding: {
          x: { ...x, field: 'from' },
          x2: { field: 'to' },
          y: { value: 0 },
          y2: { value: 'height' },
          description: { field: 'tip', type: 'nominal' },
        },
      },
    ],
  } as Parameters<typeof renderChart>[0]);
}
