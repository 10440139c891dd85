/** The directions in which rows vary most: two of them make a picture. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface PrincipalComponents {
  readonly nFeatures: number;
  readonly mean: Float64Array;
  /** Unit vectors, the one of the largest variance first; the largest entry of each is positive. */
  readonly components: readonly Float64Array[];
  /** Share of the total variance along each component; 0 where all rows are alike. */
  readonly explainedVarianceRatio: readonly number[];
}

/**
 * Principal components of the covariance of the rows.
 *
 * @param X - Row-major, shape (nSamples, nFeatures), nSamples >= 1, every value finite.
 * @param nComponents - At most nFeatures.
 */
export function fitPrincipalComponents(
  X: Float32Array,
  nFeatures: number,
  nComponents: number,
): PrincipalComponents {
  const nSamples = X.length / nFeatures;
  const mean = new Float64Array(nFeatures);
  X.forEach((value, at) => (mean[at % nFeatures] += value / nSamples));
  const products = new Float64Array(nFeatures * nFeatures);
  const deviation = new Float64Array(nFeatures);
  for (let row = 0; row < X.length; row += nFeatures) {
    for (let d = 0; d < nFeatures; d++) deviation[d] = X[row + d] - mean[d];
    for (let a = 0; a < nFeatures; a++) {
      for (let b = 0; b <= a; b++) products[a * nFeatures + b] += deviation[a] * deviation[b];
    }
  }
  const covariance = Matrix.zeros(nFeatures, nFeatures);
  for (let a = 0; a < nFeatures; a++) {
    for (let b = 0; b <= a; b++) {
      const value = products[a * nFeatures + b] / nSamples;
      covariance.set(a, b, value).set(b, a, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const total = covariance.trace();
  // ascending, since the matrix is symmetric
  const places = Array.from({ length: nComponents }, (_, i) => nFeatures - 1 - i);
  return {
    nFeatures,
    mean,
    components: places.map((place) =>
      withSign(Float64Array.from(eigenvectorMatrix.getColumn(place))),
    ),
    explainedVarianceRatio: places.map((place) =>
      total === 0 ? 0 : Math.max(0, realEigenvalues[place]) / total,
    ),
  };
}

/** Coordinates of the rows along the components, row-major, shape (nSamples, nComponents). */
export function transform(
  { nFeatures, mean, components }: PrincipalComponents,
  X: Float32Array | Float64Array,
): Float64Array {
  const nSamples = X.length / nFeatures;
  const coordinates = new Float64Array(nSamples * components.length);
  for (let i = 0; i < nSamples; i++) {
    components.forEach((component, c) => {
      let sum = 0;
      for (let d = 0; d < nFeatures; d++) sum += component[d] * (X[i * nFeatures + d] - mean[d]);
      coordinates[i * components.length + c] = sum;
    });
  }
  return coordinates;
}

/** An eigenvector may point either way. */
function withSign(vector: Float64Array): Float64Array {
  const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return largest < 0 ? vector.map((value) => -value) : vector;
}
