/** What is done to rows before they are clustered, and again to rows that are given clusters later. */
import { StageError } from '../errors.ts';
import type { Rng } from '../rng.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { fitTruncatedSvd, project } from '../sparse/truncated-svd.ts';
import type { ClusterParams } from './cluster-params.ts';
import type { Rows } from './to-sample-rows.ts';

export interface Preparation {
  /** Rows times these, of sparse rows alone; null: rows as they are. */
  readonly svd: {
    readonly nComponents: number;
    /** Row-major, shape (nComponents, nColumns). */
    readonly components: Float64Array;
  } | null;
  /** l2: each row, after the decomposition, is divided by its norm; a row of zeros stays. */
  readonly normalize: 'none' | 'l2';
}

export interface PreparedRows {
  readonly X: Rows;
  readonly nFeatures: number;
}

/** @throws StageError E_PARAMS when components are asked for of rows that are not sparse. */
export function fitPreparation(
  X: Rows,
  { svdComponents, normalize }: Pick<ClusterParams, 'svdComponents' | 'normalize'>,
  rng: Rng,
): Preparation {
  if (svdComponents === null) return { svd: null, normalize };
  if (X instanceof Float32Array) {
    throw new StageError(
      'E_PARAMS',
      'cluster.svd_components must be null for a table; got ' + String(svdComponents),
      { hint: 'the decomposition is for sparse rows, which vectorize writes' },
    );
  }
  const { components } = fitTruncatedSvd(X, svdComponents, rng);
  return { svd: { nComponents: svdComponents, components }, normalize };
}

/** Whether rows stay as they are. */
export function isPlain({ svd, normalize }: Preparation): boolean {
  return svd === null && normalize === 'none';
}

/** The rows as k-means sees them; `X` itself where nothing is to be done. */
export function prepareRows(
  X: Rows,
  nFeatures: number,
  { svd, normalize }: Preparation,
): PreparedRows {
  const reduced =
    svd === null || X instanceof Float32Array
      ? { X, nFeatures }
      : {
          X: Float32Array.from(project(X, svd.components, svd.nComponents)),
          nFeatures: svd.nComponents,
        };
  return normalize === 'none' ? reduced : { ...reduced, X: normalizeRows(reduced) };
}

function normalizeRows({ X, nFeatures }: PreparedRows): Rows {
  return X instanceof Float32Array ? normalizeDense(X, nFeatures) : normalizeSparse(X);
}

function normalizeDense(X: Float32Array, nFeatures: number): Float32Array {
  const normalized = new Float32Array(X.length);
  for (let row = 0; row < X.length; row += nFeatures) {
    const norm = normOf(X, row, row + nFeatures);
    for (let at = row; at < row + nFeatures; at++) normalized[at] = X[at] / norm;
  }
  return normalized;
}

function normalizeSparse(X: CsrMatrix): CsrMatrix {
  const values = new Float32Array(X.values.length);
  for (let row = 0; row < X.nRows; row++) {
    const norm = normOf(X.values, X.indptr[row], X.indptr[row + 1]);
    for (let at = X.indptr[row]; at < X.indptr[row + 1]; at++) values[at] = X.values[at] / norm;
  }
  return { ...X, values };
}

/** 1 where there is nothing to divide. */
function normOf(values: Float32Array, start: number, end: number): number {
  let squares = 0;
  for (let at = start; at < end; at++) squares += values[at] * values[at];
  return squares === 0 ? 1 : Math.sqrt(squares);
}
