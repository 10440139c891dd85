/** random-forest: the mean of many full trees on features. */
import { defineGlobalModel } from './global-model.ts';

export const randomForest = defineGlobalModel({
  name: 'random-forest',
  summary:
    "Random forest, by scikit-learn's defaults, on lags, the last season, the calendar and exogenous columns, one for all series (Breiman 2001, doi:10.1023/A:1010933404324)",
  async fitRows({ features, targets }, context) {
    const { fitForestRegressor, predictForestRegressor, RANDOM_FOREST_REGRESSOR } =
      await import('../../models/trees/fit-forest-regressor.ts');
    const forest = fitForestRegressor(
      new Float32Array(features),
      targets,
      RANDOM_FOREST_REGRESSOR,
      context.rng('random-forest'),
    );
    return async (rows) => await predictForestRegressor(forest, new Float32Array(rows), context);
  },
});
