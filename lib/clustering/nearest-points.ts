/**
 * The nearest point of each row: by floats where they tell, by doubles where they do not.
 *
 * The half squared distance, less half the squared norm of the row, is |point|^2 / 2 - row . point. In floats its
 * error is known; rows whose two nearest points differ by less are computed again in doubles, so that every row
 * gets the point that doubles give.
 */
import { padded, squaredDistances } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

/** Half a unit in the last place of a float of 1. */
const FLOAT_ROUNDING = 2 ** -24;
/** Products below it overflow no float; to those that are small, what floats lose near 0 is added. */
const MAX_PRODUCT = 1e30;
const MIN_PRODUCT = 1e-36;
/** As much as a value near 0 loses as a float, and doubles of whole distances to theirs, each with room. */
const FLOAT_STEP = 2 ** -148;
const DOUBLE_ROUNDING = 2 ** -50;

/**
 * By how much two float results may differ from their true difference: as many products and sums as a
 * row has values, the rounding of points and norms, and twice as much again for what second order, the last
 * difference and the error's own rounding to a float add. A product that is not rounded before it is added adds less.
 * Points far nearer to 0 than the rows may be equally near in doubles, and vanish in floats: both are added.
 *
 * @param points - Row-major, shape (nPoints, nFeatures).
 */
export function floatError(rows: SampleRows, points: Float64Array): number {
  const { largestNorm: largestRow, nTerms } = rows;
  const largestPoint = largestNorm(points, rows.nFeatures);
  const product = largestPoint * (largestRow + largestPoint / 2);
  if (product >= MAX_PRODUCT) return Infinity;
  const ofFloats = 4 * FLOAT_ROUNDING * (product + MIN_PRODUCT) + FLOAT_STEP * largestRow;
  const ofDoubles = DOUBLE_ROUNDING * (largestRow + largestPoint) ** 2;
  return (nTerms + 4) * (ofFloats + ofDoubles);
}

function largestNorm(points: Float64Array, nFeatures: number): number {
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
 * @param error - What {@link floatError} gives for the points that are set.
 * @returns How many rows were computed in doubles.
 */
export function findNearest(
  rows: SampleRows,
  nRows: number,
  nPoints: number,
  error: number,
): number {
  const { batch, nearest, open, kernel } = rows;
  // the kernel takes eight rows at a time
  for (let b = nRows; b % 8 !== 0; b++) batch[b] = batch[nRows - 1];
  let nOpen = kernel.nearestPoints(nRows, padded(nPoints) / 4, error);
  while (nOpen > 0 && open[nOpen - 1] >= nRows) nOpen--;
  if (nOpen === 0) return 0;
  const all = batch.slice(0, nRows);
  for (let o = 0; o < nOpen; o++) batch[o] = all[open[o]];
  const stride = squaredDistances(rows, nOpen, nPoints);
  for (let o = 0; o < nOpen; o++) nearest[open[o]] = leastOf(rows, o * stride, nPoints);
  batch.set(all);
  return nOpen;
}

function leastOf({ distances }: SampleRows, start: number, nPoints: number): number {
  let label = 0;
  for (let p = 1; p < nPoints; p++) {
    if (distances[start + p] < distances[start + label]) label = p;
  }
  return label;
}
