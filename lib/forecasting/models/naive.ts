/** naive: the last value again. */
import { defineLocalModel } from './local-model.ts';

export const naive = defineLocalModel({
  name: 'naive',
  summary: 'The last value again',
  minLength: () => 1,
  forecast: (y, { h }) => new Float64Array(h).fill(y[y.length - 1]),
});
