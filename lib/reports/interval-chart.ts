/** Values with their intervals, one below the other, beside the value of the whole. */
import { renderChart } from './charts.ts';
import type { Html } from './html.ts';

/** Height of a row, in pixels, and of the axis below all. */
const ROW_HEIGHT = 26;
const AXIS_HEIGHT = 50;

export interface IntervalRow {
  readonly name: string;
  readonly low: number;
  readonly value: number;
  readonly high: number;
  /** What the point says. */
  readonly description: string;
}

/**
 * @param title - Of the axis.
 * @param whole - Where the dashed line stands.
 */
export function intervalChart(
  rows: readonly IntervalRow[],
  title: string,
  whole: number,
): Promise<Html> {
  const y = {
    field: 'name',
    type: 'nominal' as const,
    title: null,
    sort: null,
    axis: { labelLimit: 150, ticks: false, domain: false },
  };
  const x = {
    ...{ type: 'quantitative' as const, title, scale: { zero: false } },
    axis: { tickCount: 5, labelSeparation: 8 },
  };
  const values = [...rows];
  return renderChart({
    height: AXIS_HEIGHT + ROW_HEIGHT * rows.length,
    // names in a wide face are wider than they are taken for
    padding: { left: 16, right: 2, top: 2, bottom: 2 },
    layer: [
      {
        data: { values: [{ value: whole }] },
        mark: { type: 'rule', color: 'var(--muted)', strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x: { ...x, field: 'value' } },
      },
      {
        data: { values },
        mark: { type: 'rule', color: 'var(--accent)', strokeWidth: 2 },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      {
        data: { values },
        mark: { type: 'circle', color: 'var(--accent)', opacity: 1, size: 60 },
        encoding: { y, x: { ...x, field: 'value' }, description: { field: 'description' } },
      },
    ],
  });
}
