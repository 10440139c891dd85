import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addChanges,
  changesAfter,
  chooseOrigins,
  openDirectSeries,
  unitAt,
} from '../../../../lib/forecasting/models/direct-series.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('direct series');

const OPTIONS = { h: 2, seasonLength: 4, lags: [1, 2] };
const open = (y: readonly number[]) => openDirectSeries(Float64Array.from(y), OPTIONS);
const count = (n: number): number[] => Array.from({ length: n }, (_, t) => t + 1);

test('measures steps in logarithms where all values are above 0', () => {
  assertClose(unitAt(open([1, 2, 4, 8]), 3), Math.log(2), 1e-12);
  assert.is(unitAt(open([3, 3, 3, 3]), 3), 1);
  assert.is(unitAt(open([0, 2, 1, 4]), 3), 2);
});

test('forecasts, from the changes that came, the values that came', () => {
  for (const y of [
    [1, 2, 4, 8, 3, 5],
    [-1, 2, 0, 4, -3, 5],
  ]) {
    const changes = changesAfter(open(y), 3, 2);
    assertClose(addChanges([open(y.slice(0, 4))], changes, 2), y.slice(4), 1e-12);
  }
});

test('expects of a series that has never moved that it stays', () => {
  const ahead = addChanges([open([7, 7, 7]), open([0, 0])], Float64Array.of(3, -2, 1, 1), 2);
  assertClose(ahead, [7, 7, 0, 0], 1e-12);
});

test('learns from origins whose steps ahead are known, the last first, as many of each series', () => {
  const series = [open(count(100)), open(count(40)), open(count(14))];
  const { rows, weights } = chooseOrigins(series, 2, 30);
  assert.equal(rows[0].slice(0, 2), [97, 88]);
  assert.is(rows[0].length, 10);
  assert.is(rows[1][0], 37);
  assert.equal(rows[2], [11]);
  assert.is(weights.length, rows.flat().length);
});

test('learns from no origin that is 160 horizons back, and lets the oldest weigh a third', () => {
  const { rows, weights } = chooseOrigins([open(count(1000).map((t) => t % 2))], 2, 1000);
  assert.equal([rows[0][0], rows[0].at(-1)], [997, 997 - 319]);
  assertClose([weights.at(-1)! / weights[0]], [Math.exp(-319 / 320)], 1e-3);
});

test('lets old origins weigh less, and those of series that move more weigh more', () => {
  const jumpy = open(Array.from({ length: 60 }, (_, t) => 100 + 40 * (t % 2)));
  const calm = open(Array.from({ length: 60 }, (_, t) => 100 + 4 * (t % 2)));
  const { rows, weights } = chooseOrigins([jumpy, calm], 2, 40);
  const n = rows[0].length;
  const [ofJumpy, ofCalm] = [weights.subarray(0, n), weights.subarray(n)];
  assert.ok(ofJumpy.every((weight, k) => k === 0 || weight < ofJumpy[k - 1]));
  assert.ok(ofJumpy.every((weight, k) => weight > ofCalm[k]));
});

test.run();
