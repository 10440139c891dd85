/**
 * The nearest point of each row: by floats where they tell, by doubles where they do not.
 *
 * The half squared distance, less half the squared norm of the row, is |point|^2 / 2 - row . point. In floats its
 * error is known; rows whose two nearest points differ by less are computed again in doubles, so that every row
 * gets the point that doubles give.
 */
import { squaredDistances } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

/** Half a unit in the last place of a float of 1. */
const FLOAT_ROUNDING = 2 ** -24;
/** Products below it overflow no float; to those that are small, what floats lose near 0 is added. */
const MAX_PRODUCT = 1e30;
const MIN_PRODUCT = 1e-36;

/**
 * By how much two float results may differ from their true difference: nFeatures products and sums, the rounding
 * of points and norms, and twice as much again for what second order and the last difference add.
 *
 * @param largestPoint - Norm of the longest point.
 */
export function floatError(rows: SampleRows, largestPoint: number): number {
  const product = largestPoint * (rows.floats!.largestNorm + largestPoint / 2);
  return product < MAX_PRODUCT
    ? 4 * (rows.nFeatures + 4) * FLOAT_ROUNDING * (product + MIN_PRODUCT)
    : Infinity;
}

/** Norm of the longest point; row-major, shape (nPoints, nFeatures). */
export function largestNorm(points: Float64Array, nFeatures: number): number {
  let largest = 0;
  for (let from = 0; from < points.length; from += nFeatures) {
    let squares = 0;
    for (let d = 0; d < nFeatures; d++) squares += points[from + d] ** 2;
    largest = Math.max(largest, squares);
  }
  return Math.sqrt(largest);
}

/**
 * Writes to `rows.nearest` the nearest of the points for each of the first `nRows` rows of `rows.batch`, the first
 * of equally near ones.
 *
 * @param error - What {@link floatError} gives for the points that are set; not looked at where a column is sparse.
 */
export function findNearest(rows: SampleRows, nRows: number, nPoints: number, error: number): void {
  const { batch, nearest, floats, kernel } = rows;
  if (floats === null) {
    const stride = squaredDistances(rows, nRows, nPoints);
    for (let b = 0; b < nRows; b++) nearest[b] = leastOf(rows, b * stride, nPoints);
    return;
  }
  // the kernel takes eight rows at a time
  for (let b = nRows; b % 8 !== 0; b++) batch[b] = batch[nRows - 1];
  kernel.nearestPoints(nRows, Math.ceil(nPoints / 4));
  const open: number[] = [];
  for (let b = 0; b < nRows; b++) if (!(floats.gaps[b] > error)) open.push(b);
  if (open.length === 0) return;
  const indices = open.map((b) => batch[b]);
  const all = batch.slice(0, nRows);
  batch.set(indices);
  const stride = squaredDistances(rows, open.length, nPoints);
  open.forEach((b, o) => (nearest[b] = leastOf(rows, o * stride, nPoints)));
  batch.set(all);
}

function leastOf({ distances }: SampleRows, start: number, nPoints: number): number {
  let label = 0;
  for (let p = 1; p < nPoints; p++) {
    if (distances[start + p] < distances[start + label]) label = p;
  }
  return label;
}
