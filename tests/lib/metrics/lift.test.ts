import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { liftCurve } from '../../../lib/metrics/lift.ts';

const test = suite('lift');
const toProba = (scores: readonly number[]): Float32Array =>
  Float32Array.from(scores.flatMap((score) => [1 - score, score]));

test('is the share of the second class in each tenth over that of all rows', () => {
  // 20 rows of rising probability, of which the last four and the first are of the second class
  const scores = Array.from({ length: 20 }, (_, i) => (i + 1) / 32);
  const yTrue = Int32Array.from(scores, (_, i) => Number(i >= 16 || i === 0));
  const bands = liftCurve(yTrue, toProba(scores));
  assert.equal(bands.map(({ lift }) => lift), [4, 4, 0, 0, 0, 0, 0, 0, 0, 2]); // prettier-ignore
  assert.equal(bands.map(({ gain }) => gain), [0.4, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 1]); // prettier-ignore
  assert.equal(bands[0], { nSamples: 2, probability: 39 / 64, share: 1, lift: 4, gain: 0.4 });
});

test('is 1 in every tenth where all rows have one probability, in any order', () => {
  const yTrue = Int32Array.from({ length: 30 }, (_, i) => Number(i < 6));
  for (const { lift } of liftCurve(yTrue, toProba(Array<number>(30).fill(0.25)))) {
    assert.ok(Math.abs(lift - 1) < 1e-12);
  }
});

test('has no bands of fewer than ten rows, and none without the second class', () => {
  assert.equal(liftCurve(Int32Array.of(0, 1), toProba([0, 1])), []);
  assert.equal(liftCurve(new Int32Array(10), toProba(Array<number>(10).fill(0.5))), []);
});

test('property: gains rise to 1, lifts weighed by rows are 1 in the mean, and the order of rows is nothing', () => {
  const row = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 8 }));
  const check = (rows: [boolean, number][]): void => {
    fc.pre(rows.some(([isSecond]) => isSecond));
    const curve = (of: typeof rows) =>
      liftCurve(
        Int32Array.from(of, ([isSecond]) => Number(isSecond)),
        toProba(of.map(([, score]) => score / 8)),
      );
    const bands = curve(rows);
    const mean = bands.reduce((sum, { nSamples, lift }) => sum + nSamples * lift, 0) / rows.length;
    assert.ok(Math.abs(mean - 1) < 1e-9);
    assert.ok(Math.abs(bands.at(-1)!.gain - 1) < 1e-9);
    bands.forEach(({ gain }, i) => assert.ok(i === 0 || gain >= bands[i - 1].gain - 1e-12));
    assert.equal(curve(rows.toReversed()), bands);
  };
  const property = fc.property(fc.array(row, { minLength: 10, maxLength: 60 }), check);
  fc.assert(property, { seed: 20261130, numRuns: 200 });
});

test.run();
