import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normalQuantile } from '../../../lib/preprocessing/normal-quantile.ts';

const golden = JSON.parse(readFileSync('tests/golden/scaler/expected.json', 'utf8')) as {
  normal_quantile: { p: number[]; z: number[] };
};

const test = suite('normal quantile');

test("agrees with scipy's from 1e-300 to 1 - 1e-12", () => {
  const { p, z } = golden.normal_quantile;
  for (const [i, share] of p.entries()) {
    const error = Math.abs(normalQuantile(share) - z[i]);
    assert.ok(error <= 1e-13 * Math.max(1, Math.abs(z[i])), `${share}: off by ${error}`);
  }
});

test('is 0 at one half, odd about it, infinite at the ends and NaN outside', () => {
  assert.is(normalQuantile(0.5), 0);
  for (const p of [0.25, 0.125, 2 ** -10]) assert.is(normalQuantile(p), -normalQuantile(1 - p));
  assert.is(normalQuantile(0), -Infinity);
  assert.is(normalQuantile(1), Infinity);
  for (const p of [-0.1, 1.1, NaN]) assert.ok(Number.isNaN(normalQuantile(p)));
});

test('rises without a step where one approximation takes over from another', () => {
  // |p - 0.5| = 0.425, and sqrt(-ln(p)) = 5
  for (const edge of [0.075, 0.925, Math.exp(-25)]) {
    const [below, above] = [normalQuantile(edge * (1 - 1e-12)), normalQuantile(edge * (1 + 1e-12))];
    assert.ok(below < above);
    assert.ok(above - below < 1e-10, `${above - below} at ${edge}`);
  }
});

test.run();
