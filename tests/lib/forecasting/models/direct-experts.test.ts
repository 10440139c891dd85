import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { consultExperts } from '../../../../lib/forecasting/models/direct-experts.ts';
import type { Expert } from '../../../../lib/forecasting/models/direct-experts.ts';
import { openDirectSeries } from '../../../../lib/forecasting/models/direct-series.ts';
import type { ForecastOptions } from '../../../../lib/forecasting/model.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('experts of direct models');

const consult = (y: readonly number[], options: ForecastOptions): Expert[] =>
  consultExperts(openDirectSeries(Float64Array.from(y), options), options);

const optionsOf = (h: number, seasonLength: number): ForecastOptions => ({
  ...{ h, seasonLength },
  lags: [1],
});

/** What the experts say at row t so many steps ahead. */
const changesAt = (experts: readonly Expert[], t: number, step: number, h: number): number[] =>
  experts.map(({ changes }) => changes[t * h + step - 1]);

test('go back to means and on as before, as by hand', () => {
  const y = [-1, 0, 4, 2, 8];
  // two steps ahead of z(4) = 8: to the mean of two, on as from z(2)
  assertClose(changesAt(consult(y, optionsOf(2, 1)), 4, 2, 2), [5 - 8, 8 - 4], 1e-12);
  assertClose(changesAt(consult(y, optionsOf(2, 1)), 4, 1, 2), [5 - 8, (8 - 4) / 2], 1e-12);
});

test('take the last season, raised by as much as the last values are above it, as by hand', () => {
  // the mean of four; z(t + 1 - 4) + mean of the last two rises over a season (5 - 1, 9 - 4)
  const y = [-2, 3, 1, 4, 0, 6, 5, 9];
  const [, toSeason, season, seasons, smooth] = changesAt(consult(y, optionsOf(1, 4)), 7, 1, 1);
  assertClose(toSeason, 5 - 9, 1e-12, 1);
  assertClose(season, 0 + 4.5 - 9, 1e-12, 1);
  assertClose(seasons, season, 1e-12, 1);
  assertClose(smooth, (4 + 0 + 6) / 3 + 4.5 - 9, 1e-12, 1);
});

test('take the mean of the seasons that are known', () => {
  const y = [-2, 3, 1, 4, 0, 6, 5, 9, 2, 7, 6, 9];
  const [, , season, seasons] = changesAt(consult(y, optionsOf(1, 4)), 11, 1, 1);
  // two seasons back: 0, raised by the mean of 5 - 1 over two seasons (6 - 1, 9 - 4)
  assertClose(season, 2 + 0.5 - 9, 1e-12, 1);
  assertClose(seasons, (season + (0 + 5 - 9)) / 2, 1e-12, 1);
});

test('go as many seasons back as it takes, and raise by the rise over as many', () => {
  // a wave of four on a line, ten steps ahead: the season, the seasons and the quarter of eight are exact
  const wave = [5, 1, -3, 8];
  const y = Array.from({ length: 48 }, (_, t) => wave[t % 4] + 2 * t - 20);
  const h = 10;
  for (const seasonLength of [4, 16]) {
    const periodic = consult(y, optionsOf(h, seasonLength)).slice(4);
    for (const [k, { changes }] of periodic.entries()) {
      if (k === 2) continue; // smoothed
      const at = 39;
      for (let step = 1; step <= 8; step++) {
        const said = changes[at * h + step - 1];
        assertClose(said, y[at + step] - y[at], 1e-9, 1);
      }
    }
  }
});

test('have a quarter of a season where it has several steps, and means of several values', () => {
  assert.is(consult(new Array(20).fill(1), optionsOf(5, 8)).length, 8);
  assert.is(consult(new Array(20).fill(1), optionsOf(5, 4)).length, 7);
  assert.is(consult(new Array(20).fill(1), optionsOf(5, 1)).length, 3);
  assert.is(consult(new Array(20).fill(1), optionsOf(2, 1)).length, 2);
  assert.is(consult(new Array(20).fill(1), optionsOf(1, 1)).length, 1);
});

test('say of a quarter what stood there a quarter before, raised, as by hand', () => {
  // a quarter is two steps; five steps ahead of z(9) it is six rows back, raised by the mean of two rises over six
  const y = [-3, 1, 4, 2, 7, 5, 9, 6, 8, 3];
  const quarter = consult(y, optionsOf(5, 8)).at(-1)!;
  const rise = (3 - 2 + (8 - 4)) / 2;
  assertClose(quarter.changes[9 * 5 + 4], y[8] + rise - 3, 1e-12, 1);
});

test('are to be believed where they were right, and not where they were wrong', () => {
  const h = 2;
  const wave = [5, 1, -3, 8];
  const y = Array.from({ length: 40 }, (_, t) => wave[t % 4] + 2 * Math.floor(t / 4));
  const [toMean, momentum, , season] = consult(y, optionsOf(h, 4));
  const at = (of: Float64Array): number => of[39 * h + h - 1];
  assertClose([at(season.slopes), at(season.errors)], [1, 0], 1e-9, 1);
  // two steps on a wave of four go back: whoever says on as before is wrong by more than no change is
  assert.ok(at(momentum.slopes) < 0);
  assert.ok(at(momentum.errors) > 1);
  assert.ok(at(toMean.slopes) > 0.5);
});

test('are measured on the last forecasts that had ended, six of them at least', () => {
  const h = 3;
  const window = 24;
  const y = Array.from({ length: 90 }, (_, t) => ((t * t) % 7) + (t % 5) - 2);
  const { changes, slopes, errors } = consult(y, optionsOf(h, 1))[0];
  const step = 2;
  for (const t of [20, 47, 48, 49, 80]) {
    let [products, squares, misses, moves] = [0, 0, 0, 0];
    for (let from = Math.max(2, t - step - window + 1); from + step <= t; from++) {
      const said = changes[from * h + step - 1];
      const moved = y[from + step] - y[from];
      products += said * moved;
      squares += said * said;
      misses += Math.abs(moved - said);
      moves += Math.abs(moved);
    }
    assertClose(slopes[t * h + step - 1], Math.max(products / squares, -1), 1e-9, 1);
    assertClose(errors[t * h + step - 1], misses / moves, 1e-9, 1);
  }
  // the first forecast is that of row 2, so the sixth ends at row 9
  assert.ok(Number.isNaN(slopes[8 * h + step - 1]));
  assert.not.ok(Number.isNaN(slopes[9 * h + step - 1]));
});

test('are nothing to be believed on a stretch that has not moved', () => {
  const rng = createRng(1, 'test', 'experts');
  const y = [...Array.from({ length: 60 }, () => rng() - 0.5), ...new Array(120).fill(0.3)];
  for (const { slopes, errors } of consult(y, optionsOf(4, 8))) {
    assert.equal([slopes.at(-1), errors.at(-1)], [0, 1]);
  }
});

test('know nothing of later values', () => {
  const value = fc.integer({ min: -50, max: 50 });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 12, maxLength: 50 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(1, 2, 4, 8),
      fc.nat(),
      (y, h, seasonLength, place) => {
        const options = optionsOf(h, seasonLength);
        const t = place % y.length;
        const whole = consult([...y, 0], options);
        // the 0 keeps both from being logarithms
        const known = consult([...y.slice(0, t + 1), 0], options);
        whole.forEach((expert, k) => {
          for (const part of ['changes', 'slopes', 'errors'] as const) {
            const row = (of: Float64Array): Float64Array => of.subarray(t * h, (t + 1) * h);
            assert.equal([...row(expert[part])], [...row(known[k][part])]);
          }
        });
      },
    ),
  );
});

test.run();
