/** The model `lightgbm`: gradient boosting by LightGBM's C library; also its forests. */
import { LIGHTGBM_SCHEMA } from './lightgbm/params.ts';
import { findBoosterProblem } from './lightgbm/state.ts';
import { defineModel } from './model.ts';

export const lightgbm = defineModel({
  name: 'lightgbm',
  summary:
    'Gradient boosting of trees, or a random forest, by LightGBM, on classes or least squares (Ke et al. 2017, NeurIPS 30)',
  acceptsMissing: true,
  params: LIGHTGBM_SCHEMA,
  async fit(data, params, context) {
    const { fitClassifier } = await import('./lightgbm/train.ts');
    return await fitClassifier(data, params, context);
  },
  findProblem: findBoosterProblem,
  async open(fitted, machine) {
    const { openClassifier } = await import('./lightgbm/predict.ts');
    return openClassifier(fitted, machine);
  },
  regression: {
    async fit(data, params, context) {
      const { fitRegressor } = await import('./lightgbm/train.ts');
      return await fitRegressor(data, params, context);
    },
    findProblem: findBoosterProblem,
    async open(fitted, machine) {
      const { openRegressor } = await import('./lightgbm/predict.ts');
      return openRegressor(fitted, machine);
    },
  },
});
