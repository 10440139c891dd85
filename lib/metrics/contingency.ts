/**
 * How often each pair of labels occurs: the confusion matrix of a classifier, or the contingency table of
 * classes and clusters. Every metric of labels is computed from it, so that n rows are read once.
 */
export interface ContingencyTable {
  readonly nRows: number;
  readonly nColumns: number;
  /** Row-major, shape (nRows, nColumns): cell (i, j) is the weight of the rows with labels i and j. */
  readonly counts: Float64Array;
}

/**
 * Counts pairs of labels.
 *
 * @param rowLabels - Label indices in [0, nRows), shape (nSamples); the truth, where there is one.
 * @param columnLabels - Label indices in [0, nColumns), shape (nSamples).
 * @param options.sampleWeight - Weights >= 0, shape (nSamples); left out, every row counts once.
 * @throws RangeError if the lengths differ or a label is out of its range.
 */
export function contingencyTable(
  rowLabels: Int32Array,
  columnLabels: Int32Array,
  {
    nRows,
    nColumns,
    sampleWeight,
  }: { nRows: number; nColumns: number; sampleWeight?: Float64Array | null },
): ContingencyTable {
  const nSamples = rowLabels.length;
  if (columnLabels.length !== nSamples || (sampleWeight && sampleWeight.length !== nSamples)) {
    throw new RangeError(`labels and weights must have one length; got ${nSamples} row labels`);
  }
  const counts = new Float64Array(nRows * nColumns);
  for (let index = 0; index < nSamples; index++) {
    const row = rowLabels[index];
    const column = columnLabels[index];
    if (!(row >= 0 && row < nRows && column >= 0 && column < nColumns)) {
      throw new RangeError(
        `labels of sample ${index} must lie in [0, ${nRows}) and [0, ${nColumns}); got ${row} and ${column}`,
      );
    }
    counts[row * nColumns + column] += sampleWeight ? sampleWeight[index] : 1;
  }
  return { nRows, nColumns, counts };
}

/** Weight of each row label, shape (nRows). */
export function rowSums({ nRows, nColumns, counts }: ContingencyTable): Float64Array {
  const sums = new Float64Array(nRows);
  for (let row = 0; row < nRows; row++) {
    for (let column = 0; column < nColumns; column++) sums[row] += counts[row * nColumns + column];
  }
  return sums;
}

/** Weight of each column label, shape (nColumns). */
export function columnSums({ nRows, nColumns, counts }: ContingencyTable): Float64Array {
  const sums = new Float64Array(nColumns);
  for (let row = 0; row < nRows; row++) {
    for (let column = 0; column < nColumns; column++)
      sums[column] += counts[row * nColumns + column];
  }
  return sums;
}
