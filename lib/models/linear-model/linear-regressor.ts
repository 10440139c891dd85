/** A number that is linear in the features. */
import type { Fit, FittedModel, Regressor } from '../model.ts';
import { denseMatrix } from './design-matrix.ts';
import { toLinearScores, toTensors } from './linear-classifier.ts';
import type { LinearScores } from './ridge-regression.ts';

/** @param scores - Of one output. */
export function toFit(scores: LinearScores, metrics: Fit['metrics'] = {}): Fit {
  return {
    fitted: { facts: {}, tensors: toTensors(scores, 1) },
    history: [],
    metrics: { ...metrics, n_parameters: scores.coefficients.length + 1 },
  };
}

export function openRegressor(fitted: FittedModel): Regressor {
  const { coefficients, intercepts } = toLinearScores(fitted);
  return {
    async predict(features) {
      const X = denseMatrix(features, coefficients.length);
      const predicted = new Float64Array(X.nSamples).fill(intercepts[0]);
      X.addProducts(0, X.nSamples, coefficients, 1, predicted);
      return predicted;
    },
    dispose: () => {},
  };
}
