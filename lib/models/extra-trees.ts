/** The model `extra-trees`: full-depth trees on random thresholds. */
import { defineModel } from './model.ts';
import { findForestProblem } from './trees/forest.ts';
import { forestSchema } from './trees/forest-params.ts';
import { findRegressionForestProblem } from './trees/regression-forest.ts';

export const extraTrees = defineModel({
  name: 'extra-trees',
  summary:
    'Mean of full-depth trees that split at the best of random thresholds, one for each feature tried (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1)',
  acceptsMissing: false,
  params: forestSchema({ maxFeatures: 0.8, bootstrap: false }),
  async fit(data, params, context) {
    const { fitForest } = await import('./trees/fit-forest.ts');
    return await fitForest('extra-trees', 'random', data, params, context);
  },
  findProblem: findForestProblem,
  async open(fitted, machine) {
    const { openForest } = await import('./trees/fit-forest.ts');
    return openForest(fitted, machine);
  },
  regression: {
    async fit(data, params, context) {
      const { fitRegressionForest } = await import('./trees/fit-regression-forest.ts');
      return await fitRegressionForest('extra-trees', 'random', data, params, context);
    },
    findProblem: findRegressionForestProblem,
    async open(fitted, machine) {
      const { openRegressionForest } = await import('./trees/fit-regression-forest.ts');
      return openRegressionForest(fitted, machine);
    },
  },
});
