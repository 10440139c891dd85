/** What a regression learns from: a row for each step whose features are all known, series scaled to one size. */
import { rowsOf } from '../features/feature.ts';
import type { Feature, SeriesRows } from '../features/feature.ts';
import type { Panel } from '../panel.ts';
import type { Rng } from '../../rng.ts';
import type { Scale } from './scale.ts';

/** Of more rows so many are drawn: a model that all series share learns little from more, and memory ends. */
const MAX_ROWS = 1_000_000;

export interface RegressionRows {
  /** Of the features. */
  readonly names: readonly string[];
  /** Row-major, shape (targets.length, names.length), finite. */
  readonly features: Float64Array;
  readonly targets: Float64Array;
}

/** @param scales - Of each series. */
export function collectRows(
  panel: Panel,
  features: readonly Feature[],
  scales: readonly Scale[],
  rng: Rng,
): RegressionRows {
  const names = features.flatMap((feature) => feature.names);
  const nColumns = names.length;
  const draw = createDraw(panel.y.length, MAX_ROWS, rng);
  const capacity = Math.min(panel.y.length, MAX_ROWS);
  const X = new Float64Array(capacity * nColumns);
  const targets = new Float64Array(capacity);
  let n = 0;
  for (let i = 0; i < panel.ids.length; i++) {
    const series = scaleRows(rowsOf(panel, i), scales[i]);
    const columns = fillAll(features, series);
    for (let t = 0; t < series.y.length; t++) {
      if (!draw() || columns.some((column) => !Number.isFinite(column[t]))) continue;
      columns.forEach((column, j) => (X[n * nColumns + j] = column[t]));
      targets[n++] = series.y[t];
    }
  }
  return { names, features: X.subarray(0, n * nColumns), targets: targets.subarray(0, n) };
}

export function scaleRows(series: SeriesRows, { center, spread }: Scale): SeriesRows {
  return { ...series, y: series.y.map((value) => (value - center) / spread) };
}

function fillAll(features: readonly Feature[], series: SeriesRows): Float64Array[] {
  return features.flatMap((feature) => {
    const columns = feature.names.map(() => new Float64Array(series.y.length));
    feature.fill(series, 0, columns, 0);
    return columns;
  });
}

/**
 * Says of each of `total` rows in turn whether it is drawn, so that exactly min(total, wanted) are, each equally
 * likely.
 *
 * @see Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S
 */
function createDraw(total: number, wanted: number, rng: Rng): () => boolean {
  if (total <= wanted) return () => true;
  let [nSeen, nDrawn] = [0, 0];
  return () => {
    const isDrawn = (total - nSeen++) * rng() < wanted - nDrawn;
    if (isDrawn) nDrawn++;
    return isDrawn;
  };
}
