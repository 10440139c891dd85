/**
 * Multinomial logistic regression with an L2 penalty.
 *
 * Minimises sum_i s_i (log sum_k exp z_ik - z_iy) / S + |W|² / (2 C S), where z = X W + b, s are the weights
 * of the rows and S is their sum; the intercepts b are not penalised. Two classes have one column of
 * coefficients, that of the second. As scikit-learn's LogisticRegression has it.
 *
 * | symbol | shape |
 * |---|---|
 * | X | (nSamples, nFeatures) |
 * | W | (nFeatures, m), and one row more for b |
 * | m | 1 for two classes, else their number |
 *
 * L-BFGS takes 20 steps instead of some hundreds, because it starts from the coefficients and the Hessian of
 * a sample.
 */
import type { DesignMatrix } from './design-matrix.ts';
import { minimize } from './lbfgs.ts';
import { createPreconditioner } from './preconditioner.ts';
import type { Precondition } from './preconditioner.ts';
import { logisticRow, softmaxRow } from '../softmax-row.ts';

export interface LogisticOptions {
  /** Inverse strength of the penalty, above 0. */
  readonly C: number;
  readonly fitIntercept: boolean;
  /** Steps on all rows at most. */
  readonly maxIter: number;
  /** Ends where no entry of the gradient of the objective is larger. */
  readonly tol: number;
  /** Weight of the rows of each class, at least 0; null: all 1. */
  readonly classWeight: readonly number[] | null;
  /** Called after every step on all rows, from 1, with the mean log loss; false ends the fit there. */
  readonly onStep: (step: number, loss: number) => Promise<boolean>;
}

/** Scores of the classes are X coefficients + intercepts; their softmax are the probabilities. */
export interface LogisticRegression {
  readonly nClasses: number;
  /** Row-major, shape (nFeatures, nClasses). */
  readonly coefficients: Float64Array;
  /** Shape (nClasses); -Infinity for a class that no row of train has. */
  readonly intercepts: Float64Array;
}

export interface LogisticFit {
  readonly model: LogisticRegression;
  /** Value of the objective. */
  readonly value: number;
  readonly nIter: number;
  readonly isConverged: boolean;
}

/** Rows that show where the minimum is about to be, and how the objective bends there. */
const N_SAMPLE = 20_000;
const BLOCK_ROWS = 1024;

/**
 * @param labels - Class of each row, 0 to nClasses - 1; a class without rows, or of weight 0, gets the
 *   probability 0.
 */
export async function fitLogistic(
  X: DesignMatrix,
  labels: Int32Array,
  nClasses: number,
  options: LogisticOptions,
): Promise<LogisticFit> {
  const weights = options.classWeight ?? new Array<number>(nClasses).fill(1);
  const isPresent = new Array<boolean>(nClasses).fill(false);
  for (const label of labels) isPresent[label] ||= weights[label] > 0;
  const present = weights.flatMap((_, label) => (isPresent[label] ? [label] : []));
  const m = present.length === 2 ? 1 : present.length;
  if (present.length < 2) {
    const model = toModel(new Float64Array((X.nFeatures + 1) * m), X.nFeatures, present, nClasses);
    return { model, value: 0, nIter: 0, isConverged: true };
  }
  const places = weights.map((_, label) => present.indexOf(label));
  const problem = createProblem(X, labels, { ...options, weights, places, m });
  const minimum = await solve(problem, options);
  return { ...minimum, model: toModel(minimum.x, X.nFeatures, present, nClasses) };
}

/** Probabilities of the classes, row-major, shape (nSamples, nClasses). */
export function predictLogistic(model: LogisticRegression, X: DesignMatrix): Float32Array {
  const { nClasses, coefficients, intercepts } = model;
  const probabilities = new Float32Array(X.nSamples * nClasses);
  const scores = new Float64Array(BLOCK_ROWS * nClasses);
  for (let start = 0; start < X.nSamples; start += BLOCK_ROWS) {
    const end = Math.min(X.nSamples, start + BLOCK_ROWS);
    for (let at = 0; at < scores.length; at++) scores[at] = intercepts[at % nClasses];
    X.addProducts(start, end, coefficients, nClasses, scores);
    for (let i = 0; i < end - start; i++) softmaxRow(scores, i * nClasses, nClasses);
    probabilities.set(scores.subarray(0, (end - start) * nClasses), start * nClasses);
  }
  return probabilities;
}

