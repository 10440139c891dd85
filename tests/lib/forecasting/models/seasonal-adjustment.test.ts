import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addSeason,
  adjustSeason,
  decompose,
  isSeasonal,
} from '../../../../lib/forecasting/models/seasonal-adjustment.ts';
import { createRng } from '../../../../lib/rng.ts';
import { assertClose } from '../../../support/close.ts';
import { drawNormal } from '../../../support/forecasting.ts';

const test = suite('seasonal adjustment');

const repeat = (pattern: readonly number[], n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, t) => pattern[t % pattern.length]);

test('finds the factors of a line with a season, even and odd', () => {
  for (const pattern of [
    [3, -1, -4, 2],
    [2, 0, -2],
  ]) {
    const y = repeat(pattern, 26).map((value, t) => 50 + 2 * t + value);
    assertClose(decompose(y, pattern.length, false), pattern, 1e-12);
  }
});

test('finds the factors of a constant times a season', () => {
  const pattern = [1.5, 0.5, 0.75, 1.25];
  const y = repeat(pattern, 22).map((value) => 8 * value);
  assertClose(decompose(y, 4, true), pattern, 1e-12);
});

test('sees a season in what repeats, and none in a walk, in noise or in two seasons', () => {
  const rng = createRng(1, 'test', 'noise');
  const noise = Float64Array.from({ length: 60 }, () => drawNormal(rng));
  let level = 0;
  const walk = noise.map((step) => (level += step));
  const wave = repeat([5, -5, 3, -3], 60);
  assert.is(isSeasonal(wave, 4), true);
  assert.is(isSeasonal(wave.subarray(0, 11), 4), false);
  assert.is(isSeasonal(wave, 1), false);
  assert.is(isSeasonal(noise, 4), false);
  assert.is(isSeasonal(walk, 12), false);
  assert.is(isSeasonal(new Float64Array(60).fill(3), 4), false);
});

test('takes a season out and puts it back, by subtraction where values are not above 0', () => {
  for (const level of [100, 0]) {
    const y = repeat([5, -5, 3, -3], 30).map((value) => level + value);
    const season = adjustSeason(y, 4);
    assert.is(season.isMultiplicative, level > 0);
    assertClose(season.adjusted, new Float64Array(30).fill(level), 1e-12, 100);
    const ahead = addSeason(new Float64Array(5).fill(level), season);
    assertClose(
      ahead,
      [3, -3, 5, -5, 3].map((value) => level + value),
      1e-12,
    );
  }
});

test('leaves a history without a season as it is', () => {
  const y = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6);
  assert.equal(adjustSeason(y, 4).adjusted, y);
});

test.run();
