/**
 * The largest singular values of a sparse matrix and their vectors, by randomized subspace iteration: a few more random
 * directions than wanted are multiplied by the matrix and its transpose, and by polynomials of both between two
 * iterations, until the values stand still.
 *
 * The matrix is neither centered nor made dense. Time of an iteration: stored values times directions, up to eleven times
 * over, and rows and columns times the square of the directions; memory: rows and columns times directions.
 *
 * @see Halko, Martinsson, Tropp (2011), Finding structure with randomness, doi:10.1137/090771806, algorithm 4.4
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Rng } from '../rng.ts';
import { multiply, multiplyTransposed } from './csr.ts';
import type { CsrMatrix } from './csr.ts';

export interface TruncatedSvd {
  /** Falling, shape (nComponents); 0 beyond the rank of the matrix. */
  readonly singularValues: Float64Array;
  /**
   * Right singular vectors, row-major, shape (nComponents, nColumns); the entry of the largest absolute value of each is
   * positive, as scikit-learn's TruncatedSVD has it. 0 beyond the rank.
   */
  readonly components: Float64Array;
  /** The matrix times the components: left vectors times singular values, row-major, shape (nRows, nComponents). */
  readonly embedding: Float64Array;
  readonly nIter: number;
}

/** Directions beyond those wanted: with more, fewer iterations are needed. */
const N_OVERSAMPLES = 10;
const MAX_ITER = 100;
/** The values stand still when none changes by more than this share. */
const TOL = 1e-8;
/** No direction grows by more than this between two iterations, so that none is lost beside the one that grows most. */
const MAX_GROWTH = 1e4;
const MAX_DEGREE = 10;
/** Squares of singular values below this share of the largest are rounding alone. */
const RANK_TOL = 1e-13;

/**
 * @param nComponents - At least 1.
 * @param rng - Draws the first directions; the same stream gives the same bytes.
 * @param maxIter - Iterations at most: a few find the directions that stand out, if not to the last digit.
 */
export function fitTruncatedSvd(
  matrix: CsrMatrix,
  nComponents: number,
  rng: Rng,
  maxIter = MAX_ITER,
): TruncatedSvd {
  const nDirections = Math.min(nComponents + N_OVERSAMPLES, matrix.nRows, matrix.nColumns);
  let right = drawNormal(matrix.nColumns * nDirections, rng);
  let width = nDirections;
  let values = new Float64Array(0);
  let nIter = 0;
  for (let isStill = false; !isStill && nIter < maxIter && width > 0; nIter++) {
    const left = orthonormalize(multiply(matrix, right, width), matrix.nRows, width);
    const turned = multiplyTransposed(matrix, left.vectors, left.width);
    const next = orthonormalize(turned, matrix.nColumns, left.width);
    isStill = haveSettled(values, next.lengths, nComponents);
    ({ vectors: right, width, lengths: values } = next);
    // of the last iteration the vectors themselves are wanted
    if (!isStill && nIter + 1 < maxIter) right = sharpen(matrix, right, values);
  }
  const nFound = Math.min(nComponents, width);
  const components = new Float64Array(nComponents * matrix.nColumns);
  for (let k = 0; k < nFound; k++) {
    const sign = signOf(right, k, width);
    for (let j = 0; j < matrix.nColumns; j++) {
      components[k * matrix.nColumns + j] = sign * right[j * width + k];
    }
  }
  const singularValues = new Float64Array(nComponents);
  singularValues.set(values.subarray(0, nFound));
  const embedding = project(matrix, components, nComponents);
  return { singularValues, components, embedding, nIter };
}

/**
 * Rows in the space of the components, as they are for the rows that were fitted and for others.
 *
 * @param components - Row-major, shape (nComponents, nColumns).
 * @returns Row-major, shape (nRows, nComponents).
 */
export function project(
  matrix: CsrMatrix,
  components: Float64Array,
  nComponents: number,
): Float64Array {
  const { nColumns } = matrix;
  const right = new Float64Array(components.length);
  for (let k = 0; k < nComponents; k++) {
    for (let j = 0; j < nColumns; j++) right[j * nComponents + k] = components[k * nColumns + j];
  }
  return multiply(matrix, right, nComponents);
}

/**
 * The same directions, nearer to the singular vectors: times a Chebyshev polynomial of the matrix' square that stays
 * small up to the least of their singular values and grows fast above it.
 *
 * @see Zhou, Saad, Tiago, Chelikowsky (2006), Self-consistent-field calculations using Chebyshev-filtered subspace
 *   iteration, doi:10.1016/j.jcp.2006.03.017
 */
function sharpen(matrix: CsrMatrix, right: Float64Array, lengths: Float64Array): Float64Array {
  const width = lengths.length;
  const half = lengths[width - 1] ** 2 / 2;
  // argument of the polynomial: -1 to 1 up to the least of the values, by (square of the matrix) / half - 1
  const shift = (vectors: Float64Array): Float64Array => {
    const square = multiplyTransposed(matrix, multiply(matrix, vectors, width), width);
    return square.map((value, at) => value / half - vectors[at]);
  };
  let [before, now] = [right, right];
  for (let degree = 1; degree <= MAX_DEGREE; degree++) {
    const next = shift(now);
    if (degree > 1) next.forEach((value, at) => (next[at] = 2 * value - before[at]));
    if (findLongest(next, width) > MAX_GROWTH) break;
    [before, now] = [now, next];
  }
  return now;
}

