import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { consultExperts } from '../../../../lib/forecasting/models/direct-experts.ts';
import { inputsAt } from '../../../../lib/forecasting/models/direct-inputs.ts';
import { openDirectSeries } from '../../../../lib/forecasting/models/direct-series.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';
import { drawNormal } from '../../../support/forecasting.ts';

const test = suite('inputs of mlp-direct');

const at = (y: readonly number[], t: number, h: number, seasonLength: number): number[] => {
  const options = { h, seasonLength, lags: [1] };
  const series = openDirectSeries(Float64Array.from(y), options);
  return inputsAt(series, consultExperts(series, options), t, options);
};

test('sees the last season and the seasons before in units of the mean step', () => {
  // steps of 2 and 4 by turns: their mean is 3 at every second value
  const y = Array.from({ length: 41 }, (_, t) => 3 * t - (t % 2) - 20);
  const inputs = at(y, 40, 2, 4);
  const distance = (i: number): number => (y[i] - y[40]) / 3;
  const around = [1, 2, 3, 4].flatMap((k) =>
    [-1, 0, 1, 2, 3].map((step) => distance(40 - 4 * k + step)),
  );
  assertClose(inputs.slice(0, 24), [39, 38, 37, 36].map(distance).concat(around), 1e-12);
});

test('looks at values that are known alone, whatever the season', () => {
  const rng = createRng(1, 'test', 'inputs');
  const y = Array.from({ length: 80 }, () => drawNormal(rng));
  for (const [h, seasonLength] of [
    [1, 1],
    [6, 4],
    [13, 52],
    [5, 7],
    [30, 24],
  ]) {
    const known = at(y.slice(0, 61), 60, h, seasonLength);
    assert.equal(at(y, 60, h, seasonLength), known);
    assert.is(at(y, 2, h, seasonLength).length, known.length);
  }
});

test.run();
