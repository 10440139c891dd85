/**
 * Naive Bayes: p(class | x) is proportional to p(class) times the product over columns of p(x_j | class).
 *
 * A column that holds only 0 and 1 in train is Bernoulli: log p(x_j | k) = x_j log q + (1 - x_j) log(1 - q),
 * where q = (weight of the ones + alpha) / (weight of the rows + 2 alpha); another value of x_j lies between
 * or beyond. Any other column is normal with the mean and variance of its class. A missing value leaves its
 * factor out, in train and in prediction; so does a column of one value other than 0 and 1, which tells no
 * classes apart. A class without a value in a column has the mean and variance of all rows there.
 *
 * As scikit-learn's GaussianNB and BernoulliNB have it, each for its columns.
 */
import type { Fit, FittedModel, Predictor, TrainingData } from '../model.ts';
import { softmaxRow } from '../softmax-row.ts';

export interface NaiveBayesOptions {
  readonly varSmoothing: number;
  readonly alpha: number;
}

/** How a column counts: theta are the means of a normal column, the log odds of 1 of a Bernoulli column. */
const LEFT_OUT = 0;
const NORMAL = 1;
const BERNOULLI = 2;

/** Rows are classes, row-major, shape (nClasses + 1, nFeatures); the last row is all classes together. */
interface Moments {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly kinds: Uint8Array;
}

export function fitNaiveBayes(data: TrainingData, options: NaiveBayesOptions): Fit {
  const { columns, nClasses, train } = data;
  const p = columns.length;
  const weights = data.classWeight ?? new Array<number>(nClasses).fill(1);
  const { counts, means, variances, kinds } = measure(data);
  const overall = nClasses * p;
  const epsilon =
    options.varSmoothing *
    kinds.reduce(
      (most, kind, j) => (kind === NORMAL ? Math.max(most, variances[overall + j]) : most),
      0,
    );
  const theta = new Float64Array(overall);
  const sigma2 = new Float64Array(overall).fill(1);
  for (let at = 0; at < overall; at++) {
    const [k, j] = [Math.floor(at / p), at % p];
    const source = counts[at] > 0 ? at : overall + j;
    theta[at] = means[source];
    if (kinds[j] === NORMAL) sigma2[at] = variances[source] + epsilon;
    if (kinds[j] === BERNOULLI) {
      const weight = counts[at] * weights[k];
      const ones = weight * means[at] + options.alpha;
      theta[at] = Math.log(ones) - Math.log(weight * (1 - means[at]) + options.alpha);
    }
  }
  const priors = new Float64Array(nClasses);
  for (const label of train.labels) priors[label] += weights[label];
  const total = priors.reduce((sum, weight) => sum + weight, 0);
  const shape = [nClasses, p];
  const tensors: FittedModel['tensors'] = {
    priors: { dtype: 'F64', shape: [nClasses], data: priors.map((weight) => weight / total) },
    kinds: { dtype: 'U8', shape: [p], data: kinds },
    theta: { dtype: 'F64', shape, data: theta },
    sigma2: { dtype: 'F64', shape, data: sigma2 },
  };
  const metrics = {
    n_normal: kinds.filter((kind) => kind === NORMAL).length,
    n_bernoulli: kinds.filter((kind) => kind === BERNOULLI).length,
  };
  return { fitted: { facts: {}, tensors }, history: [], metrics };
}

