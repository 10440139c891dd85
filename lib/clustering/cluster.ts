/** Clusters of a table: how many, where, how well apart. Pure; files and pages are made elsewhere. */
import { setImmediate } from 'node:timers/promises';
import { StageError } from '../errors.ts';
import { silhouetteSamples } from '../metrics/silhouette.ts';
import type { Rng } from '../rng.ts';
import { toDense } from '../sparse/csr.ts';
import { chooseNClusters, compareNClusters, mean } from './choose-n-clusters.ts';
import type { CandidateNClusters, Choice } from './choose-n-clusters.ts';
import type { ClusterParams } from './cluster-params.ts';
import { drawUniformly } from './k-means-init.ts';
import { fitKMeans } from './k-means.ts';
import type { KMeans } from './k-means.ts';
import { findPlane } from './plane.ts';
import type { Plane } from './plane.ts';
import { fitMiniBatch } from './mini-batch.ts';
import { fitPreparation, prepareRows } from './prepare-rows.ts';
import type { Preparation, PreparedRows } from './prepare-rows.ts';
import { measureStability } from './stability.ts';
import type { Stability } from './stability.ts';
import { takeRows } from './take-rows.ts';
import { countRows, type Rows } from './to-sample-rows.ts';

export interface Clustering {
  readonly preparation: Preparation;
  readonly prepared: PreparedRows;
  /** Of the prepared rows, largest cluster first. */
  readonly kMeans: KMeans;
  /** What was tried when the number of clusters was not given; else none. */
  readonly candidates: readonly CandidateNClusters[];
  /** What chose the number of clusters, where it was not given. */
  readonly choice: Choice;
  /** Of the final clusters on the sample; null for a single cluster. */
  readonly silhouette: {
    readonly nSamples: number;
    readonly mean: number;
    /** Mean over the sampled rows of each cluster; null where there is none. */
    readonly byCluster: readonly (number | null)[];
  } | null;
  /** Of the final clusters in resamples of the sample; null where none was asked for, or for a single cluster. */
  readonly stability: Stability | null;
  /** Indices of the rows of the picture, ascending, and where these lie. */
  readonly picture: Uint32Array;
  readonly plane: Plane;
}

export interface ClusterContext {
  readonly rng: (purpose: string) => Rng;
  readonly nThreads: number;
  readonly firstRows?: readonly number[];
}

/**
 * Fits k-means to all rows and judges it on a sample, which also chooses the number of clusters when it is not
 * given: fitted to the sample alone, so that no time is spent on all rows for numbers that lose.
 *
 * @param X - Every value finite; not modified.
 * @param options.rng - Random stream of a purpose.
 * @param options.nThreads - Threads that share the rows of large data; the result does not depend on it.
 * @param options.firstRows - The rows that are the first centers of the one start there is; absent: they are drawn.
 * @param onIteration - Gets the start and its iteration, for the fit to all rows.
 * @throws StageError E_DATA when there are fewer distinct rows than clusters, E_PARAMS for a decomposition of a table.
 */
export async function cluster(
  X: Rows,
  nColumns: number,
  params: ClusterParams,
  { rng, nThreads, firstRows }: ClusterContext,
  onIteration: (start: number, nIter: number) => void,
): Promise<Clustering> {
  const nSamples = countRows(X, nColumns);
  const preparation = fitPreparation(X, params, rng('svd'));
  const prepared = prepareRows(X, nColumns, preparation);
  const { nFeatures } = prepared;
  const sample = drawSample(nSamples, params.silhouetteSample, rng('silhouette'));
  const sampled = takeRows(prepared.X, nFeatures, sample);
  // Ctrl-C is heard between iterations
  const options = { ...params, onIteration: () => setImmediate() };
  if (params.nClusters === null) assertHasGap(sampled, params.choose);
  const candidates =
    params.nClusters === null
      ? await compareNClusters(sampled, nFeatures, {
          ...options,
          maxClusters: params.kMax,
          nReferences: params.gapReferences,
          rng: rng('choose'),
          gapRng: rng('gap'),
        })
      : [];
  const nClusters = params.nClusters ?? chooseNClusters(candidates, params.choose);
  const fit = params.algorithm === 'lloyd' ? fitKMeans : fitMiniBatch;
  const fitted = await fit(prepared.X, nFeatures, {
    ...options,
    nClusters,
    nThreads,
    init: firstRows === undefined ? params.init : centersAt(prepared, firstRows),
    rng: rng('init'),
    async onIteration(start, nIter) {
      onIteration(start, nIter);
      await setImmediate();
    },
  });
  const kMeans = sortBySize(fitted);
  const picture = drawSample(nSamples, params.pictureSample, rng('picture'));
  const labels = Int32Array.from(sample, (row) => kMeans.labels[row]);
  return {
    preparation,
    prepared,
    kMeans,
    candidates,
    choice: params.choose,
    silhouette: measureSilhouette(sampled, nFeatures, nClusters, labels),
    stability:
      params.nBootstrap === 0 || nClusters === 1
        ? null
        : await measureStability(sampled, nFeatures, labels, {
            ...options,
            nClusters,
            rng: rng('bootstrap'),
          }),
    picture,
    plane: findPlane(
      { X: takeRows(prepared.X, nFeatures, picture), nFeatures },
      kMeans.centers,
      rng('plane'),
    ),
  };
}

function centersAt({ X, nFeatures }: PreparedRows, rows: readonly number[]): Float64Array {
  const taken: Rows = takeRows(X, nFeatures, Uint32Array.from(rows));
  return taken instanceof Float32Array ? Float64Array.from(taken) : toDense(taken);
}

function assertHasGap(X: Rows, choice: Choice): void {
  if (choice !== 'gap' || X instanceof Float32Array) return;
  throw new StageError(
    'E_PARAMS',
    'cluster.choose must be silhouette or elbow for sparse rows; got gap',
    {
      hint: 'the rows that the gap compares with would be dense; cluster.svd_components makes rows dense',
    },
  );
}

/** Distinct row indices, ascending; all when there are no more than `size`. */
function drawSample(nSamples: number, size: number, rng: Rng): Uint32Array {
  return nSamples <= size
    ? Uint32Array.from({ length: nSamples }, (_, i) => i)
    : Uint32Array.from(drawUniformly(nSamples, size, rng)).sort();
}

/** The same clusters, numbered from the largest to the smallest; equal sizes keep their order. */
function sortBySize(kMeans: KMeans): KMeans {
  const { nClusters, nFeatures, centers, labels, sizes } = kMeans;
  const order = Array.from(sizes, (_, c) => c).sort((a, b) => sizes[b] - sizes[a]);
  const places = new Int32Array(nClusters);
  const sorted = new Float64Array(centers.length);
  order.forEach((from, to) => {
    places[from] = to;
    sorted.set(centers.subarray(from * nFeatures, (from + 1) * nFeatures), to * nFeatures);
  });
  return {
    ...kMeans,
    centers: sorted,
    labels: labels.map((label) => places[label]),
    sizes: Int32Array.from(order, (from) => sizes[from]),
  };
}

function measureSilhouette(
  sampled: Rows,
  nFeatures: number,
  nClusters: number,
  labels: Int32Array,
): Clustering['silhouette'] {
  if (nClusters === 1) return null;
  const [silhouettes] = silhouetteSamples(sampled, nFeatures, [{ labels, nClusters }]);
  return {
    nSamples: labels.length,
    mean: mean(silhouettes),
    byCluster: Array.from({ length: nClusters }, (_, c) => {
      const own = silhouettes.filter((_, i) => labels[i] === c);
      return own.length === 0 ? null : mean(own);
    }),
  };
}