/** Length of the longest column. */
function findLongest(tall: Float64Array, width: number): number {
  const squares = new Float64Array(width);
  for (let at = 0; at < tall.length; at += width) {
    for (let k = 0; k < width; k++) squares[k] += tall[at + k] ** 2;
  }
  return Math.sqrt(squares.reduce((a, b) => Math.max(a, b)));
}

interface Basis {
  /** Orthonormal columns, row-major, shape (n, width). */
  readonly vectors: Float64Array;
  /** As many as the rank. */
  readonly width: number;
  /** Singular values of what they span, falling, shape (width). */
  readonly lengths: Float64Array<ArrayBuffer>;
}

/** The left singular vectors of a tall dense matrix of `n` rows, by the eigenvectors of its small Gram matrix. */
function orthonormalize(tall: Float64Array, n: number, width: number): Basis {
  if (width === 0) return { vectors: tall, width, lengths: new Float64Array(0) };
  const { realEigenvalues: squares, eigenvectorMatrix: turn } = new EigenvalueDecomposition(
    gramOf(tall, n, width),
    { assumeSymmetric: true },
  );
  const order = squares.map((_, k) => k).sort((a, b) => squares[b] - squares[a]);
  const least = squares[order[0]] * RANK_TOL;
  const kept = order.filter((k) => squares[k] > least);
  const lengths = Float64Array.from(kept, (k) => Math.sqrt(squares[k]));
  const factors = new Float64Array(width * kept.length);
  for (const [i, row] of turn.to2DArray().entries()) {
    for (let place = 0; place < kept.length; place++) {
      factors[i * kept.length + place] = row[kept[place]] / lengths[place];
    }
  }
  return { vectors: multiplyDense(tall, factors, width), width: kept.length, lengths };
}

function gramOf(tall: Float64Array, n: number, width: number): Matrix {
  const sums = new Float64Array(width * width);
  // four rows at a time: a sum is read and written a fourth as often
  const tail = n - (n % 4);
  for (let row = 0; row < tail; row += 4) {
    const [r0, r1, r2, r3] = [0, 1, 2, 3].map((k) => (row + k) * width);
    for (let i = 0; i < width; i++) {
      const [x0, x1, x2, x3] = [tall[r0 + i], tall[r1 + i], tall[r2 + i], tall[r3 + i]];
      for (let j = i; j < width; j++) {
        sums[i * width + j] +=
          x0 * tall[r0 + j] + x1 * tall[r1 + j] + x2 * tall[r2 + j] + x3 * tall[r3 + j];
      }
    }
  }
  for (let row = tail; row < n; row++) {
    const from = row * width;
    for (let i = 0; i < width; i++) {
      const value = tall[from + i];
      for (let j = i; j < width; j++) sums[i * width + j] += value * tall[from + j];
    }
  }
  const gram = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      gram.set(i, j, sums[i * width + j]);
      gram.set(j, i, sums[i * width + j]);
    }
  }
  return gram;
}

/** Shapes (n, inner) and (inner, width), row-major. */
function multiplyDense(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [n, width] = [a.length / inner, b.length / inner];
  const product = new Float64Array(n * width);
  // four factors at a time, as in gramOf
  const tail = inner - (inner % 4);
  for (let row = 0; row < n; row++) {
    const [from, to] = [row * inner, row * width];
    for (let i = 0; i < tail; i += 4) {
      const [x0, x1, x2, x3] = [a[from + i], a[from + i + 1], a[from + i + 2], a[from + i + 3]];
      const [b0, b1, b2, b3] = [i * width, (i + 1) * width, (i + 2) * width, (i + 3) * width];
      for (let j = 0; j < width; j++) {
        product[to + j] += x0 * b[b0 + j] + x1 * b[b1 + j] + x2 * b[b2 + j] + x3 * b[b3 + j];
      }
    }
    for (let i = tail; i < inner; i++) {
      const value = a[from + i];
      for (let j = 0; j < width; j++) product[to + j] += value * b[i * width + j];
    }
  }
  return product;
}

function haveSettled(before: Float64Array, now: Float64Array, nComponents: number): boolean {
  const n = Math.min(nComponents, now.length);
  if (before.length < n) return false;
  for (let k = 0; k < n; k++) {
    if (Math.abs(now[k] - before[k]) > TOL * now[k]) return false;
  }
  return true;
}

/** Sign of the entry of the largest absolute value in column `k`. */
function signOf(vectors: Float64Array, k: number, width: number): number {
  let largest = 0;
  for (let at = k; at < vectors.length; at += width) {
    if (Math.abs(vectors[at]) > Math.abs(largest)) largest = vectors[at];
  }
  return largest < 0 ? -1 : 1;
}

/** Standard normal numbers, by Box and Muller. */
function drawNormal(n: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: n }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - rng()));
    return radius * Math.cos(2 * Math.PI * rng());
  });
}
