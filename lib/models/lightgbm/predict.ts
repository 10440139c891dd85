/** Scores of a booster in float64; probabilities are rounded to float32 at the very end. */
import type { FittedModel, Machine, Predictor, Regressor } from '../model.ts';
import { addTrees } from '../trees/predict.ts';
import { foldFeatures } from './features.ts';
import type { BoostedTrees } from './model-text.ts';
import { featuresOf, treesOf } from './state.ts';

/**
 * Raw scores: the sum of the leaves of all rounds, their mean in a random forest. Of a regression they are
 * what is predicted.
 *
 * @param rows - Row-major, shape (nSamples, nFeatures); a category that train had not goes where LightGBM
 *   sends it: right, with those that are not named.
 * @returns Row-major, shape (nSamples, nOutputs); the bits of LightGBM's own.
 */
export async function predictScores(
  { ensemble, nRounds, isMean }: BoostedTrees,
  rows: Float32Array,
  machine: Machine,
): Promise<Float64Array> {
  const scores = new Float64Array((rows.length / ensemble.nFeatures) * ensemble.nOutputs);
  await addTrees(ensemble, rows, scores, machine);
  return isMean ? scores.map((sum) => sum / nRounds) : scores;
}

export function openClassifier(fitted: FittedModel, machine: Machine): Predictor {
  const { ensemble } = treesOf(fitted);
  const score = createScore(fitted, machine);
  return {
    predictProba: async (rows) =>
      Float32Array.from(toProbabilities(await score(rows), ensemble.nOutputs)),
    dispose: () => {},
  };
}

export function openRegressor(fitted: FittedModel, machine: Machine): Regressor {
  return { predict: createScore(fitted, machine), dispose: () => {} };
}

/** {@link predictScores} of rows of the columns that the model takes. */
function createScore(
  fitted: FittedModel,
  machine: Machine,
): (rows: Float32Array) => Promise<Float64Array> {
  const trees = treesOf(fitted);
  const features = featuresOf(fitted);
  return async (rows) => {
    const folded = foldFeatures(features, rows, fitted.columns.length);
    return await predictScores(trees, folded.features, machine);
  };
}

/**
 * Softmax of the scores of more classes; of two classes, the logistic function of the one score is the
 * probability of the second.
 *
 * @param scores - Row-major, shape (nSamples, nScores).
 * @returns Row-major, shape (nSamples, nClasses).
 */
export function toProbabilities(scores: Float64Array, nScores: number): Float64Array {
  return nScores === 1 ? logistic(scores) : softmax(scores, nScores);
}

function logistic(scores: Float64Array): Float64Array {
  const probabilities = new Float64Array(2 * scores.length);
  for (let i = 0; i < scores.length; i++) {
    const second = 1 / (1 + Math.exp(-scores[i]));
    probabilities[2 * i] = 1 - second;
    probabilities[2 * i + 1] = second;
  }
  return probabilities;
}

function softmax(scores: Float64Array, nClasses: number): Float64Array {
  const probabilities = new Float64Array(scores.length);
  for (let start = 0; start < scores.length; start += nClasses) {
    const row = scores.subarray(start, start + nClasses);
    const highest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let c = 0; c < nClasses; c++) sum += probabilities[start + c] = Math.exp(row[c] - highest);
    for (let c = 0; c < nClasses; c++) probabilities[start + c] /= sum;
  }
  return probabilities;
}
