import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  naturalLog,
  roundDown,
  threefry,
  toIndex,
  words,
} from '../../../../lib/models/trees/arithmetic.ts';

const test = suite('arithmetic of trees');

// tests/kat_vectors of Random123: counter, key, result
const KNOWN = [
  [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
  [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xc4923a9c, 0x483df7a0],
];

test('draws the known answers of Threefry-2x32 with 20 rounds', () => {
  for (const [counter0, counter1, key0, key1, ...expected] of KNOWN) {
    threefry(key0, key1, counter0, counter1);
    assert.equal([...words], expected);
  }
});

test('property: the logarithm is that of the platform, within 2 units in the last place', () => {
  const positive = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true });
  const near1 = fc.double({ min: 0.5, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(positive, near1), (value) => {
      const expected = Math.log(value);
      const error = Math.abs(naturalLog(value) - expected);
      assert.ok(error <= 2 * 2 ** -52 * Math.max(Math.abs(expected), 2 ** -52));
    }),
    { seed: 1, numRuns: 5000 },
  );
  assert.is(naturalLog(1), 0);
});

test('property: rounding down gives the nearest float32 that is not above', () => {
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  fc.assert(
    fc.property(fc.double({ min: -3e38, max: 3e38, noNaN: true }), (value) => {
      const rounded = roundDown(value);
      assert.is(rounded, Math.fround(rounded));
      assert.ok(rounded <= value);
      // the next float32
      float[0] = rounded === 0 ? 0 : rounded;
      bits[0] += float[0] < 0 ? -1 : 1;
      assert.ok(float[0] > value);
    }),
    { seed: 1, numRuns: 5000, examples: [[0], [-0], [5e-324], [-5e-324], [0.1], [-0.1], [1]] },
  );
});

test('draws every index, never n', () => {
  assert.is(toIndex(0, 7), 0);
  assert.is(toIndex(2 ** 32 - 1, 7), 6);
  assert.is(toIndex(2 ** 31, 2), 1);
});

test.run();
