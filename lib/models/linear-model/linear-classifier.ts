/** Classifiers whose scores are linear in the features: their tensors, and shares instead of a softmax. */
import type { FittedModel, LabelledRows } from '../model.ts';
import { denseMatrix } from './design-matrix.ts';
import type { LinearScores, Rows } from './ridge-regression.ts';

/** The class of each row as 1 among zeros, shape (nSamples, nClasses). */
export function toOneHot({ labels }: Pick<LabelledRows, 'labels'>, nClasses: number): Rows {
  const values = new Float64Array(labels.length * nClasses);
  labels.forEach((label, i) => (values[i * nClasses + label] = 1));
  return { nColumns: nClasses, values };
}

export function toTensors(
  { coefficients, intercepts }: LinearScores,
  nClasses: number,
): FittedModel['tensors'] {
  const shape = [coefficients.length / nClasses, nClasses];
  return {
    coefficients: { dtype: 'F64', shape, data: coefficients },
    intercepts: { dtype: 'F64', shape: [nClasses], data: intercepts },
  };
}

export function toLinearScores({ tensors }: FittedModel): LinearScores {
  return {
    coefficients: tensors.coefficients.data as Float64Array,
    intercepts: tensors.intercepts.data as Float64Array,
  };
}

/** What does not fit together; an intercept may be -Infinity, one of them must be finite. */
export function findLinearProblem({ tensors, columns, nClasses }: FittedModel): string | null {
  const { coefficients, intercepts } = tensors;
  const shape = [columns.length, nClasses];
  if (coefficients?.dtype !== 'F64' || coefficients.shape.join() !== shape.join()) {
    return `no coefficients of shape (${shape.join(', ')})`;
  }
  if (intercepts?.dtype !== 'F64' || intercepts.data.length !== nClasses) {
    return `no intercepts of ${nClasses} classes`;
  }
  const areNumbers =
    coefficients.data.every(Number.isFinite) &&
    intercepts.data.every((value) => value < Infinity) &&
    intercepts.data.some(Number.isFinite);
  return areNumbers ? null : 'coefficients that are not finite';
}

/**
 * Scores as probabilities: what is below 0 counts as 0, and the rest is divided by its sum; where no score
 * is above 0, every class gets the same.
 *
 * @returns Row-major, shape (nSamples, nClasses).
 */
export function predictShares(
  { coefficients, intercepts }: LinearScores,
  features: Float32Array,
): Float32Array {
  const nClasses = intercepts.length;
  const X = denseMatrix(features, coefficients.length / nClasses);
  const scores = new Float64Array(X.nSamples * nClasses);
  for (let at = 0; at < scores.length; at++) scores[at] = intercepts[at % nClasses];
  X.addProducts(0, X.nSamples, coefficients, nClasses, scores);
  const shares = new Float32Array(scores.length);
  for (let at = 0; at < scores.length; at += nClasses) {
    let sum = 0;
    for (let k = at; k < at + nClasses; k++) sum += Math.max(0, scores[k]);
    for (let k = at; k < at + nClasses; k++) {
      shares[k] = sum > 0 ? Math.max(0, scores[k]) / sum : 1 / nClasses;
    }
  }
  return shares;
}
