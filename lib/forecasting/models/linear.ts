/** linear: ordinary least squares on features. */
import { defineGlobalModel } from './global-model.ts';
import { fitLinearRows } from './linear-rows.ts';

export const linear = defineGlobalModel({
  name: 'linear',
  summary:
    'Least squares on lags, the last season, the calendar and exogenous columns, one for all series; of several solutions, the shortest',
  fitRows: async (rows) => fitLinearRows(rows, 0),
});
