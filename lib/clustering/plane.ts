/** Rows and centers in the plane in which the rows vary most. */
import type { Rng } from '../rng.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { fitTruncatedSvd } from '../sparse/truncated-svd.ts';
import type { PreparedRows } from './prepare-rows.ts';
import { fitPrincipalComponents, transform } from './principal-components.ts';
import { meanVariance } from './sample-rows.ts';
import { toSampleRows } from './to-sample-rows.ts';

export interface Plane {
  /** Row-major, shape (nRows, 2). */
  readonly coordinates: Float64Array;
  /** Of the cluster centers, row-major, shape (nClusters, 2). */
  readonly centers: Float64Array;
  /** Share of the variance of the rows along each axis. */
  readonly explainedVarianceRatio: readonly number[];
}

/** Singular vectors that sparse rows are reduced to before their principal components are looked for. */
const N_COMPONENTS = 10;

/**
 * The first two principal components; of sparse rows those of their projection on a few singular vectors.
 *
 * @param centers - Row-major, shape (nClusters, nFeatures).
 */
export function findPlane({ X, nFeatures }: PreparedRows, centers: Float64Array, rng: Rng): Plane {
  if (X instanceof Float32Array) return principalPlane(X, centers, nFeatures);
  const reduced = reduce(X, centers, rng);
  const plane = principalPlane(reduced.rows, reduced.centers, reduced.width);
  const total = varianceOf({ X, nFeatures });
  const kept = varianceOf({ X: reduced.rows, nFeatures: reduced.width });
  const share = total === 0 ? 0 : Math.min(1, kept / total);
  return {
    ...plane,
    explainedVarianceRatio: plane.explainedVarianceRatio.map((ratio) => ratio * share),
  };
}

function principalPlane(rows: Float32Array, centers: Float64Array, nFeatures: number): Plane {
  const components = fitPrincipalComponents(rows, nFeatures, Math.min(2, nFeatures));
  const { explainedVarianceRatio } = components;
  // a single feature makes a picture of one dimension
  const inPlane = (coordinates: Float64Array): Float64Array =>
    nFeatures > 1 ? coordinates : Float64Array.from([...coordinates].flatMap((x) => [x, 0]));
  return {
    coordinates: inPlane(transform(components, rows)),
    centers: inPlane(transform(components, centers)),
    explainedVarianceRatio: nFeatures > 1 ? explainedVarianceRatio : [...explainedVarianceRatio, 0],
  };
}

function reduce(X: CsrMatrix, centers: Float64Array, rng: Rng) {
  const { nColumns } = X;
  const width = Math.min(N_COMPONENTS, nColumns, X.nRows);
  const { components, embedding } = fitTruncatedSvd(X, width, rng);
  const nClusters = centers.length / nColumns;
  const projected = new Float64Array(nClusters * width);
  for (let c = 0; c < nClusters; c++) {
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let j = 0; j < nColumns; j++) {
        sum += centers[c * nColumns + j] * components[k * nColumns + j];
      }
      projected[c * width + k] = sum;
    }
  }
  return { rows: Float32Array.from(embedding), centers: projected, width };
}

function varianceOf({ X, nFeatures }: PreparedRows): number {
  return nFeatures * meanVariance(toSampleRows(X, nFeatures, 1));
}