/** Counts, means and variances (divisor: count) by class, of values that are not missing. */
function measure({ columns, nClasses, train }: TrainingData): Moments {
  const p = columns.length;
  const overall = nClasses * p;
  const { features, labels } = train;
  const counts = new Float64Array(overall + p);
  const means = new Float64Array(overall + p);
  const variances = new Float64Array(overall + p);
  const isBinary = new Uint8Array(p).fill(1);
  for (let i = 0, f = 0; i < labels.length; i++) {
    for (let j = 0, at = labels[i] * p; j < p; j++, at++, f++) {
      const value = features[f];
      if (value !== value) continue;
      counts[at] += 1;
      means[at] += value;
      if (value !== 0 && value !== 1) isBinary[j] = 0;
    }
  }
  for (let at = 0; at < overall; at++) {
    counts[overall + (at % p)] += counts[at];
    means[overall + (at % p)] += means[at];
  }
  for (let at = 0; at < means.length; at++) means[at] /= counts[at] || 1;
  for (let i = 0, f = 0; i < labels.length; i++) {
    for (let j = 0, at = labels[i] * p; j < p; j++, at++, f++) {
      const value = features[f];
      if (value !== value) continue;
      variances[at] += (value - means[at]) ** 2;
      variances[overall + j] += (value - means[overall + j]) ** 2;
    }
  }
  for (let at = 0; at < variances.length; at++) variances[at] /= counts[at] || 1;
  const kinds = isBinary.map((binary, j) =>
    binary === 1 ? BERNOULLI : variances[overall + j] > 0 ? NORMAL : LEFT_OUT,
  );
  return { counts, means, variances, kinds };
}

export function findNaiveBayesProblem({ tensors, columns, nClasses }: FittedModel): string | null {
  const { priors, kinds, theta, sigma2 } = tensors;
  if (priors?.dtype !== 'F64' || priors.data.length !== nClasses) {
    return `no priors of ${nClasses} classes`;
  }
  if (!priors.data.every((prior) => prior >= 0) || !priors.data.some((prior) => prior > 0)) {
    return 'priors that are no shares';
  }
  if (kinds?.dtype !== 'U8' || kinds.data.length !== columns.length) {
    return `no kinds of ${columns.length} columns`;
  }
  const shape = [nClasses, columns.length].join();
  if (theta?.dtype !== 'F64' || theta.shape.join() !== shape) return `no theta of shape (${shape})`;
  if (sigma2?.dtype !== 'F64' || sigma2.shape.join() !== shape) {
    return `no sigma2 of shape (${shape})`;
  }
  const isSound = theta.data.every(Number.isFinite);
  return isSound && sigma2.data.every((value) => value > 0 && value < Infinity)
    ? null
    : 'theta or sigma2 out of its range';
}

export function createNaiveBayesPredictor({ tensors, columns, nClasses }: FittedModel): Predictor {
  const p = columns.length;
  const logPriors = (tensors.priors.data as Float64Array).map(Math.log);
  const kinds = tensors.kinds.data as Uint8Array;
  const theta = tensors.theta.data as Float64Array;
  const sigma2 = tensors.sigma2.data as Float64Array;
  // column by column, so that the classes of one lie together
  const table = (of: (at: number, j: number) => number): Float64Array =>
    Float64Array.from({ length: p * nClasses }, (_, entry) => {
      const [j, k] = [Math.floor(entry / nClasses), entry % nClasses];
      return of(k * p + j, j);
    });
  const constants = table((at, j) =>
    kinds[j] === BERNOULLI ? logOfZero(theta[at]) : -Math.log(2 * Math.PI * sigma2[at]) / 2,
  );
  const factors = table((at, j) => (kinds[j] === BERNOULLI ? theta[at] : -1 / (2 * sigma2[at])));
  const centers = table((at, j) => (kinds[j] === BERNOULLI ? 0 : theta[at]));
  const scores = new Float64Array(nClasses);
  return {
    async predictProba(features) {
      const nSamples = features.length / p;
      const probabilities = new Float32Array(nSamples * nClasses);
      for (let i = 0; i < nSamples; i++) {
        scores.set(logPriors);
        for (let j = 0; j < p; j++) {
          const value = features[i * p + j];
          if (value !== value || kinds[j] === LEFT_OUT) continue;
          for (let k = 0, at = j * nClasses; k < nClasses; k++, at++) {
            const deviation = value - centers[at];
            const scaled = kinds[j] === BERNOULLI ? deviation : deviation * deviation;
            scores[k] += constants[at] + factors[at] * scaled;
          }
        }
        softmaxRow(scores, 0, nClasses);
        probabilities.set(scores, i * nClasses);
      }
      return probabilities;
    },
    dispose: () => {},
  };
}

/** Logarithm of the probability of 0, where that of 1 has these log odds. */
function logOfZero(logOdds: number): number {
  return -Math.max(logOdds, 0) - Math.log1p(Math.exp(-Math.abs(logOdds)));
}
