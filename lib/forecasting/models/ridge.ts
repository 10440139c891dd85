/** ridge: least squares with an L2 penalty on features. */
import { defineGlobalModel } from './global-model.ts';
import { fitLinearRows } from './linear-rows.ts';

/** As scikit-learn has it by default. */
const ALPHA = 1;

export const ridge = defineGlobalModel({
  name: 'ridge',
  summary:
    'Ridge regression on lags, the last season, the calendar and exogenous columns, one for all series (Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634)',
  fitRows: async (rows) => fitLinearRows(rows, ALPHA),
});
