/** The nearest of given centers, for rows of any table. */
import { findNearest, floatError } from './nearest-points.ts';
import { BATCH_SIZE, fillBatch, setPoints } from './sample-rows.ts';
import { countRows, toSampleRows, type Rows } from './to-sample-rows.ts';

/**
 * The nearest center of each row, the first of equally near ones.
 *
 * @param X - Every value finite; not modified.
 * @param centers - Row-major, shape (nClusters, nFeatures).
 * @returns Labels from 0, shape (nSamples).
 */
export function assignRows(X: Rows, nFeatures: number, centers: Float64Array): Int32Array {
  const nClusters = centers.length / nFeatures;
  const labels = new Int32Array(countRows(X, nFeatures));
  const rows = toSampleRows(X, nFeatures, nClusters);
  const { order } = rows;
  setPoints(
    rows,
    centers.map((_, at) => centers[at - (at % nFeatures) + order[at % nFeatures]]),
  );
  const error = floatError(rows, centers);
  for (let start = 0; start < labels.length; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    findNearest(rows, nRows, nClusters, error);
    labels.set(rows.nearest.subarray(0, nRows), start);
  }
  return labels;
}
