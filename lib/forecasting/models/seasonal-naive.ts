/** seasonal-naive: the last season again. */
import { defineLocalModel } from './local-model.ts';

export const seasonalNaive = defineLocalModel({
  name: 'seasonal-naive',
  summary: 'The last season again; the last value where the season has one step',
  minLength: ({ seasonLength }) => seasonLength,
  forecast(y, { h, seasonLength }) {
    const season = y.subarray(y.length - seasonLength);
    return Float64Array.from({ length: h }, (_, k) => season[k % seasonLength]);
  },
});
