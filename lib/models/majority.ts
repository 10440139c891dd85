/** The model `majority`: what a guess is worth that looks at no feature. */
import { defineModel } from './model.ts';

export const majority = defineModel({
  name: 'majority',
  summary: 'Shares of the classes in train for every row, whatever its features',
  acceptsMissing: true,
  params: {},
  async fit({ train, nClasses, classWeight }) {
    const weights = new Float64Array(nClasses);
    for (const label of train.labels) weights[label] += classWeight?.[label] ?? 1;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const priors = weights.map((weight) => weight / total);
    const tensors = { priors: { dtype: 'F64', shape: [nClasses], data: priors } } as const;
    return { fitted: { facts: {}, tensors }, history: [], metrics: { n_parameters: nClasses } };
  },
  findProblem({ tensors: { priors }, nClasses }) {
    if (priors?.dtype !== 'F64' || priors.data.length !== nClasses) {
      return `no priors of ${nClasses} classes`;
    }
    const sum = priors.data.reduce((total, prior) => total + prior, 0);
    const isShare = priors.data.every((prior) => prior >= 0) && Math.abs(sum - 1) < 1e-9;
    return isShare ? null : 'priors that do not sum to 1';
  },
  async open({ tensors, columns, nClasses }) {
    const priors = tensors.priors.data as Float64Array;
    return {
      async predictProba(features) {
        const probabilities = new Float32Array((features.length / columns.length) * nClasses);
        for (let at = 0; at < probabilities.length; at += nClasses) probabilities.set(priors, at);
        return probabilities;
      },
      dispose: () => {},
    };
  },
});
