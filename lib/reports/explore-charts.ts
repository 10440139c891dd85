/** The charts of the exploration page. */
import type { CategoricalFeature } from '../exploration/categorical-features.ts';
import type { NumericFeature } from '../exploration/numeric-features.ts';
import type { Histogram } from '../exploration/numeric-summary.ts';
import type { Trend } from '../exploration/trends.ts';
import type { Correlations } from '../exploration/correlated-pairs.ts';
import { renderChart, SERIES_COLOURS } from './charts.ts';
import { formatMeasure, formatPercent, formatRows } from './format.ts';
import type { Html } from './html.ts';

/** Classes or categories that one chart tells apart. */
export const MAX_GROUPS = SERIES_COLOURS.length;

const ROW_HEIGHT = 26;
/** Space for an axis, for its title, and for a row of the legend. */
const AXIS_HEIGHT = 26;
const TITLE_HEIGHT = 20;
const LEGEND_HEIGHT = 23;

/** Longest label that leaves half of the chart to the chart. */
const LABELS = { labelLimit: 150 };

/** A box per class: the middle half of its rows, its median, and lines to where 5 % and 95 % lie below. */
export function boxChart(
  boxes: NumericFeature['boxes'],
  classes: readonly string[],
): Promise<Html> {
  const values = classes.flatMap((name, i) => {
    const box = boxes[i];
    if (box === null || box === undefined) return [];
    const [q1, median, q3] = [box.q1, box.median, box.q3].map(formatMeasure);
    return [
      { ...box, class: name, description: `${name}: median ${median}, middle half ${q1} to ${q3}` },
    ];
  });
  const y = {
    field: 'class',
    type: 'nominal' as const,
    title: null,
    sort: null,
    axis: { ...LABELS, grid: false },
  };
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: null,
    scale: { zero: false },
    axis: { tickCount: 5 },
  });
  return renderChart({
    height: ROW_HEIGHT * values.length + AXIS_HEIGHT,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', color: 'var(--muted)' },
        encoding: { y, x: x('p5'), x2: { field: 'p95' } },
      },
      {
        mark: { type: 'bar', height: 14, color: 'var(--accent)', opacity: 1 },
        encoding: { y, x: x('q1'), x2: { field: 'q3' }, description: { field: 'description' } },
      },
      {
        mark: { type: 'tick', color: 'var(--ground)', thickness: 2.5, height: 14 },
        encoding: { y, x: x('median') },
      },
    ],
  });
}

/** A bar per category, divided by the classes of its rows. */
export function shareChart(
  categories: CategoricalFeature['categories'],
  names: readonly string[],
  classes: readonly string[],
  target: string,
): Promise<Html> {
  const shown = classes.slice(0, MAX_GROUPS);
  const values = categories.flatMap(({ by_label: rows }, i) => {
    const total = rows.reduce((sum, n) => sum + n, 0);
    let below = 0;
    return rows.slice(0, shown.length).map((n, label) => {
      const start = below / total;
      below += n;
      const description = `${names[i]}: ${formatPercent(n / total)} of ${formatRows(total)} are ${shown[label]}`;
      return { category: names[i], class: shown[label], start, end: below / total, description };
    });
  });
  return renderChart({
    height:
      ROW_HEIGHT * categories.length +
      AXIS_HEIGHT +
      TITLE_HEIGHT +
      LEGEND_HEIGHT * legendRows(shown) +
      16,
    data: { values },
    mark: { type: 'bar', height: 18 },
    encoding: {
      y: {
        field: 'category',
        type: 'nominal',
        title: null,
        sort: null,
        axis: { ...LABELS, grid: false },
      },
      x: {
        field: 'start',
        type: 'quantitative',
        title: 'share of its rows',
        scale: { domain: [0, 1] },
        axis: { format: '.0%', tickCount: 5 },
      },
      x2: { field: 'end' },
      color: {
        field: 'class',
        type: 'nominal',
        title: target,
        scale: { domain: [...shown], range: [...SERIES_COLOURS] },
        legend: { columns: legendColumns(shown), rowPadding: 2 },
      },
      description: { field: 'description' },
    },
  });
}

/** As many as fit the width of a chart. */
function legendColumns(names: readonly string[]): number {
  return Math.max(1, Math.floor(47 / (4 + Math.max(...names.map(({ length }) => length)))));
}
function legendRows(names: readonly string[]): number {
  return Math.ceil(names.length / legendColumns(names));
}

