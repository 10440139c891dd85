/** The model `ridge`: least squares on the classes as 0 and 1, with an L2 penalty. */
import { boolean, number } from '../params/schema.ts';
import { findLinearProblem } from './linear-model/linear-classifier.ts';
import { defineModel } from './model.ts';

export const ridge = defineModel({
  name: 'ridge',
  summary:
    'Least squares on one-hot classes with an L2 penalty, in closed form; scores below 0 count as 0, the rest is made to sum to 1',
  acceptsMissing: false,
  params: {
    alpha: number({ default: 1, min: 0, doc: 'Strength of the L2 penalty.' }),
    fit_intercept: boolean({ default: true, doc: 'Add an intercept, which is not penalised.' }),
  },
  async fit({ train, columns, nClasses, classWeight }, params) {
    const { fitRidge } = await import('./linear-model/ridge-regression.ts');
    const { toOneHot, toTensors } = await import('./linear-model/linear-classifier.ts');
    const features = { nColumns: columns.length, values: train.features };
    const sampleWeight =
      classWeight && Float64Array.from(train.labels, (label) => classWeight[label]);
    const scores = fitRidge(features, toOneHot(train, nClasses), { ...params, sampleWeight });
    const tensors = toTensors(scores, nClasses);
    const n_parameters = scores.coefficients.length + nClasses;
    return { fitted: { facts: {}, tensors }, history: [], metrics: { n_parameters } };
  },
  findProblem: findLinearProblem,
  async open(fitted) {
    const { predictShares, toLinearScores } = await import('./linear-model/linear-classifier.ts');
    const scores = toLinearScores(fitted);
    return {
      predictProba: async (features) => predictShares(scores, features),
      dispose: () => {},
    };
  },
});
