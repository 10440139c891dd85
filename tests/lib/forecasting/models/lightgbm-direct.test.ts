import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  directFeatureNames,
  fillDirectRows,
} from '../../../../lib/forecasting/models/direct-features.ts';
import { openDirectSeries } from '../../../../lib/forecasting/models/direct-series.ts';
import { lightgbmDirect } from '../../../../lib/forecasting/models/lightgbm-direct.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';
import { drawNormal, measureSeasonSkill } from '../../../support/forecasting.ts';

const test = suite('lightgbm-direct');

const OPTIONS = { h: 2, seasonLength: 4, lags: [1, 2] };

/** The rows of origin `t` by name, a row for each step ahead. */
function rowsAt(y: readonly number[], t: number, options = OPTIONS): Record<string, number>[] {
  const names = directFeatureNames(options);
  const rows = new Float32Array(options.h * names.length);
  fillDirectRows(openDirectSeries(Float64Array.from(y), options), t, options, rows, 0);
  return Array.from({ length: options.h }, (_, k) =>
    Object.fromEntries(names.map((name, j) => [name, rows[k * names.length + j]])),
  );
}

/** Steps of 1 and 3 by turns, and two values that are not above 0, so that no logarithm is taken. */
const Y = [-3, 0, 1, 4, 5, 8, 9, 12, 13, 16];

test('has the features of an origin as by hand', () => {
  // steps 3 1 3 1 3 1 3 1: their mean is 2; z(8) = 13, z(7) = 12, z(6) = 9, z(4) = 5, z(0) = -3
  const [first, second] = rowsAt(Y, 8);
  const expected = {
    ...{ change_1: 1 / 2, change_2: 4 / 2, above_mean_2: 0.5 / 2, step_h: 1, step_season: 1 },
    ...{ noise: 2 / (49 / 9), log_n: Math.log(9), step_ahead: 1 },
    ...{ season_1: 3 / 2, season_2: 3 / 2, season_3: NaN, season_4: NaN },
    // t - 3 and t - 5, and each one step ahead
    ...{ season_early: 1 / 2, season_late: 1 / 2, season_mean: 3 / 2, season_std: 0 },
    // z(8) - z(5); mean of z(5) less z(4)
    ...{ season_above: 5 / 2, season_path: 3 / 2 },
    // (4 + 5 + 8) / 3 to (5 + 8 + 9) / 3
    ...{ season_1_smooth: 5 / 3 / 2, season_2_smooth: NaN },
  };
  for (const [name, value] of Object.entries(expected)) {
    if (Number.isNaN(value)) assert.ok(Number.isNaN(first[name]), name);
    else assertClose(first[name], value, 1e-6, 1);
  }
  assert.is(second.step_ahead, 2);
  // z(6) - z(4), and the mean of z(5) and z(6) less z(4)
  assertClose([second.season_1, second.season_path], [4 / 2, 3.5 / 2], 1e-6);
});

test('has the changes after each quarter of a season before, the last ones that are wholly known', () => {
  // squares below 0 and above, so that no logarithm is taken and no two changes are the same; a quarter is 2 steps
  const y = Array.from({ length: 12 }, (_, t) => t * t - 9);
  const rows = rowsAt(y, 9, { h: 3, seasonLength: 8, lags: [1] });
  const unit = 81 / 9;
  const expected = [
    // from t = 7, 5 and 3 one step ahead: 15, 11, 7
    { quarter_1: 15, quarter_2: 11, quarter_3: 7, quarter_mean: 11, quarter_above: 81 - 64 },
    // two steps ahead: 81 - 49, 49 - 25, 25 - 9
    { quarter_1: 32, quarter_2: 24, quarter_3: 16, quarter_mean: 24, quarter_above: 0 },
    // three steps reach beyond one quarter, so from t = 5, 3 and 1: 64 - 25, 36 - 9, 16 - 1
    { quarter_1: 39, quarter_2: 27, quarter_3: 15, quarter_mean: 27, quarter_above: 81 - 64 },
  ];
  expected.forEach((ofStep, k) => {
    for (const [name, value] of Object.entries(ofStep)) {
      assertClose(rows[k][name], value / unit, 1e-6, 1);
    }
  });
  const [early] = rowsAt(y, 3, { h: 3, seasonLength: 8, lags: [1] });
  assertClose([early.quarter_1, early.quarter_mean], [3 / (9 / 3), 3 / (9 / 3)], 1e-6);
  assert.ok(Number.isNaN(early.quarter_2));
});

test('looks at no quarters of a season that has none of several steps', () => {
  for (const seasonLength of [1, 4, 7]) {
    const names = directFeatureNames({ h: 2, seasonLength, lags: [1] });
    assert.not.ok(
      names.some((name) => name.startsWith('quarter')),
      String(seasonLength),
    );
  }
});

test('sees that changes are like those a season before', () => {
  const wave = Array.from({ length: 40 }, (_, t) => 10 * Math.sin((Math.PI * t) / 2));
  assertClose(rowsAt(wave, 39)[0].likeness, 1, 1e-6);
  const turned = wave.map((value, t) => (Math.floor(t / 4) % 2 === 0 ? value : -value));
  assert.ok(rowsAt(turned, 39)[0].likeness < 0);
});

test('gives an origin the features that it had before later values were known', () => {
  const rng = createRng(1, 'test', 'direct');
  let level = 50;
  const walk = Array.from({ length: 60 }, () => (level += drawNormal(rng)));
  const longer = { h: 6, seasonLength: 4, lags: [1, 3] };
  for (const options of [OPTIONS, longer, { h: 6, seasonLength: 8, lags: [1, 3] }]) {
    for (const t of [14, 30, 45]) {
      assert.equal(rowsAt(walk, t, options), rowsAt(walk.slice(0, t + 1), t, options));
    }
  }
});

test('learns from all series that a season comes again, better than the last season alone', async () => {
  const ratio = await measureSeasonSkill(lightgbmDirect);
  assert.ok(ratio < 0.9, `${ratio} of its error`);
});

test.run();
