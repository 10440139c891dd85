/**
 * Whether clusters are more than k-means finds in anything: the same fit on rows whose columns were dealt anew, each by
 * itself, has the same values in every column, and nothing that holds them together.
 */
import { fitKMeans } from '../clustering/k-means.ts';
import { drawUniformly } from '../clustering/k-means-init.ts';
import { prepareRows } from '../clustering/prepare-rows.ts';
import type { Preparation } from '../clustering/prepare-rows.ts';
import { createRng } from '../rng.ts';
import type { Rng } from '../rng.ts';
import { fromTriplets } from '../sparse/csr.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { fitTruncatedSvd } from '../sparse/truncated-svd.ts';
import { shuffledIndices } from '../tensors/shuffle.ts';
import { askInTurn } from './refits.ts';
import type { Refits } from './refits.ts';

export interface ClusterOptions {
  readonly nClusters: number;
  readonly svdComponents: number | null;
  readonly normalize: Preparation['normalize'];
  /** Starts whose shares are averaged: those of the best ones would tell which rows had luck. */
  readonly nInit: number;
  /** Of the starts, and of the directions that the decomposition begins with. */
  readonly seed: number;
}

export interface StructureOptions extends Omit<ClusterOptions, 'seed'> {
  readonly nPermutations: number;
  /** Random stream of a purpose. */
  readonly rng: (purpose: string) => Rng;
  readonly refits: Refits;
  /** Called after every fit. */
  readonly onFit: () => void;
}

export interface StructureTest {
  /** Share of the variance of the rows, as they are prepared, that is between clusters, mean of the starts, in [0, 1]. */
  readonly explained: number;
  /** The same of rows dealt anew, shape (nPermutations). */
  readonly permuted: Float64Array;
  /** Share of values that are no lower than the one seen, which counts among them: (1 + n) / (1 + nPermutations). */
  readonly pValue: number;
}

/**
 * Fits of the rows as they are, whose shares are averaged: how lucky the starts of one are would decide the p-value. The
 * luck of those dealt anew only spreads their shares, which makes small p-values rarer.
 */
export const N_SEEN = 10;
/** Of the decomposition: what stands out is found by then, and what does not never settles. */
const MAX_SVD_ITER = 3;

/**
 * @param blocks - Columns that are dealt together, as {@link findBlocks} has them.
 * @throws StageError E_DATA when there are fewer distinct rows than clusters.
 * @see Buja, A. and Eyuboglu, N. (1992), Remarks on parallel analysis, Multivariate Behavioral Research 27, 509-540,
 *   doi:10.1207/s15327906mbr2704_2
 */
export async function testStructure(
  X: CsrMatrix,
  blocks: readonly (readonly number[])[],
  options: StructureOptions,
): Promise<StructureTest> {
  const { nPermutations, rng, refits, onFit, ...clustering } = options;
  const draw = rng('permutations');
  const seeds = rng('fits');
  const shares = await askInTurn(N_SEEN + nPermutations, async (i) => {
    const rows = i < N_SEEN ? X : permuteColumns(X, blocks, draw);
    const share = await refits.explainVariance(rows, { ...clustering, seed: seeds.int32() });
    if (i >= N_SEEN) onFit();
    return share;
  });
  const explained = shares.slice(0, N_SEEN).reduce((sum, share) => sum + share, 0) / N_SEEN;
  const permuted = shares.slice(N_SEEN);
  const nNotBelow = permuted.filter((other) => other >= explained).length;
  return {
    explained,
    permuted: Float64Array.from(permuted),
    pValue: (1 + nNotBelow) / (1 + nPermutations),
  };
}

