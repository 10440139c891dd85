import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accuracyInterval } from '../../../lib/metrics/accuracy-interval.ts';
import { createRng } from '../../../lib/rng.ts';

const test = suite('lib/metrics/accuracy-interval');

test('takes the quantiles of a small binomial distribution', () => {
  // B(2, 1/2) has probabilities 1/4, 1/2, 1/4: P(K <= 0) = .25, P(K <= 1) = .75
  assert.equal(accuracyInterval(1, 2, 0.5), { low: 0, high: 0.5 });
  assert.equal(accuracyInterval(1, 2, 0.4), { low: 0.5, high: 0.5 });
  assert.equal(accuracyInterval(1, 2, 0.6), { low: 0, high: 1 });
});

test('has no width when all rows are right or all are wrong', () => {
  assert.equal(accuracyInterval(9, 9, 0.95), { low: 1, high: 1 });
  assert.equal(accuracyInterval(0, 9, 0.95), { low: 0, high: 0 });
});

test('is what resampling the rows approaches', () => {
  const rng = createRng(3, 'test', 'resampling');
  const [nCorrect, nSamples, nResamples] = [150, 200, 2000];
  const accuracies = Float64Array.from({ length: nResamples }, () => {
    let correct = 0;
    for (let draw = 0; draw < nSamples; draw++) {
      if (Math.floor(rng() * nSamples) < nCorrect) correct++;
    }
    return correct / nSamples;
  }).sort();
  const { low, high } = accuracyInterval(nCorrect, nSamples, 0.95);
  // the 2.5 % quantile of 2000 draws is uncertain by about 1.5 rows of 200
  assert.ok(Math.abs(accuracies[0.025 * nResamples] - low) <= 0.01);
  assert.ok(Math.abs(accuracies[0.975 * nResamples] - high) <= 0.01);
});

test('grows with the level and holds the accuracy', () => {
  const levels = [0.5, 0.8, 0.95, 0.99, 0.9999];
  const intervals = levels.map((level) => accuracyInterval(111_206, 116_203, level));
  intervals.forEach(({ low, high }, index) => {
    assert.ok(low <= 111_206 / 116_203 && high >= 111_206 / 116_203);
    if (index > 0) assert.ok(low < intervals[index - 1].low && high > intervals[index - 1].high);
  });
});

test.run();