interface Problem {
  readonly X: DesignMatrix;
  /** Place of the class of each row among those present; -1: the row has no weight. */
  readonly places: Int32Array;
  /** Weight of each row. */
  readonly weights: Float64Array;
  readonly totalWeight: number;
  readonly penalty: number;
  readonly fitIntercept: boolean;
  readonly m: number;
}

function createProblem(
  X: DesignMatrix,
  labels: Int32Array,
  {
    weights,
    places,
    m,
    C,
    fitIntercept,
  }: Pick<LogisticOptions, 'C' | 'fitIntercept'> & {
    weights: readonly number[];
    places: readonly number[];
    m: number;
  },
): Problem {
  const rowWeights = new Float64Array(labels.length);
  labels.forEach((label, i) => (rowWeights[i] = weights[label]));
  const totalWeight = rowWeights.reduce((sum, weight) => sum + weight, 0);
  return {
    ...{ X, m, totalWeight, fitIntercept },
    places: labels.map((label) => places[label]),
    weights: rowWeights,
    penalty: 1 / (C * totalWeight),
  };
}

/** Solves the problem of a sample first, where there are many rows; its penalty is that of all rows. */
async function solve(problem: Problem, { maxIter, tol, onStep }: LogisticOptions) {
  const { X, fitIntercept, m } = problem;
  const step = Math.floor(X.nSamples / N_SAMPLE);
  const sample = step < 2 ? problem : takeEvery(problem, step);
  const largest = largestOf(X, fitIntercept);
  let start = new Float64Array(largest.length * m);
  let precondition = preconditionAt(sample, start, largest);
  if (sample !== problem) {
    const options = { maxIter, tol, precondition, onStep: async () => true };
    start = (await minimize(createObjective(sample), start, options)).x.slice();
    precondition = preconditionAt(sample, start, largest);
  }
  return await minimize(createObjective(problem), start, {
    ...{ maxIter, tol, precondition },
    onStep: (step, value, W) => onStep(step, value - penaltyOf(problem, W)),
  });
}

function takeEvery(problem: Problem, step: number): Problem {
  const isTaken = (_: number, i: number): boolean => i % step === 0;
  const weights = problem.weights.filter(isTaken);
  return {
    ...problem,
    X: problem.X.takeEvery(step),
    places: problem.places.filter(isTaken),
    weights,
    totalWeight: weights.reduce((sum, weight) => sum + weight, 0),
  };
}

function largestOf(X: DesignMatrix, fitIntercept: boolean): Float64Array {
  const largest = new Float64Array(X.nFeatures + (fitIntercept ? 1 : 0)).fill(1, X.nFeatures);
  largest.set(X.findLargest());
  return largest;
}

function preconditionAt(problem: Problem, W: Float64Array, largest: Float64Array): Precondition {
  const { X, m, weights } = problem;
  const variances = new Float64Array(X.nSamples * m);
  forEachBlock(problem, W, (start, end, scores) => {
    for (let i = start, v = 0; i < end; i++, v += m) {
      softmaxRow(scores, v, m);
      for (let k = 0; k < m; k++) {
        variances[i * m + k] = weights[i] * scores[v + k] * (1 - scores[v + k]);
      }
    }
    return 0;
  });
  return createPreconditioner({ ...problem, variances, largest, nOutputs: m });
}

