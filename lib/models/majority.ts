/** The model `majority`: what a guess is worth that looks at no feature. */
import { defineModel } from './model.ts';
import type { Features, Fit, FittedModel, TrainingData } from './model.ts';

export const majority = defineModel({
  name: 'majority',
  summary:
    'The same for every row, whatever its features: the shares of the classes in train, or the mean of the number to predict',
  acceptsMissing: true,
  params: {},
  fit: fitPriors,
  findProblem({ tensors: { priors }, nClasses }) {
    if (priors?.dtype !== 'F64' || priors.data.length !== nClasses) {
      return `no priors of ${nClasses} classes`;
    }
    const sum = priors.data.reduce((total, prior) => total + prior, 0);
    const isShare = priors.data.every((prior) => prior >= 0) && Math.abs(sum - 1) < 1e-9;
    return isShare ? null : 'priors that do not sum to 1';
  },
  open: async (fitted) => ({
    predictProba: async ({ length }) => repeatPriors(fitted, length / fitted.columns.length),
    dispose: () => {},
  }),
  sparse: {
    fit: fitPriors,
    open: async (fitted) => ({
      predictProba: async ({ nRows }) => repeatPriors(fitted, nRows),
      dispose: () => {},
    }),
  },
  regression: {
    async fit({ train }) {
      const mean = train.targets.reduce((sum, target) => sum + target, 0) / train.nSamples;
      const tensors = { mean: { dtype: 'F64', shape: [1], data: Float64Array.of(mean) } } as const;
      return { fitted: { facts: {}, tensors }, history: [], metrics: { n_parameters: 1 } };
    },
    findProblem({ tensors: { mean } }) {
      const isMean =
        mean?.dtype === 'F64' && mean.data.length === 1 && Number.isFinite(mean.data[0]);
      return isMean ? null : 'no mean';
    },
    async open({ tensors, columns }) {
      const [mean] = tensors.mean.data as Float64Array;
      return {
        predict: async (features) => new Float64Array(features.length / columns.length).fill(mean),
        dispose: () => {},
      };
    },
  },
});

async function fitPriors({ train, nClasses, classWeight }: TrainingData<Features>): Promise<Fit> {
  const weights = new Float64Array(nClasses);
  for (const label of train.labels) weights[label] += classWeight?.[label] ?? 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const priors = weights.map((weight) => weight / total);
  const tensors = { priors: { dtype: 'F64', shape: [nClasses], data: priors } } as const;
  return { fitted: { facts: {}, tensors }, history: [], metrics: { n_parameters: nClasses } };
}

function repeatPriors({ tensors, nClasses }: FittedModel, nSamples: number): Float32Array {
  const priors = tensors.priors.data as Float64Array;
  const probabilities = new Float32Array(nSamples * nClasses);
  for (let at = 0; at < probabilities.length; at += nClasses) probabilities.set(priors, at);
  return probabilities;
}
