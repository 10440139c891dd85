/** mean: the mean of the history. */
import { defineLocalModel } from './local-model.ts';

export const mean = defineLocalModel({
  name: 'mean',
  summary: 'The mean of the history',
  minLength: () => 1,
  forecast: (y, { h }) =>
    new Float64Array(h).fill(y.reduce((sum, value) => sum + value, 0) / y.length),
});
