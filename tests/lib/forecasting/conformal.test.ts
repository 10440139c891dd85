import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import {
  conformalIntervals,
  maxLevel,
  measureCoverage,
  scoreConformal,
} from '../../../lib/forecasting/conformal.ts';
import type { Window } from '../../../lib/forecasting/cross-validation.ts';
import { panelOf } from '../../../lib/forecasting/panel.ts';
import type { Panel } from '../../../lib/forecasting/panel.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';
import { drawNormal, MONTHLY } from '../../support/forecasting.ts';

const test = suite('conformal intervals');

const windowOf = (history: Panel, errors: number[]): Window => ({
  ...{ history, rowsAfter: 0, forecast: new Float64Array(errors.length) },
  actual: Float64Array.from(errors),
});

test('by hand: are as wide as the ranked error of each step, in spreads of the series', () => {
  // a has the spread 1, b 10; four errors a step: level 60 is the third of them, (4 + 1) × .6
  const history = panelOf(MONTHLY, { a: [-1, 1], b: [-10, 10] });
  const windows = [windowOf(history, [1, 5, 20, 60]), windowOf(history, [-3, 7, 40, -80])];
  const scores = scoreConformal(windows);
  assert.equal(
    scores.byStep.map((step) => [...step]),
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
  );
  const [interval] = conformalIntervals(Float64Array.of(0, 0, 100, 100), history, scores, [60]);
  assertClose(interval.lo, [-3, -7, 70, 30], 1e-12);
  assertClose(interval.hi, [3, 7, 130, 170], 1e-12);
  const coverage = measureCoverage(interval, Float64Array.of(3, 8, 69, 30), 2);
  assert.equal(coverage, { all: 0.5, byStep: [0.5, 0.5] });
});

test('are made of windows of different series, and say how high a level they reach', () => {
  const both = panelOf(MONTHLY, { a: [-1, 1], b: [-10, 10] });
  const one = panelOf(MONTHLY, { b: [-10, 10] });
  const scores = scoreConformal([windowOf(one, [30]), windowOf(both, [1, 20])]);
  assert.equal([...scores.byStep[0]], [1, 2, 3]);
  assert.is(maxLevel(scores), 75);
});

test('refuse a level that so few errors cannot reach', () => {
  const history = panelOf(MONTHLY, { a: [-1, 1] });
  const scores = scoreConformal([1, 2, 3, 4].map((error) => windowOf(history, [error])));
  const [widest] = conformalIntervals(Float64Array.of(0), history, scores, [80]);
  assert.is(widest.hi[0], 4);
  assert.throws(
    () => conformalIntervals(Float64Array.of(0), history, scores, [81]),
    (error: unknown) =>
      error instanceof StageError && /at most 80 with 4 errors/.test(error.message),
  );
});

test('property: a higher level is never narrower, and lo never above hi', () => {
  const errors = fc.array(fc.double({ ...{ min: -1e6, max: 1e6, noNaN: true } }), {
    ...{ minLength: 9, maxLength: 30 },
  });
  const history = panelOf(MONTHLY, { a: [-1, 1] });
  fc.assert(
    fc.property(errors, (drawn) => {
      const scores = scoreConformal(drawn.map((error) => windowOf(history, [error])));
      const found = conformalIntervals(Float64Array.of(3), history, scores, [10, 50, 80, 90]);
      found.forEach(({ lo, hi }, k) => {
        assert.ok(lo[0] <= hi[0]);
        if (k > 0) assert.ok(lo[0] <= found[k - 1].lo[0] && hi[0] >= found[k - 1].hi[0]);
      });
    }),
    { seed: 13, numRuns: 200 },
  );
});

test('hold as much as their level says of exchangeable noise, at every step', () => {
  const rng = createRng(1, 'test', 'conformal');
  const [nSeries, h] = [400, 3];
  const ids = Array.from({ length: nSeries }, (_, i) => `s${i}`);
  const history = panelOf(MONTHLY, Object.fromEntries(ids.map((id) => [id, [-1, 1]])));
  // later steps are harder
  const draw = (): number[] =>
    Array.from({ length: nSeries * h }, (_, at) => (1 + (at % h)) * drawNormal(rng));
  const scores = scoreConformal([0, 1, 2, 3, 4].map(() => windowOf(history, draw())));
  const truth = Float64Array.from(draw());
  const intervals = conformalIntervals(
    new Float64Array(nSeries * h),
    history,
    scores,
    [50, 80, 95],
  );
  for (const interval of intervals) {
    const coverage = measureCoverage(interval, truth, h);
    // four standard errors of a share of 400
    const margin = 4 * Math.sqrt((0.5 * 0.5) / nSeries);
    for (const share of [coverage.all, ...coverage.byStep]) {
      assert.ok(Math.abs(share - interval.level / 100) < margin, `${share} at ${interval.level}`);
    }
  }
});

test.run();