/** Share of the variance of the rows that is between their clusters, on average of the starts. */
export async function explainVariance(rows: CsrMatrix, options: ClusterOptions): Promise<number> {
  const { nClusters, nInit, svdComponents, normalize, seed } = options;
  const rng = (purpose: string): Rng => createRng(seed, 'structure', purpose);
  const svd =
    svdComponents === null
      ? null
      : {
          nComponents: svdComponents,
          components: fitTruncatedSvd(rows, svdComponents, rng('svd'), MAX_SVD_ITER).components,
        };
  const { X, nFeatures } = prepareRows(rows, rows.nColumns, { svd, normalize });
  let inertias = 0;
  await fitKMeans(X, nFeatures, {
    ...{ nClusters, nInit, init: 'k-means++', maxIter: 300, tol: 1e-4, rng: rng('init') },
    onStart: ({ inertia }) => (inertias += inertia),
  });
  const total = X instanceof Float32Array ? varianceOf(X, nFeatures) : varianceOfSparse(X);
  return 1 - inertias / nInit / total;
}

/** Sum of the squared distances of the rows to their mean. */
function varianceOf(X: Float32Array, nFeatures: number): number {
  const sums = new Float64Array(nFeatures);
  let squares = 0;
  X.forEach((value, at) => {
    sums[at % nFeatures] += value;
    squares += value * value;
  });
  return squares - (sums.reduce((sum, value) => sum + value * value, 0) * nFeatures) / X.length;
}

function varianceOfSparse({ nRows, nColumns, indices, values }: CsrMatrix): number {
  const sums = new Float64Array(nColumns);
  let squares = 0;
  values.forEach((value, at) => {
    sums[indices[at]] += value;
    squares += value * value;
  });
  return squares - sums.reduce((sum, value) => sum + value * value, 0) / nRows;
}

/**
 * Columns that are one category, each a block (all values 1, at most one in a row, none where the category is not
 * known; neighbours whose names begin alike up to the first `_` or `=`); every other column is a block by itself.
 */
export function findBlocks(columns: readonly string[], X: CsrMatrix): number[][] {
  const candidates: number[][] = [];
  let previous: string | null = null;
  columns.forEach((name, column) => {
    const prefix = /^(.+?)[_=]/.exec(name)?.[1] ?? null;
    if (prefix !== null && prefix === previous) candidates.at(-1)!.push(column);
    else candidates.push([column]);
    previous = prefix;
  });
  const blockOf = new Int32Array(columns.length);
  candidates.forEach((block, b) => block.forEach((column) => (blockOf[column] = b)));
  const isCategory = candidates.map((block) => block.length > 1);
  for (let row = 0; row < X.nRows; row++) {
    const seen = new Set<number>();
    for (let at = X.indptr[row]; at < X.indptr[row + 1]; at++) {
      const block = blockOf[X.indices[at]];
      if (X.values[at] !== 1 || seen.has(block)) isCategory[block] = false;
      seen.add(block);
    }
  }
  return candidates.flatMap((block, b) =>
    isCategory[b] ? [block] : block.map((column) => [column]),
  );
}

/** The same matrix; the values of each block go to other rows, every order equally likely. */
export function permuteColumns(
  X: CsrMatrix,
  blocks: readonly (readonly number[])[],
  rng: Rng,
): CsrMatrix {
  const blockOf = new Int32Array(X.nColumns);
  blocks.forEach((block, b) => block.forEach((column) => (blockOf[column] = b)));
  const entries = blocks.map((): number[] => []);
  const rowOf = new Uint32Array(X.values.length);
  for (let row = 0; row < X.nRows; row++) {
    for (let at = X.indptr[row]; at < X.indptr[row + 1]; at++) {
      rowOf[at] = row;
      entries[blockOf[X.indices[at]]].push(at);
    }
  }
  const rows = new Uint32Array(X.values.length);
  for (const places of entries) {
    const filled = [...new Set(places.map((at) => rowOf[at]))];
    const targets = drawRows(X.nRows, filled.length, rng);
    const moved = new Map(filled.map((row, i) => [row, targets[i]]));
    for (const at of places) rows[at] = moved.get(rowOf[at])!;
  }
  const { nRows, nColumns, indices: columns, values } = X;
  return fromTriplets({ nRows, nColumns, rows, columns, values });
}

/** Distinct rows in random order. */
function drawRows(nRows: number, n: number, rng: Rng): ArrayLike<number> {
  if (2 * n > nRows) return shuffledIndices(nRows, rng);
  return drawUniformly(nRows, n, rng);
}
