/** Correlations of numeric columns: Pearson's of the values, Spearman's of their ranks. */

export interface CorrelationMatrices {
  /** Symmetric, row-major, shape (nColumns, nColumns); NaN where a column is constant. */
  readonly pearson: Float64Array;
  readonly spearman: Float64Array;
}

/**
 * @param columns - One array per column, of one length; NaN is missing. Pairs are correlated over the rows
 *   where both have a value; ranks are those among all values of a column, equal ones sharing their mean.
 */
export function correlate(columns: readonly Float64Array[]): CorrelationMatrices {
  return {
    pearson: correlationMatrix(columns),
    spearman: correlationMatrix(columns.map(toRanks)),
  };
}

/** Ranks from 1; the mean rank for equal values, NaN for NaN. */
export function toRanks(values: Float64Array): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct: number[] = [];
  const ranks: number[] = [];
  for (let start = 0, end; start < sorted.length; start = end) {
    end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    distinct.push(sorted[start]);
    ranks.push((start + 1 + end) / 2);
  }
  return values.map((value) => {
    if (Number.isNaN(value)) return NaN;
    let low = 0;
    for (let high = distinct.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (distinct[middle] < value) low = middle + 1;
      else high = middle;
    }
    return ranks[low];
  });
}

function correlationMatrix(columns: readonly Float64Array[]): Float64Array {
  const n = columns.length;
  const centred = columns.map(centre);
  const isWhole = columns.map((column) => !column.some(Number.isNaN));
  const squares = centred.map((column) => dot(column, column));
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const r =
        isWhole[i] && isWhole[j]
          ? dot(centred[i], centred[j]) / Math.sqrt(squares[i] * squares[j])
          : correlatePresent(centred[i], centred[j]);
      matrix[i * n + j] = matrix[j * n + i] = Math.max(-1, Math.min(1, r));
    }
  }
  return matrix;
}

/** Values less their mean; all 0 where they are equal, whatever rounding makes of the mean. */
function centre(values: Float64Array): Float64Array {
  let [sum, n, min, max] = [0, 0, Infinity, -Infinity];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    n++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = min === max ? min : sum / n;
  return values.map((value) => value - mean);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Over the rows where both are numbers. */
function correlatePresent(a: Float64Array, b: Float64Array): number {
  const isPresent = (i: number): boolean => a[i] === a[i] && b[i] === b[i];
  let [n, sumA, sumB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!isPresent(i)) continue;
    n++;
    sumA += a[i];
    sumB += b[i];
  }
  const [meanA, meanB] = [sumA / n, sumB / n];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!isPresent(i)) continue;
    product += (a[i] - meanA) * (b[i] - meanB);
    squareA += (a[i] - meanA) ** 2;
    squareB += (b[i] - meanB) ** 2;
  }
  return product / Math.sqrt(squareA * squareB);
}
