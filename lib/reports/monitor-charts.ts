/** Charts of a column in two tables: the reference as filled bars, the current rows as a line or bars before them. */
import type { ShownBins } from '../monitoring/bins.ts';
import { renderChart } from './charts.ts';
import { formatMeasure, formatPercent } from './format.ts';
import type { Html } from './html.ts';

/** Of charts whose bins stand from left to right, in pixels. */
const HEIGHT = 200;
const ROW_HEIGHT = 26;
const AXIS_HEIGHT = 46;
const LEGEND_HEIGHT = 30;
const MAX_LABEL = 24;
const SERIES = { domain: ['reference', 'current'], range: ['var(--bar)', 'var(--accent)'] };
const COLOUR = {
  field: 'table',
  type: 'nominal' as const,
  title: null,
  scale: SERIES,
  legend: { symbolType: 'square', columns: 2, symbolOpacity: 1 },
};
const SHARE_AXIS = { format: '%', tickCount: 4 };

/** Shares of the rows of either table in each bin. */
export function driftChart(bins: ShownBins): Promise<Html> {
  return bins.kind === 'intervals' ? intervalsChart(bins) : barsChart(bins);
}

function intervalsChart({ labels, reference, current }: ShownBins): Promise<Html> {
  const edges = labels as readonly number[];
  const bars = reference.map((share, i) => ({
    table: 'reference',
    start: edges[i],
    end: edges[i + 1],
    share,
    description: `${formatMeasure(edges[i])} to ${formatMeasure(edges[i + 1])}: ${formatPercent(share)}, now ${formatPercent(current[i])}`,
  }));
  const steps = edges.map((start, i) => ({
    table: 'current',
    start,
    share: current[Math.min(i, current.length - 1)],
  }));
  const x = {
    field: 'start',
    type: 'quantitative' as const,
    title: null,
    scale: { zero: false, nice: false },
    axis: { tickCount: 5, grid: false },
  };
  const y = { field: 'share', type: 'quantitative' as const, title: null, axis: SHARE_AXIS };
  return renderChart({
    height: HEIGHT,
    layer: [
      {
        data: { values: bars },
        mark: { type: 'bar', binSpacing: 1, opacity: 1 },
        encoding: {
          x: { ...x, bin: 'binned' },
          x2: { field: 'end' },
          y,
          color: COLOUR,
          description: { field: 'description' },
        },
      },
      {
        data: { values: steps },
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2 },
        encoding: { x, y, color: COLOUR },
      },
    ],
  });
}

function barsChart({ kind, labels, reference, current, others }: ShownBins): Promise<Html> {
  const rows = labels.map((label, i) => ({
    // bins that are abbreviated alike stay apart
    bin: String(i),
    name: nameOf(label),
    shares: [reference[i], current[i]],
  }));
  if (others.count > 0) {
    const shares = [others.reference, others.current];
    rows.push({ bin: 'others', name: `${others.count} others`, shares });
  }
  const values = rows.flatMap(({ bin, name, shares }) =>
    shares.map((share, i) => ({
      bin,
      table: SERIES.domain[i],
      share,
      description: `${name}, ${SERIES.domain[i]}: ${formatPercent(share)}`,
    })),
  );
  const names = JSON.stringify(Object.fromEntries(rows.map(({ bin, name }) => [bin, name])));
  const axis = { labelExpr: `${names}[datum.value]`, ticks: false, domain: false, grid: false };
  const bin = { field: 'bin', type: 'nominal' as const, title: null, sort: null };
  const offset = { field: 'table', sort: SERIES.domain };
  const share = {
    field: 'share',
    type: 'quantitative' as const,
    title: null,
    axis: SHARE_AXIS,
  };
  // texts need room to be read, numbers stand in their order from left to right
  const places =
    kind === 'values'
      ? {
          x: { ...bin, axis: { ...axis, labelAngle: 0, labelOverlap: true } },
          xOffset: offset,
          y: share,
        }
      : { y: { ...bin, axis: { ...axis, labelLimit: 150 } }, yOffset: offset, x: share };
  return renderChart({
    height: kind === 'values' ? HEIGHT : LEGEND_HEIGHT + AXIS_HEIGHT + ROW_HEIGHT * rows.length,
    data: { values },
    mark: { type: 'bar', opacity: 1 },
    encoding: { ...places, color: COLOUR, description: { field: 'description' } },
  });
}

function nameOf(label: string | number): string {
  if (typeof label === 'number') return formatMeasure(label);
  if (label === '') return '(empty)';
  const letters = Array.from(label);
  return letters.length > MAX_LABEL ? `${letters.slice(0, MAX_LABEL).join('')}…` : label;
}
