import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { correlate, toRanks } from '../../../lib/exploration/correlations.ts';

const test = suite('lib/exploration/correlations');

test('gives equal values their mean rank, and NaN none', () => {
  assert.equal([...toRanks(Float64Array.of(5, 1, 5, NaN, 9))], [2.5, 1, 2.5, NaN, 4]);
  assert.equal([...toRanks(new Float64Array(0))], []);
});

test('is 1 for what rises together in a line, or by rank alone', () => {
  const x = Float64Array.of(1, 2, 3, 4);
  const { pearson, spearman } = correlate([x, x.map((v) => 5 - 2 * v), x.map((v) => Math.exp(v))]);
  assert.equal([...pearson.subarray(0, 2)], [1, -1]);
  assert.ok(pearson[2] > 0.8 && pearson[2] < 0.95);
  assert.equal([...spearman], [1, -1, 1, -1, 1, -1, 1, -1, 1]);
});

test('is NaN for a column of one value, however rounding makes its mean', () => {
  const constant = new Float64Array(7).fill(0.1);
  const { pearson, spearman } = correlate([constant, Float64Array.of(1, 2, 3, 4, 5, 6, 7)]);
  assert.equal([...pearson], [NaN, NaN, NaN, 1]);
  assert.equal([...spearman], [NaN, NaN, NaN, 1]);
});

test('compares over the rows where both have a value', () => {
  const { pearson } = correlate([
    Float64Array.of(1, 2, 3, NaN, 100),
    Float64Array.of(2, 4, 6, 5, NaN),
  ]);
  assert.is(pearson[1], 1);
});

test('changes none of its input', () => {
  const x = Float64Array.of(3, 1, 2);
  correlate([x, x]);
  assert.equal([...x], [3, 1, 2]);
});

test.run();
