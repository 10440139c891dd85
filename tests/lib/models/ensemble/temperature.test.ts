import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyTemperature, findTemperature } from '../../../../lib/models/ensemble/temperature.ts';

const test = suite('temperature');

/** Rows of two classes that all say p for the first; a share of them is of it. */
function makeRows(p: number, nSamples: number, nFirst: number) {
  const probabilities = Float64Array.from({ length: 2 * nSamples }, (_, k) =>
    k % 2 === 0 ? p : 1 - p,
  );
  return { probabilities, labels: Int32Array.from({ length: nSamples }, (_, i) => +(i >= nFirst)) };
}

test('is that at which confidence equals the share of right rows', () => {
  // 0.9 where 0.75 is right: 9^(1/T) = 3, hence T = 2; the reverse wants T = 1/2
  for (const [p, nFirst, expected] of [
    [0.9, 75, 2],
    [0.75, 90, 0.5],
    [0.75, 75, 1],
  ]) {
    const { probabilities, labels } = makeRows(p, 100, nFirst);
    const found = findTemperature(probabilities, labels, 2);
    assert.ok(Math.abs(found - expected) < 1e-4, `${found} for ${expected}`);
    const [calibrated] = applyTemperature(probabilities, 2, found);
    assert.ok(Math.abs(calibrated - nFirst / 100) < 1e-5);
  }
});

test('keeps rows of sum 1 and the order of their classes, and nothing changes at 1', () => {
  const probabilities = Float64Array.of(0.2, 0.5, 0.3, 0, 1, 0);
  for (const temperature of [0.3, 1, 4]) {
    const found = applyTemperature(probabilities, 3, temperature);
    for (const start of [0, 3]) {
      const row = found.subarray(start, start + 3);
      assert.ok(Math.abs(row[0] + row[1] + row[2] - 1) < 1e-6);
    }
    assert.ok(found[1] > found[2] && found[2] > found[0]);
    assert.equal([...found.subarray(3)], [0, 1, 0]);
  }
  assert.equal([...applyTemperature(probabilities, 3, 1)], [...Float32Array.from(probabilities)]);
});

test('stays within 0.05 and 20 where rows want an end', () => {
  const right = makeRows(0.6, 10, 10);
  assert.ok(findTemperature(right.probabilities, right.labels, 2) < 0.051);
  const wrong = makeRows(0.6, 10, 0);
  assert.ok(findTemperature(wrong.probabilities, wrong.labels, 2) > 19.9);
});

test.run();
