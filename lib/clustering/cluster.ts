/** Clusters of a table: how many, where, how well apart. Pure; files and pages are made elsewhere. */
import { setImmediate } from 'node:timers/promises';
import { silhouetteSamples } from '../metrics/silhouette.ts';
import type { Rng } from '../rng.ts';
import { bestNClusters, compareNClusters, mean } from './choose-n-clusters.ts';
import type { SilhouetteOfNClusters } from './choose-n-clusters.ts';
import type { ClusterParams } from './cluster-params.ts';
import { drawUniformly } from './k-means-init.ts';
import { fitKMeans } from './k-means.ts';
import type { KMeans } from './k-means.ts';

export interface Clustering {
  /** Largest cluster first. */
  readonly kMeans: KMeans;
  /** What was tried when the number of clusters was not given; else none. */
  readonly candidates: readonly SilhouetteOfNClusters[];
  /** Of the final clusters on the sample; null for a single cluster. */
  readonly silhouette: {
    readonly nSamples: number;
    readonly mean: number;
    /** Mean over the sampled rows of each cluster; null where there is none. */
    readonly byCluster: readonly (number | null)[];
  } | null;
  /** Indices of the rows of the picture, ascending. */
  readonly picture: Uint32Array;
}

/**
 * Fits k-means to all rows and judges it on a sample, which also chooses the number of clusters when it is not
 * given: fitted to the sample alone, so that no time is spent on all rows for numbers that lose.
 *
 * @param X - Row-major, shape (nSamples, nFeatures), every value finite; not modified.
 * @param rng - Random stream of a purpose.
 * @param onIteration - Gets the start and its iteration, for the fit to all rows.
 * @throws StageError E_DATA when there are fewer distinct rows than clusters.
 */
export async function cluster(
  X: Float32Array,
  nFeatures: number,
  params: ClusterParams,
  rng: (purpose: string) => Rng,
  onIteration: (start: number, nIter: number) => void,
): Promise<Clustering> {
  const nSamples = X.length / nFeatures;
  const sample = drawSample(nSamples, params.silhouetteSample, rng('silhouette'));
  const sampled = takeRows(X, nFeatures, sample);
  // Ctrl-C is heard between iterations
  const options = { ...params, onIteration: () => setImmediate() };
  const candidates =
    params.nClusters === null
      ? await compareNClusters(sampled, nFeatures, {
          ...options,
          maxClusters: params.kMax,
          rng: rng('choose'),
        })
      : [];
  const fitted = await fitKMeans(X, nFeatures, {
    ...options,
    nClusters: params.nClusters ?? bestNClusters(candidates),
    rng: rng('init'),
    async onIteration(start, nIter) {
      onIteration(start, nIter);
      await setImmediate();
    },
  });
  const kMeans = sortBySize(fitted);
  return {
    kMeans,
    candidates,
    silhouette: measureSilhouette(sampled, nFeatures, kMeans, sample),
    picture: drawSample(nSamples, params.pictureSample, rng('picture')),
  };
}

/** Rows of X at `indices`. */
export function takeRows(X: Float32Array, nFeatures: number, indices: Uint32Array): Float32Array {
  const taken = new Float32Array(indices.length * nFeatures);
  indices.forEach((row, i) => {
    taken.set(X.subarray(row * nFeatures, (row + 1) * nFeatures), i * nFeatures);
  });
  return taken;
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
  sampled: Float32Array,
  nFeatures: number,
  { nClusters, labels: allLabels }: KMeans,
  sample: Uint32Array,
): Clustering['silhouette'] {
  if (nClusters === 1) return null;
  const labels = Int32Array.from(sample, (row) => allLabels[row]);
  const [silhouettes] = silhouetteSamples(sampled, nFeatures, [{ labels, nClusters }]);
  return {
    nSamples: sample.length,
    mean: mean(silhouettes),
    byCluster: Array.from({ length: nClusters }, (_, c) => {
      const own = silhouettes.filter((_, i) => labels[i] === c);
      return own.length === 0 ? null : mean(own);
    }),
  };
}
