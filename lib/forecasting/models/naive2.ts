/** naive2: the last value again, after seasonal adjustment; what M4 compares every model with. */
import { defineLocalModel } from './local-model.ts';
import { addSeason, adjustSeason } from './seasonal-adjustment.ts';

export const naive2 = defineLocalModel({
  name: 'naive2',
  summary:
    'The last value again, seasonally adjusted where the autocorrelation shows a season (Makridakis, Spiliotis and Assimakopoulos 2020, doi:10.1016/j.ijforecast.2019.04.014)',
  minLength: () => 1,
  forecast(y, { h, seasonLength }) {
    const season = adjustSeason(y, seasonLength);
    return addSeason(new Float64Array(h).fill(season.adjusted[y.length - 1]), season);
  },
});
