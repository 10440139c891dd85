/** The model `random-forest`: full-depth trees on bootstrap samples. */
import { defineModel } from './model.ts';
import { findForestProblem } from './trees/forest.ts';
import { forestSchema } from './trees/forest-params.ts';
import { findRegressionForestProblem } from './trees/regression-forest.ts';

export const randomForest = defineModel({
  name: 'random-forest',
  summary:
    'Mean of full-depth trees on bootstrap samples that split at the best threshold of the features tried (Breiman 2001, doi:10.1023/A:1010933404324)',
  acceptsMissing: false,
  params: forestSchema({ maxFeatures: 0.3, bootstrap: true }),
  async fit(data, params, context) {
    const { fitForest } = await import('./trees/fit-forest.ts');
    return await fitForest('random-forest', 'best', data, params, context);
  },
  findProblem: findForestProblem,
  async open(fitted, machine) {
    const { openForest } = await import('./trees/fit-forest.ts');
    return openForest(fitted, machine);
  },
  regression: {
    async fit(data, params, context) {
      const { fitRegressionForest } = await import('./trees/fit-regression-forest.ts');
      return await fitRegressionForest('random-forest', 'best', data, params, context);
    },
    findProblem: findRegressionForestProblem,
    async open(fitted, machine) {
      const { openRegressionForest } = await import('./trees/fit-regression-forest.ts');
      return openRegressionForest(fitted, machine);
    },
  },
});
