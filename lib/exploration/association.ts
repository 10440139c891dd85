/**
 * How much one column tells about the target, alone: one measure for all kinds of columns and targets, the
 * share of the target's entropy that it removes, and beside it what the field knows for the kind at hand.
 */
import { entropy, mutualInformation } from '../metrics/clustering.ts';
import { columnSums, rowSums } from '../metrics/contingency.ts';
import type { ContingencyTable } from '../metrics/contingency.ts';
import { binStarts, toMarginal } from './value-counts.ts';
import type { ValueCounts } from './value-counts.ts';

export interface Association {
  /** In nats, corrected for what chance gives; at least 0. */
  readonly mutual_information: number;
  /** It over the entropy of the target: 0 tells nothing, 1 decides it. Theil's uncertainty coefficient. */
  readonly told_share: number;
  /** Whether values and classes stand for each other one to one. */
  readonly is_one_to_one: boolean;
  /** Of categories with classes, in [0, 1]; null for numbers. */
  readonly cramers_v: number | null;
  /** Share of the variance of a numeric column that lies between the classes (η²), and its F; else null. */
  readonly correlation_ratio: number | null;
  readonly anova_f: number | null;
  /** Of a numeric column with two classes, of the second one, whichever way it points: at least 0.5. */
  readonly auc: number | null;
}

const MAX_BINS = 64;

/**
 * @param table - Rows are values or bins, columns labels of the target; missing values are a row of their own.
 * @returns null where the target has fewer than two labels, or the column fewer than two values.
 */
export function associate(table: ContingencyTable): Association | null {
  const rows = rowSums(table).filter((count) => count > 0);
  const columns = columnSums(table).filter((count) => count > 0);
  if (rows.length < 2 || columns.length < 2) return null;
  const nRows = rows.reduce((sum, count) => sum + count, 0);
  const nCells = table.counts.reduce((sum, count) => sum + Number(count > 0), 0);
  // Miller, G. A. (1955): entropies of a sample are too small by (cells - 1) / 2n
  const bias = (nCells - rows.length - columns.length + 1) / (2 * nRows);
  const most = entropy(columns);
  const information = Math.min(most, Math.max(0, mutualInformation(table) - bias));
  return {
    mutual_information: information,
    told_share: information / most,
    is_one_to_one: nCells === rows.length && nCells === columns.length,
    cramers_v: null,
    correlation_ratio: null,
    anova_f: null,
    auc: null,
  };
}

/**
 * Square root of χ² over its largest value, without correction; 0: independent, 1: one decides the other.
 *
 * @returns NaN where rows or columns are fewer than two.
 * @see Cramér, H. (1946), Mathematical Methods of Statistics, chapter 21
 */
export function cramersV(table: ContingencyTable): number {
  const [rows, columns] = [rowSums(table), columnSums(table)];
  const nRows = rows.reduce((sum, count) => sum + count, 0);
  let chiSquared = 0;
  for (let r = 0; r < table.nRows; r++) {
    for (let c = 0; c < table.nColumns; c++) {
      const expected = (rows[r] * columns[c]) / nRows;
      if (expected > 0)
        chiSquared += (table.counts[r * table.nColumns + c] - expected) ** 2 / expected;
    }
  }
  const nDistinct = (sums: Float64Array): number => sums.filter((count) => count > 0).length;
  return Math.sqrt(chiSquared / nRows / (Math.min(nDistinct(rows), nDistinct(columns)) - 1));
}

/**
 * Rows by bin of a numeric column and label; the last row is of those without a number.
 *
 * @param totals - Rows of each label in the whole table, shape (nLabels).
 */
export function binTable(counts: ValueCounts, totals: readonly number[]): ContingencyTable {
  const labelled = totals.reduce((sum, count) => sum + count, 0);
  const nLabels = totals.length;
  // as many bins as rows of a bin and label: fine enough for a threshold, coarse enough for chance
  const nBins = Math.floor(Math.sqrt(labelled / nLabels));
  const starts = binStarts(toMarginal(counts), Math.max(2, Math.min(MAX_BINS, nBins)));
  const cells = new Float64Array((starts.length + 1) * nLabels);
  const missing = starts.length * nLabels;
  cells.set(totals, missing);
  for (let i = 0, bin = -1; i < counts.values.length; i++) {
    while (bin + 1 < starts.length && counts.values[i] >= starts[bin + 1]) bin++;
    const label = counts.labels[i];
    if (label < 0) continue;
    cells[bin * nLabels + label] += counts.counts[i];
    cells[missing + label] -= counts.counts[i];
  }
  return { nRows: starts.length + 1, nColumns: nLabels, counts: cells };
}

/**
 * Analysis of variance in one direction over the labelled rows.
 *
 * @returns Nulls where fewer than two labels occur or all values are equal; F is null where there is no
 *   variance within the classes, or no row to spare.
 */
export function analyseVariance(
  { values, labels, counts }: ValueCounts,
  nLabels: number,
): Pick<Association, 'correlation_ratio' | 'anova_f'> {
  const nothing = { correlation_ratio: null, anova_f: null };
  const rows = new Float64Array(nLabels);
  const sums = new Float64Array(nLabels);
  for (let i = 0; i < values.length; i++) {
    if (labels[i] < 0) continue;
    rows[labels[i]] += counts[i];
    sums[labels[i]] += counts[i] * values[i];
  }
  const n = rows.reduce((sum, count) => sum + count, 0);
  const nClasses = rows.filter((count) => count > 0).length;
  const mean = sums.reduce((sum, value) => sum + value, 0) / n;
  let between = 0;
  for (let c = 0; c < nLabels; c++) {
    if (rows[c] > 0) between += rows[c] * (sums[c] / rows[c] - mean) ** 2;
  }
  let total = 0;
  let within = 0;
  for (let i = 0; i < values.length; i++) {
    if (labels[i] < 0) continue;
    total += counts[i] * (values[i] - mean) ** 2;
    within += counts[i] * (values[i] - sums[labels[i]] / rows[labels[i]]) ** 2;
  }
  if (nClasses < 2 || !(total > 0)) return nothing;
  const f = between / (nClasses - 1) / (within / (n - nClasses));
  return {
    correlation_ratio: Math.min(1, between / total),
    anova_f: within > 0 && n > nClasses ? f : null,
  };
}

/**
 * Area under the ROC curve of the values as a score of label 1 against label 0, ties counting half; turned
 * round where it is below 0.5.
 *
 * @returns null where one of the labels does not occur.
 */
export function areaUnderCurve({ values, labels, counts }: ValueCounts): number | null {
  const totals = [0, 0];
  let twice = 0;
  for (let i = 0; i < values.length;) {
    const here = [0, 0];
    const value = values[i];
    for (; i < values.length && values[i] === value; i++) {
      if (labels[i] >= 0) here[labels[i]] += counts[i];
    }
    twice += here[1] * (2 * totals[0] + here[0]);
    totals[0] += here[0];
    totals[1] += here[1];
  }
  if (totals[0] === 0 || totals[1] === 0) return null;
  const area = twice / (2 * totals[0] * totals[1]);
  return Math.max(area, 1 - area);
}