function createObjective(problem: Problem) {
  const { X, m, totalWeight, penalty, fitIntercept } = problem;
  const toResiduals = m === 1 ? toBinaryResiduals : toMultinomialResiduals;
  const nPenalized = X.nFeatures * m;
  return (W: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    const loss = forEachBlock(problem, W, (start, end, scores) => {
      const sum = toResiduals(problem, start, end, scores);
      X.addTransposed(start, end, scores, m, gradient);
      if (fitIntercept) addRows(scores, end - start, m, gradient, nPenalized);
      return sum;
    });
    for (let at = 0; at < gradient.length; at++) gradient[at] /= totalWeight;
    for (let at = 0; at < nPenalized; at++) gradient[at] += penalty * W[at];
    return loss / totalWeight + penaltyOf(problem, W);
  };
}

function penaltyOf({ X, m, penalty }: Problem, W: Float64Array): number {
  let squares = 0;
  for (let at = 0; at < X.nFeatures * m; at++) squares += W[at] ** 2;
  return (penalty / 2) * squares;
}

/** Replaces the scores of rows by the gradient of their loss by them; returns the loss. */
function toBinaryResiduals(
  { places, weights }: Problem,
  start: number,
  end: number,
  scores: Float64Array,
): number {
  let loss = 0;
  for (let i = start, v = 0; i < end; i++, v++) {
    // the first class has the score 0
    const ownScore = places[i] * scores[v];
    loss += weights[i] * (logisticRow(scores, v) - ownScore);
    scores[v] = weights[i] * (scores[v] - places[i]);
  }
  return loss;
}

/** The same of more classes than two. */
function toMultinomialResiduals(
  { places, weights, m }: Problem,
  start: number,
  end: number,
  scores: Float64Array,
): number {
  let loss = 0;
  for (let i = start, v = 0; i < end; i++, v += m) {
    const weight = weights[i];
    if (weight === 0) {
      scores.fill(0, v, v + m);
      continue;
    }
    const own = v + places[i];
    const ownScore = scores[own];
    loss += weight * (softmaxRow(scores, v, m) - ownScore);
    scores[own] -= 1;
    if (weight !== 1) for (let k = 0; k < m; k++) scores[v + k] *= weight;
  }
  return loss;
}

function addRows(rows: Float64Array, n: number, m: number, sums: Float64Array, at: number): void {
  for (let v = 0; v < n * m; v += m) for (let k = 0; k < m; k++) sums[at + k] += rows[v + k];
}

/** Hands the scores of successive blocks to `visit`, row-major, shape (rows, m); sums what it returns. */
function forEachBlock(
  { X, m, fitIntercept }: Problem,
  W: Float64Array,
  visit: (start: number, end: number, scores: Float64Array) => number,
): number {
  const scores = new Float64Array(BLOCK_ROWS * m);
  const offset = X.nFeatures * m;
  // most searches start there
  const isZero = W.every((weight) => weight === 0);
  let sum = 0;
  for (let start = 0; start < X.nSamples; start += BLOCK_ROWS) {
    const end = Math.min(X.nSamples, start + BLOCK_ROWS);
    for (let k = 0; k < m; k++) {
      const intercept = fitIntercept ? W[offset + k] : 0;
      for (let v = k; v < scores.length; v += m) scores[v] = intercept;
    }
    if (!isZero) X.addProducts(start, end, W, m, scores);
    sum += visit(start, end, scores);
  }
  return sum;
}

function toModel(
  W: Float64Array,
  nFeatures: number,
  present: readonly number[],
  nClasses: number,
): LogisticRegression {
  const m = present.length === 2 ? 1 : present.length;
  const coefficients = new Float64Array(nFeatures * nClasses);
  const intercepts = new Float64Array(nClasses).fill(-Infinity);
  for (const [place, label] of present.entries()) {
    const k = m === 1 && present.length === 2 ? place - 1 : place;
    for (let j = 0; j < nFeatures; j++) {
      coefficients[j * nClasses + label] = k < 0 ? 0 : W[j * m + k];
    }
    intercepts[label] = k < 0 ? 0 : (W[nFeatures * m + k] ?? 0);
  }
  return { nClasses, coefficients, intercepts };
}
