/** The model `ridge`: least squares with an L2 penalty, on numbers or on the classes as 0 and 1. */
import { boolean, number } from '../params/schema.ts';
import { findLinearProblem } from './linear-model/linear-classifier.ts';
import { defineModel } from './model.ts';

export const ridge = defineModel({
  name: 'ridge',
  summary:
    'Least squares with an L2 penalty, in closed form: on the number to predict, or on one-hot classes, where scores below 0 count as 0 and the rest is made to sum to 1',
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
  regression: {
    async fit({ train, columns }, params) {
      const { fitRidge } = await import('./linear-model/ridge-regression.ts');
      const { toFit } = await import('./linear-model/linear-regressor.ts');
      const features = { nColumns: columns.length, values: train.features };
      const targets = { nColumns: 1, values: train.targets };
      return toFit(fitRidge(features, targets, { ...params, sampleWeight: null }));
    },
    findProblem: (fitted) => findLinearProblem({ ...fitted, nClasses: 1 }),
    async open(fitted) {
      const { openRegressor } = await import('./linear-model/linear-regressor.ts');
      return openRegressor(fitted);
    },
  },
});
