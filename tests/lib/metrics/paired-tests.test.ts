import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mcnemar } from '../../../lib/metrics/mcnemar.ts';
import { pairedBootstrap } from '../../../lib/metrics/paired-bootstrap.ts';
import { pairPredictions } from '../../../lib/metrics/paired-cells.ts';
import { createPredictions } from '../../../lib/metrics/predictions.ts';
import { TESTED_METRICS } from '../../../lib/metrics/registry.ts';
import { drawBinomial, resampleCounts } from '../../../lib/metrics/resample-counts.ts';
import { wilsonInterval } from '../../../lib/metrics/wilson-interval.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';

interface Golden {
  readonly mcnemar: readonly { first: number; second: number; p_value: number }[];
  readonly wilson: readonly {
    n_correct: number;
    n_samples: number;
    level: number;
    interval: [number, number];
  }[];
  readonly bootstrap: {
    y_true: number[];
    first: number[][];
    second: number[][];
    intervals: Record<string, { difference: number; low: number; high: number; sd: number }>;
  };
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/paired-tests/expected.json', import.meta.url), 'utf8'),
) as Golden;
const { bootstrap } = golden;
const yTrue = Int32Array.from(bootstrap.y_true);
const [first, second] = [bootstrap.first, bootstrap.second].map((rows) =>
  createPredictions(yTrue, Float32Array.from(rows.flat()), { nClasses: 4 }),
);
const intervals = pairedBootstrap(first, second, pairPredictions(first, second), {
  confidenceLevel: 0.95,
  nResamples: 10_000,
  rng: createRng(1, 'test', 'bootstrap'),
});

const test = suite('lib/metrics: paired tests');

test("gives the p-values of statsmodels' exact McNemar test, in either order", () => {
  for (const { first: a, second: b, p_value: expected } of golden.mcnemar) {
    assertClose(mcnemar(a, b), expected, 1e-9);
    assert.is(mcnemar(b, a), mcnemar(a, b));
  }
});

test('takes one of ten coins for chance, and none of twenty not', () => {
  // 2 (1 + 10) / 2^10, and 2 / 2^20
  assertClose(mcnemar(1, 9), 22 / 1024, 1e-14);
  assertClose(mcnemar(20, 0), 2 ** -19, 1e-14);
  assert.is(mcnemar(7, 7), 1);
});

test("gives Wilson's intervals as statsmodels has them, and a width to a share of 0 or 1", () => {
  for (const { n_correct: c, n_samples: n, level, interval } of golden.wilson) {
    const { low, high } = wilsonInterval(c, n, level);
    assertClose([low, high], interval, 1e-12, 1);
    assert.ok(low < high && low >= 0 && high <= 1);
  }
});

test('agrees with a bootstrap of rows by numpy', () => {
  for (const [name, { difference, low, high, sd }] of Object.entries(bootstrap.intervals)) {
    const found = intervals[name as keyof typeof intervals]!;
    assertClose([found.low, found.high], [low, high], 0.15, sd);
    assert.ok(found.low < difference && difference < found.high, name);
  }
});

test('has an interval for every metric that can be tested', () => {
  assert.equal(Object.keys(intervals).toSorted(), [...TESTED_METRICS].toSorted());
});

test('says that a model differs in nothing from itself, exactly', () => {
  const none = pairedBootstrap(first, first, pairPredictions(first, first), {
    confidenceLevel: 0.95,
    nResamples: 1000,
    rng: createRng(1, 'test', 'none'),
  });
  for (const interval of Object.values(none)) {
    assert.equal(interval, { low: 0, high: 0, pValue: 1 });
  }
});

test('gives the same numbers for the same seed, and others for another', () => {
  const run = (seed: number) =>
    pairedBootstrap(first, second, pairPredictions(first, second), {
      confidenceLevel: 0.9,
      nResamples: 1000,
      rng: createRng(seed, 'test', 'again'),
    });
  assert.equal(run(1), run(1));
  assert.not.equal(run(1), run(2));
});

test('property: a count is drawn as often as its binomial probability says', () => {
  const rng = createRng(5, 'test', 'binomial');
  for (const [n, p] of [
    [12, 0.3],
    [40, 0.5],
    [100, 0.85],
    [1000, 0.004],
    [3000, 0.02],
  ]) {
    const nDraws = 20_000;
    const seen = new Float64Array(n + 1);
    for (let i = 0; i < nDraws; i++) seen[drawBinomial(n, p, rng)]++;
    let chiSquared = 0;
    let nCells = 0;
    let logProbability = n * Math.log1p(-p);
    for (let k = 0; k <= n; k++) {
      const expected = nDraws * Math.exp(logProbability);
      if (expected > 5) {
        chiSquared += (seen[k] - expected) ** 2 / expected;
        nCells++;
      }
      logProbability += Math.log(((n - k) / (k + 1)) * (p / (1 - p)));
    }
    // 4 standard deviations above the mean of chi-squared
    assert.ok(chiSquared < nCells + 4 * Math.sqrt(2 * nCells), `${n}, ${p}: ${chiSquared}`);
  }
});

test('draws as many rows as there are, from no empty cell, each cell in its share', () => {
  const rng = createRng(6, 'test', 'resample');
  const counts = Float64Array.of(600, 0, 300, 99, 1, 0);
  const sums = new Float64Array(counts.length);
  const drawn = new Float64Array(counts.length);
  for (let i = 0; i < 2000; i++) {
    resampleCounts(counts, rng, drawn);
    assert.is(
      drawn.reduce((sum, count) => sum + count, 0),
      1000,
    );
    drawn.forEach((count, cell) => (sums[cell] += count / 2000));
  }
  assert.is(sums[1] + sums[5], 0);
  // standard error of the mean of 2,000 draws: below .35 rows
  sums.forEach((mean, cell) => assert.ok(Math.abs(mean - counts[cell]) < 1.4, `${cell}: ${mean}`));
});

test('refuses to pair predictions of different rows', () => {
  const other = createPredictions(Int32Array.of(1), Float32Array.of(0, 1), { nClasses: 2 });
  const one = createPredictions(Int32Array.of(0), Float32Array.of(0, 1), { nClasses: 2 });
  assert.throws(() => pairPredictions(one, other), /the same rows/);
});

test.run();
