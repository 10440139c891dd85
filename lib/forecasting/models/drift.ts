/** drift: a random walk with drift, the line from the first value through the last. */
import { defineLocalModel } from './local-model.ts';

export const drift = defineLocalModel({
  name: 'drift',
  summary: 'The line from the first value through the last: a random walk with drift',
  minLength: () => 2,
  forecast(y, { h }) {
    const last = y[y.length - 1];
    const slope = (last - y[0]) / (y.length - 1);
    return Float64Array.from({ length: h }, (_, k) => last + slope * (k + 1));
  },
});
