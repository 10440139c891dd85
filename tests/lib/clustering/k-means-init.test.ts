import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  drawCandidates,
  drawPlusPlus,
  drawUniformly,
  nLocalTrials,
} from '../../../lib/clustering/k-means-init.ts';
import { openParallelRows } from '../../../lib/clustering/parallel-rows.ts';
import type { ParallelRows } from '../../../lib/clustering/parallel-rows.ts';
import { createRng } from '../../../lib/rng.ts';

const test = suite('first centers of k-means');

const N_DRAWS = 20_000;
const SEED = 20261129;

/** Rows for up to four clusters, on this thread. */
function open(X: Float32Array, nFeatures: number): ParallelRows {
  return openParallelRows(X, nFeatures, {
    maxPoints: 4,
    nDistances: nLocalTrials(4) + 1,
    nThreads: 1,
  });
}

/** Asserts that a count of draws is what the probability gives, within five standard deviations. */
function assertFrequency(count: number, n: number, probability: number, what: string): void {
  const deviation = Math.sqrt(n * probability * (1 - probability));
  const isNear = Math.abs(count - n * probability) <= 5 * deviation;
  assert.ok(isNear, `${what}: ${count} of ${n}, probability ${probability}`);
}

test('k-means++ draws the first row uniformly, the second by squared distance, the better of two', () => {
  // Rows 0, 1, 3. After row 0 the squared distances are 0, 1, 9: both candidates are row 1 with .1^2, and
  // row 3 leaves less. After row 1 they are 1, 0, 4: row 0 twice with .2^2. After row 3 they are 9, 4, 0:
  // rows 0 and 1 both leave 1, and the first of equals is kept, so that row 1 must be drawn twice, (4/13)^2.
  const rows = open(Float32Array.of(0, 1, 3), 1);
  const rng = createRng(SEED, 'test', 'draws');
  const counts = new Map<string, number>();
  for (let i = 0; i < N_DRAWS; i++) {
    const drawn = drawPlusPlus(rows, 2, rng).join();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  const expected = {
    '0,1': 0.01,
    '0,2': 0.99,
    '1,0': 0.04,
    '1,2': 0.96,
    '2,0': 1 - (4 / 13) ** 2,
    '2,1': (4 / 13) ** 2,
  };
  for (const [pair, probability] of Object.entries(expected)) {
    assertFrequency(counts.get(pair) ?? 0, N_DRAWS, probability / 3, pair);
  }
});

test('k-means++ has 2 + ln k candidates, as scikit-learn has', () => {
  assert.equal([1, 2, 3, 7, 8, 20, 21].map(nLocalTrials), [2, 2, 3, 3, 4, 4, 5]);
});

test('k-means++ never draws a row twice, nor its copy, and stops where there is no other', () => {
  const rows = open(Float32Array.of(5, 5, 0, 0, 5, 5, 0, 7), 2);
  const rng = createRng(SEED, 'test', 'draws');
  for (let i = 0; i < 200; i++) {
    const drawn = drawPlusPlus(rows, 4, rng);
    assert.is(drawn.length, 3);
    // rows 0 and 2 are copies
    assert.equal(
      drawn.map((row) => (row === 2 ? 0 : row)).toSorted((a, b) => a - b),
      [0, 1, 3],
    );
  }
});

test('draws by weight across slices, none of weight 0, the last where rounding leaves a hair', () => {
  const weights = Float64Array.of(0, 1, 0, 0, 2, 1, 0);
  const drawn = (sums: readonly number[], sliceSize: number, ...numbers: number[]): number[] => {
    const stream = numbers.values();
    const rng = Object.assign((): number => stream.next().value!, { int32: () => 0 });
    return drawCandidates(weights, Float64Array.from(sums), sliceSize, numbers.length, rng);
  };
  // thresholds in order 0, 1, 1.2, 3 and 3.2 of 4
  assert.equal(drawn([4], 7, 0.8, 0, 0.25, 0.3, 0.75), [1, 1, 4, 4, 5]);
  assert.equal(drawn([1, 0, 3, 0], 2, 0.8, 0, 0.25, 0.3, 0.75), [1, 1, 4, 4, 5]);
  assert.equal(drawn([1.1, 0, 3.1, 0], 2, 0.999, 0.26), [1, 5]);
});

test('uniform draws are distinct rows, each as often as any other', () => {
  const rng = createRng(SEED, 'test', 'draws');
  const counts = [0, 0, 0, 0, 0];
  for (let i = 0; i < N_DRAWS; i++) {
    const drawn = drawUniformly(5, 2, rng);
    assert.is(new Set(drawn).size, 2);
    for (const row of drawn) counts[row]++;
  }
  counts.forEach((count, row) => assertFrequency(count, N_DRAWS, 2 / 5, `row ${row}`));
});

test.run();
