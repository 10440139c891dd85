/** The charts of the comparison page. */
import type { ClassComparison, Comparison } from '../metrics/compare.ts';
import { METRICS } from '../metrics/registry.ts';
import { renderChart } from './charts.ts';
import { formatCount, formatDifference } from './format.ts';
import type { Html } from './html.ts';
import { nameMetric } from './names.ts';

/** Height of a bar or interval, in pixels, and of the axis below all. */
const ROW_HEIGHT = 26;
const AXIS_HEIGHT = 50;
/** Names in a wide face are wider than they are taken for. */
const PADDING = { left: 16, right: 2, top: 2, bottom: 2 };

const ROWS = {
  field: 'name',
  type: 'nominal' as const,
  title: null,
  sort: null,
  axis: { labelLimit: 160, ticks: false, domain: false },
};

/** What the second model gains in each metric, with its interval; right of 0 it is better. */
export function gainChart({ metrics, second }: Comparison): Promise<Html> {
  const values = metrics.flatMap(({ metric, difference, low, high }) => {
    if (difference === null || low === null || high === null) return [];
    const sign = METRICS[metric].greaterIsBetter ? 1 : -1;
    const name = nameMetric(metric);
    return [
      {
        ...{ name, gain: sign * difference, low: sign * low, high: sign * high },
        description: `${name}: ${formatDifference(difference)}, ${formatDifference(low)} to ${formatDifference(high)}`,
      },
    ];
  });
  const x = { type: 'quantitative' as const, title: `gain of ${second}`, axis: { tickCount: 5 } };
  return renderChart({
    height: AXIS_HEIGHT + ROW_HEIGHT * values.length,
    padding: PADDING,
    layer: [
      {
        data: { values: [{ gain: 0 }] },
        mark: { type: 'rule', color: 'var(--muted)', strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x: { ...x, field: 'gain' } },
      },
      {
        data: { values },
        mark: { type: 'rule', color: 'var(--accent)', strokeWidth: 2 },
        encoding: { y: ROWS, x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      {
        data: { values },
        mark: { type: 'circle', color: 'var(--accent)', opacity: 1, size: 60 },
        encoding: {
          y: ROWS,
          x: { ...x, field: 'gain' },
          description: { field: 'description' },
        },
      },
    ],
  });
}

/** Rows that were gained, to the right, and lost, to the left, by class. */
export function outcomeChart(
  perClass: readonly ClassComparison[],
  names: readonly string[],
): Promise<Html> {
  const values = perClass.flatMap(({ nLost, nGained }, label) => [
    { outcome: 'lost', start: -nLost, end: 0, count: nLost, name: names[label] },
    { outcome: 'gained', start: 0, end: nGained, count: nGained, name: names[label] },
  ]);
  return renderChart({
    data: {
      values: values.map((value) => ({
        ...value,
        description: `${value.name}: ${formatCount(value.count)} ${value.outcome}`,
      })),
    },
    height: AXIS_HEIGHT + 24 + ROW_HEIGHT * perClass.length,
    padding: PADDING,
    mark: { type: 'bar', height: 14 },
    encoding: {
      y: ROWS,
      x: {
        field: 'start',
        type: 'quantitative',
        title: 'rows',
        axis: { labelExpr: "format(abs(datum.value), ',d')", tickMinStep: 1, tickCount: 5 },
      },
      x2: { field: 'end' },
      color: {
        field: 'outcome',
        type: 'nominal',
        title: null,
        scale: { domain: ['lost', 'gained'], range: ['var(--second)', 'var(--accent)'] },
      },
      description: { field: 'description' },
    },
  });
}
