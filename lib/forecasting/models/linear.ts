/** linear: ordinary least squares on features. */
import { fitRidge } from '../../models/linear-model/ridge-regression.ts';
import { defineGlobalModel } from './global-model.ts';
import { predictLinearRows } from './predict-linear-rows.ts';

export const linear = defineGlobalModel({
  name: 'linear',
  summary:
    'Least squares on lags, the last season, the calendar and exogenous columns, one for all series; of several solutions, the shortest',
  async fitRows({ names, features, targets }) {
    // the normal equations, as for ridge: the decomposition of all rows would hold them three times over
    const scores = fitRidge(
      { nColumns: names.length, values: features },
      { nColumns: 1, values: targets },
      { alpha: 0, fitIntercept: true, sampleWeight: null },
    );
    return async (rows, nRows) => predictLinearRows(scores, rows, nRows);
  },
});
