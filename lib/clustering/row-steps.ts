/** Steps of k-means that take rows slice by slice, each slice on its own: any thread may take any of them. */
import { findNearest } from './nearest-points.ts';
import { BATCH_SIZE, fillBatch, squaredDistances } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

/** What the steps write, in memory that all threads see. Slice s has the rows from s * sliceSize on. */
export interface RowState {
  readonly sliceSize: number;
  readonly nSlices: number;
  readonly maxPoints: number;
  /** Of each slice: rows whose label changed, and by how many rows each label has more; (nSlices, maxPoints). */
  readonly nChanged: Int32Array;
  readonly sizeChanges: Int32Array;
  /** Squared distances in several arrays of shape (nSamples); what they are, the steps say. */
  readonly distances: readonly Float64Array[];
  /** Sums of all of these but one over each slice, shape (distances.length - 1, nSlices). */
  readonly distanceSums: Float64Array;
}

/**
 * @param nPoints - The first ones that are set in `rows`.
 * @param argument - For `label` the error of its floats, for `lower` the number of an array; `measure` takes none.
 */
export type RowStep = (
  rows: SampleRows,
  state: RowState,
  slice: number,
  nPoints: number,
  argument: number,
) => void;

/**
 * Gives each row the label of its nearest point. The rows that change it are added to the sums of the slice at its
 * new label, place `slice * maxPoints + label`, and taken from those at its old one, where it had one below nPoints.
 *
 * @param error - What floatError gives for the points.
 */
export const label: RowStep = (rows, state, slice, nPoints, error) => {
  const { nChanged, sizeChanges, maxPoints } = state;
  const { labels, nearest, open, kernel, sums, nFeatures } = rows;
  const first = slice * maxPoints;
  sums.fill(0, 2 * nFeatures * first, 2 * nFeatures * (first + nPoints));
  sizeChanges.fill(0, first, first + nPoints);
  let n = 0;
  const end = endOf(rows, state, slice);
  for (let start = slice * state.sliceSize; start < end; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    findNearest(rows, nRows, nPoints, error);
    const nOpen = kernel.findChanged(start, nRows);
    for (let o = 0; o < nOpen && open[o] < nRows; o++) {
      const i = start + open[o];
      const before = labels[i];
      const after = nearest[open[o]];
      n++;
      labels[i] = after;
      kernel.addRow(i, first + after, 1);
      sizeChanges[first + after]++;
      if (before >= nPoints) continue;
      kernel.addRow(i, first + before, -1);
      sizeChanges[first + before]--;
    }
  }
  nChanged[slice] = n;
};

/**
 * Lowers the distances of array number `from` to those to each point where these are less: for one point after the
 * other to the next of the other arrays.
 */
export const lower: RowStep = (rows, state, slice, nPoints, from) => {
  const { distances, distanceSums, nSlices } = state;
  const given = distances[from];
  const sums = new Float64Array(nPoints);
  const end = endOf(rows, state, slice);
  for (let start = slice * state.sliceSize; start < end; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    const stride = squaredDistances(rows, nRows, nPoints);
    for (let p = 0; p < nPoints; p++) {
      const lowered = distances[p < from ? p : p + 1];
      let sum = sums[p];
      for (let i = start, at = p; i < start + nRows; i++, at += stride) {
        const distance = Math.min(given[i], rows.distances[at]);
        lowered[i] = distance;
        sum += distance;
      }
      sums[p] = sum;
    }
  }
  for (let p = 0; p < nPoints; p++) distanceSums[p * nSlices + slice] = sums[p];
};

/** Writes to the first array how far each row is from the point of its label. */
export const measure: RowStep = (rows, state, slice) => {
  const { distances } = state;
  const end = endOf(rows, state, slice);
  for (let start = slice * state.sliceSize; start < end; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    rows.nearest.set(rows.labels.subarray(start, start + nRows));
    rows.kernel.distancesToNearest(nRows);
    distances[0].set(rows.distances.subarray(0, nRows), start);
  }
};

/** Threads name a step by its place. */
export const ROW_STEPS: readonly RowStep[] = [label, lower, measure];

/** Where the rows of a slice end; its size is a multiple of a batch's. */
function endOf({ nSamples }: SampleRows, { sliceSize }: RowState, slice: number): number {
  return Math.min(nSamples, (slice + 1) * sliceSize);
}
