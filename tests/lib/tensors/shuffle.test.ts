import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRng } from '../../../lib/rng.ts';
import { shuffledIndices } from '../../../lib/tensors/shuffle.ts';

const test = suite('shuffle');

test('property: holds every index once', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer(), (n, seed) => {
      const indices = shuffledIndices(n, createRng(seed, 'test', 'shuffle'));
      assert.equal(
        [...indices].sort((a, b) => a - b),
        [...Array(n).keys()],
      );
    }),
    { seed: 6, numRuns: 200 },
  );
});

test('gives each of the 24 orders of four indices with the same probability', () => {
  const counts = new Map<string, number>();
  const nRuns = 24_000;
  const rng = createRng(0, 'test', 'orders');
  for (let i = 0; i < nRuns; i++) {
    const order = shuffledIndices(4, rng).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.is(counts.size, 24);
  const expected = nRuns / 24;
  const chiSquared = [...counts.values()].reduce(
    (sum, n) => sum + (n - expected) ** 2 / expected,
    0,
  );
  // 23 degrees of freedom: 49.7 is exceeded once in a thousand seeds
  assert.ok(chiSquared < 49.7, String(chiSquared));
});

test('takes the draws of the source from the last index to the first', () => {
  // by hand: i = 3: j = floor(.5 * 4) = 2 gives 0 1 3 2; i = 2: j = floor(.5 * 3) = 1 gives 0 3 1 2;
  // i = 1: j = floor(.5 * 2) = 1 changes nothing
  const half = Object.assign(() => 0.5, { int32: () => 0 });
  assert.equal([...shuffledIndices(4, half)], [0, 3, 1, 2]);
});

test.run();
