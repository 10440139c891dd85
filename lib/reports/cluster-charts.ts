/** The charts of the cluster page. */
import type { CandidateNClusters } from '../clustering/choose-n-clusters.ts';
import type { Plane } from '../clustering/plane.ts';
import { renderChart, SERIES_COLOURS } from './charts.ts';
import type { Html } from './html.ts';

/** More groups than colours: those that follow share the last one, which the legend says. */
const OTHERS = 'others';

/**
 * A dot per row, in the colour of its group, and the number of each cluster at its center.
 *
 * @param groups - Index of the group of each row in `names`, shape (nRows).
 * @param names - In the order of the legend.
 */
export function scatterChart(
  { coordinates, explainedVarianceRatio, centers }: Plane,
  groups: Int32Array,
  names: readonly string[],
  title: string,
): Promise<Html> {
  const hasOthers = names.length > SERIES_COLOURS.length;
  const shown = hasOthers ? [...names.slice(0, SERIES_COLOURS.length - 1), OTHERS] : [...names];
  const nameOf = (group: number): string => shown[Math.min(group, shown.length - 1)];
  // a line that breaks after each point draws dots, all of a group as one path: a tenth of the bytes
  const dots = Array.from(groups, (group, i) => [
    { x: coordinates[2 * i], y: coordinates[2 * i + 1], group: nameOf(group), order: 2 * i },
    { x: null, y: null, group: nameOf(group), order: 2 * i + 1 },
  ]).flat();
  const numbers = Array.from({ length: centers.length / 2 }, (_, c) => ({
    x: centers[2 * c],
    y: centers[2 * c + 1],
    number: String(c + 1),
  }));
  const axis = (field: 'x' | 'y', place: number, name: string) => ({
    field,
    type: 'quantitative' as const,
    title: `${name} component, ${Math.round(100 * explainedVarianceRatio[place])} % of the variance`,
    scale: { zero: false },
    axis: { tickCount: 5 },
  });
  const x = axis('x', 0, 'first');
  const y = axis('y', 1, 'second');
  const text = { field: 'number' };
  // as many as fit the width of a chart
  const columns = Math.max(
    1,
    Math.floor(47 / (4 + Math.max(...shown.map(({ length }) => length)))),
  );
  return renderChart({
    height: 275 + 23 * Math.ceil(shown.length / columns),
    layer: [
      {
        data: { values: dots },
        mark: {
          type: 'line',
          strokeCap: 'round',
          strokeWidth: 2.5,
          opacity: 0.75,
          invalid: 'break-paths-show-path-domains',
        },
        encoding: {
          x,
          y,
          order: { field: 'order' },
          color: {
            field: 'group',
            type: 'nominal',
            title,
            scale: { domain: shown, range: [...SERIES_COLOURS] },
            legend: {
              symbolType: 'stroke',
              symbolStrokeWidth: 5,
              symbolSize: 60,
              symbolOpacity: 1,
              rowPadding: 2,
              columns,
            },
          },
        },
      },
      {
        data: { values: numbers },
        mark: {
          type: 'text',
          fontSize: 16,
          fontWeight: 'bold',
          stroke: 'var(--ground)',
          strokeWidth: 4,
        },
        encoding: { x, y, text },
      },
      {
        data: { values: numbers },
        mark: { type: 'text', fontSize: 16, fontWeight: 'bold' },
        encoding: { x, y, text },
      },
    ],
  });
}

/** One measure by number of clusters, a point for each that was tried. */
export function choiceChart(
  candidates: readonly CandidateNClusters[],
  measure: 'silhouette' | 'inertia' | 'gap',
  title: string,
): Promise<Html> {
  const measured = candidates.filter((candidate) => candidate[measure] !== null);
  return renderChart({
    height: 200,
    data: { values: measured },
    mark: { type: 'line', color: 'var(--accent)', point: { color: 'var(--accent)', size: 50 } },
    encoding: {
      x: {
        field: 'nClusters',
        type: 'quantitative',
        title: 'clusters',
        axis: { format: 'd', tickMinStep: 1 },
        scale: { zero: false },
      },
      y: {
        field: measure,
        type: 'quantitative',
        title,
        scale: { zero: false },
        axis: { tickCount: 5 },
      },
    },
  });
}

export interface Difference {
  /** The column, and what it is in the cluster. */
  readonly name: string;
  /** In standard deviations of the column. */
  readonly deviation: number;
}

/** How far the center of a cluster lies from the mean of all rows, a bar a column, the farthest on top. */
export function differenceChart(differences: readonly Difference[]): Promise<Html> {
  return renderChart({
    height: 58 + 24 * differences.length,
    data: { values: [...differences] },
    mark: { type: 'bar', color: 'var(--accent)', height: 14 },
    encoding: {
      y: {
        field: 'name',
        type: 'nominal',
        sort: null,
        title: null,
        axis: { labelLimit: 200, ticks: false, domain: false },
      },
      x: {
        field: 'deviation',
        type: 'quantitative',
        title: 'standard deviations from the mean of all rows',
        // long names leave less width than the title takes
        axis: { tickCount: 5, titleAnchor: 'end' },
      },
    },
  });
}
