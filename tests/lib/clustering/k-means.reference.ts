/**
 * k-means as Lloyd wrote it: all distances in every iteration, sums anew in every iteration. The same steps and
 * policies as lib/clustering/k-means.ts, none of its speed; do not edit when that one is made faster.
 *
 * @see Lloyd, S. P. (1982), IEEE Trans. Inf. Theory 28(2), 129-137, doi:10.1109/TIT.1982.1056489
 */
export interface LloydResult {
  readonly centers: number[][];
  readonly labels: number[];
  readonly inertia: number;
  readonly nIter: number;
  /** Inertia after each assignment. */
  readonly inertias: number[];
}

export function fitLloyd(
  X: readonly (readonly number[])[],
  init: readonly (readonly number[])[],
  { maxIter, tol }: { maxIter: number; tol: number },
): LloydResult {
  const nFeatures = X[0].length;
  const maxShift = tol * meanVariance(X);
  let centers = init.map((center) => [...center]);
  let labels: number[] = [];
  const inertias: number[] = [];
  let nIter = 0;
  for (;;) {
    const nearest = X.map((row) => nearestCenter(row, centers));
    nIter++;
    inertias.push(inertiaOf(X, centers, nearest));
    if (nearest.every((label, i) => label === labels[i])) break;
    labels = nearest;
    fillEmpty(X, centers, labels);
    const moved = centers.map((_, c) => {
      const own = X.filter((_, i) => labels[i] === c);
      return Array.from(
        { length: nFeatures },
        (_, d) => own.reduce((sum, row) => sum + row[d], 0) / own.length,
      );
    });
    const shift = moved.reduce((sum, center, c) => sum + squaredDistance(center, centers[c]), 0);
    centers = moved;
    if (shift > maxShift && nIter < maxIter) continue;
    labels = X.map((row) => nearestCenter(row, centers));
    break;
  }
  return { centers, labels, inertia: inertiaOf(X, centers, labels), nIter, inertias };
}

export function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, d) => sum + (value - b[d]) ** 2, 0);
}

export function nearestCenter(row: readonly number[], centers: readonly number[][]): number {
  const distances = centers.map((center) => squaredDistance(row, center));
  return distances.indexOf(Math.min(...distances));
}

function inertiaOf(
  X: readonly (readonly number[])[],
  centers: number[][],
  labels: number[],
): number {
  return X.reduce((sum, row, i) => sum + squaredDistance(row, centers[labels[i]]), 0);
}

/** An empty cluster gets the row farthest from its center, of those that are not alone in theirs. */
function fillEmpty(X: readonly (readonly number[])[], centers: number[][], labels: number[]): void {
  const sizes = centers.map((_, c) => labels.filter((label) => label === c).length);
  for (let empty = sizes.indexOf(0); empty !== -1; empty = sizes.indexOf(0)) {
    const distances = X.map((row, i) =>
      sizes[labels[i]] === 1 ? -1 : squaredDistance(row, centers[labels[i]]),
    );
    const farthest = distances.indexOf(Math.max(...distances));
    sizes[labels[farthest]]--;
    sizes[empty]++;
    labels[farthest] = empty;
    // of the next empty cluster this row is no candidate: it is alone
  }
}

function meanVariance(X: readonly (readonly number[])[]): number {
  const variances = X[0].map((_, d) => {
    const mean = X.reduce((sum, row) => sum + row[d], 0) / X.length;
    return X.reduce((sum, row) => sum + (row[d] - mean) ** 2, 0) / X.length;
  });
  return variances.reduce((sum, variance) => sum + variance, 0) / variances.length;
}