/** How a quantity runs along a column: its median, and between which values its middle half lies. */
export function trendChart({ points }: Trend, target: string): Promise<Html> {
  const isNumeric = points.every(({ x }) => typeof x === 'number');
  const values = points.map((point) => ({
    ...point,
    description: `${point.x}: median ${formatMeasure(point.median)}, ${formatRows(point.count)}`,
  }));
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: target,
    scale: { zero: false },
    axis: { tickCount: 5 },
  });
  if (!isNumeric) {
    const category = {
      field: 'x',
      type: 'nominal' as const,
      title: null,
      sort: null,
      axis: { ...LABELS, grid: false },
    };
    return renderChart({
      height: ROW_HEIGHT * points.length + AXIS_HEIGHT + TITLE_HEIGHT,
      data: { values },
      layer: [
        {
          mark: { type: 'bar', height: 14, color: 'var(--accent)' },
          encoding: {
            y: category,
            x: y('q1'),
            x2: { field: 'q3' },
            description: { field: 'description' },
          },
        },
        {
          mark: { type: 'tick', color: 'var(--ground)', thickness: 2.5, height: 14 },
          encoding: { y: category, x: y('median') },
        },
      ],
    });
  }
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: null,
    scale: { zero: false, nice: false },
    axis: { tickCount: 5 },
  };
  return renderChart({
    data: { values },
    layer: [
      {
        mark: { type: 'area', color: 'var(--bar)', opacity: 1 },
        encoding: { x, y: y('q1'), y2: { field: 'q3' } },
      },
      {
        mark: { type: 'line', color: 'var(--accent)', strokeWidth: 2 },
        encoding: { x, y: y('median') },
      },
    ],
  });
}

export function histogramChart({ low, high, counts }: Histogram, title: string): Promise<Html> {
  const width = (high - low) / counts.length;
  const values = counts.map((rows, i) => {
    const [start, end] = [low + i * width, low + (i + 1) * width];
    const description = `${formatMeasure(start)} to ${formatMeasure(end)}: ${formatRows(rows)}`;
    return { start, end, rows, description };
  });
  return renderChart({
    data: { values },
    mark: { type: 'bar', color: 'var(--accent)', binSpacing: 1 },
    encoding: {
      x: {
        field: 'start',
        type: 'quantitative',
        bin: 'binned',
        title,
        scale: { zero: false },
        axis: { tickCount: 5 },
      },
      x2: { field: 'end' },
      y: {
        field: 'rows',
        type: 'quantitative',
        title: 'rows',
        axis: { format: ',d', tickMinStep: 1 },
      },
      description: { field: 'description' },
    },
  });
}

const TOGETHER = 'rise together';
const OPPOSITE = 'one falls';

/** A square per pair: Pearson below the diagonal, Spearman above; the stronger, the fuller the colour. */
export function correlationChart({
  columns,
  pearson,
  spearman,
}: Correlations['matrix']): Promise<Html> {
  const rowNames = columns.map((name, i) => `${i + 1} ${abbreviate(name)}`);
  const values = columns.flatMap((a, i) =>
    columns.flatMap((b, j) => {
      const r = i === j ? null : i > j ? pearson[i][j] : spearman[i][j];
      if (r === null) return [];
      return [
        {
          row: rowNames[i],
          column: String(j + 1),
          size: Math.abs(r),
          sign: r < 0 ? OPPOSITE : TOGETHER,
          description: `${a}, ${b}: ${i > j ? 'Pearson' : 'Spearman'} ${r.toFixed(2)}`,
        },
      ];
    }),
  );
  return renderChart({
    height: 22 * columns.length + AXIS_HEIGHT + TITLE_HEIGHT + LEGEND_HEIGHT,
    data: { values },
    mark: { type: 'rect', stroke: 'var(--ground)', strokeWidth: 1 },
    encoding: {
      y: {
        field: 'row',
        type: 'nominal',
        title: null,
        scale: { domain: rowNames },
        axis: { labelLimit: 200, grid: false, ticks: false, domain: false },
      },
      x: {
        field: 'column',
        type: 'nominal',
        title: null,
        scale: { domain: columns.map((_, i) => String(i + 1)) },
        axis: { labelAngle: 0, grid: false, ticks: false, domain: false },
      },
      color: {
        field: 'sign',
        type: 'nominal',
        title: null,
        scale: {
          domain: [TOGETHER, OPPOSITE],
          range: ['var(--accent)', 'var(--second)'],
        },
        legend: { symbolType: 'square', columns: 2 },
      },
      opacity: {
        field: 'size',
        type: 'quantitative',
        scale: { domain: [0, 1], range: [0.04, 1] },
        legend: null,
      },
      description: { field: 'description' },
    },
  });
}

/** First and last letters, since names of one family differ at either end. */
function abbreviate(name: string): string {
  return name.length > 23 ? `${name.slice(0, 9)}…${name.slice(-13)}` : name;
}
