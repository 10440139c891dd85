import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { calibrationBands, countBands } from '../../../lib/metrics/bands.ts';
import { bootstrapNumbers } from '../../../lib/metrics/bootstrap-numbers.ts';
import { evaluateNumbers } from '../../../lib/metrics/evaluate-numbers.ts';
import { assertGatesFit, checkGates } from '../../../lib/metrics/gates.ts';
import { measureNumericSlices } from '../../../lib/metrics/numeric-slices.ts';
import { METRICS } from '../../../lib/metrics/registry.ts';
import type { RegressionMetric } from '../../../lib/metrics/registry.ts';
import { meanError } from '../../../lib/metrics/regression.ts';
import { createRng } from '../../../lib/rng.ts';
import { complaintOf } from '../../support/complaint.ts';

interface Golden {
  readonly cases: Record<
    string,
    Record<'y_true' | 'y_pred', number[]> & { metrics: Record<RegressionMetric, number | null> }
  >;
  readonly intervals: Record<string, Record<'rmse' | 'r2', [low: number, high: number]>>;
}
const golden = JSON.parse(
  readFileSync(new URL('../../golden/regression-metrics/expected.json', import.meta.url), 'utf8'),
) as Golden;

const toPredictions = (yTrue: number[], yPred: number[]) => ({
  yTrue: Float64Array.from(yTrue),
  yPred: Float64Array.from(yPred),
});
const rng = (purpose = 'a') => createRng(1, 'test', purpose);

/** Off by -1, 2, 0, 3. */
const FOUR = toPredictions([1, 2, 3, 6], [0, 4, 3, 9]);

const test = suite('metrics of predicted numbers');

for (const [name, { y_true: yTrue, y_pred: yPred, metrics }] of Object.entries(golden.cases)) {
  test(`equal scikit-learn: ${name}`, () => {
    for (const [metric, expected] of Object.entries(metrics)) {
      const actual = METRICS[metric as RegressionMetric].score(toPredictions(yTrue, yPred));
      if (expected === null) assert.ok(Number.isNaN(actual), metric);
      else assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.abs(expected), metric);
    }
  });
}

test('are what is worked out by hand', () => {
  assert.is(METRICS.rmse.score(FOUR), Math.sqrt(14 / 4));
  assert.is(METRICS.mae.score(FOUR), 1.5);
  assert.is(METRICS.median_absolute_error.score(FOUR), 1.5);
  assert.is(METRICS.r2.score(FOUR), 1 - 14 / 14);
  assert.is(meanError(FOUR), 1);
});

for (const [n, expected] of Object.entries(golden.intervals)) {
  test(`have the intervals of SciPy's bootstrap: ${n} rows`, () => {
    const yTrue = Float64Array.from({ length: +n }, (_, i) => Math.sin(i) * 10 + (i % 7));
    const yPred = yTrue.map((truth, i) => truth + Math.cos(3 * i) * (1 + (i % 11)));
    const options = { confidenceLevel: 0.9, rng: rng() };
    const found = bootstrapNumbers({ yTrue, yPred }, options);
    for (const metric of ['rmse', 'r2'] as const) {
      const [low, high] = expected[metric];
      const tolerance = (high - low) / 10;
      assert.ok(Math.abs(found[metric]!.low - low) < tolerance, `${metric} ${found[metric]!.low}`);
      assert.ok(Math.abs(found[metric]!.high - high) < tolerance, `${metric}, high end`);
    }
    assert.equal(bootstrapNumbers({ yTrue, yPred }, { ...options, rng: rng() }), found);
  });
}

test('have no interval of R² where samples have one truth alone', () => {
  const one = bootstrapNumbers(toPredictions([2], [3]), { confidenceLevel: 0.95, rng: rng() });
  assert.equal(one, { rmse: { low: 1, high: 1 }, r2: null });
  // half the samples of two rows have one of them twice
  const two = toPredictions([2, 4], [3, 4]);
  assert.is(bootstrapNumbers(two, { confidenceLevel: 0.95, rng: rng() }).r2, null);
});

test('are taken of each slice apart, with the interval of a mean', () => {
  const keys = { by: 'k', names: ['a', 'none', 'b'], keys: Int32Array.of(0, 2, 0, 2) };
  const { by, slices } = measureNumericSlices(FOUR, keys, 0.95);
  assert.is(by, 'k');
  assert.equal(
    slices.map(({ name, nSamples, rmse, mae, meanError: bias }) => [
      ...[name, nSamples, rmse, mae, bias],
    ]),
    [
      ['a', 2, Math.sqrt(0.5), 0.5, -0.5],
      ['b', 2, Math.sqrt(6.5), 2.5, 2.5],
    ],
  );
  // a mean of 2 and 3: standard error 0.5
  const reach = 1.959963984540054 * 0.5;
  assert.ok(Math.abs(slices[1].maeLow - (2.5 - reach)) < 1e-9);
  assert.ok(Math.abs(slices[1].maeHigh - (2.5 + reach)) < 1e-9);
  assert.is(slices[0].maeLow, 0, 'no error is below 0');
});

test('count rows in bands of the truth, and compare means in bands of the prediction', () => {
  const yTrue = Float64Array.from({ length: 40 }, (_, i) => i);
  const { names, counts } = countBands({ yTrue, yPred: yTrue });
  assert.is(names.length, 10);
  assert.equal(names.slice(0, 2), ['(-inf, 3]', '(3, 7]']);
  assert.is(names.at(-1), '(35, inf)');
  counts.forEach((count, at) => assert.is(count, at % 11 === 0 ? 4 : 0));
  const bands = calibrationBands({ yTrue: yTrue.map((y) => 2 * y), yPred: yTrue });
  assert.equal(bands[0], { name: '(-inf, 3]', nSamples: 4, actual: 3, prediction: 1.5 });
  const constant = toPredictions([1, 2, 3], [5, 5, 5]);
  assert.equal(calibrationBands(constant), [
    { name: '(-inf, inf)', nSamples: 3, actual: 2, prediction: 5 },
  ]);
});

test('name bands with as many digits as tell them apart, and with six where these do', () => {
  const namesOf = (at: (i: number) => number): readonly string[] => {
    const numbers = Float64Array.from({ length: 10 }, (_, i) => at(i));
    return countBands({ yTrue: numbers, yPred: numbers }).names;
  };
  const large = namesOf((i) => 1.7e9 + i);
  assert.equal(large.slice(0, 2), ['(-inf, 1700000000]', '(1700000000, 1700000001]']);
  assert.is(new Set(large).size, 10);
  const nearest = namesOf((i) => 1 + i * Number.EPSILON);
  assert.is(new Set(nearest).size, 10);
  assert.is(namesOf((i) => i + 1 / 3)[1], '(0.333333, 1.33333]');
});

test('stand in one document, beside those of other models, the better first', () => {
  const others = { zero: FOUR.yTrue.map(() => 0), mean: FOUR.yTrue.map(() => 3) };
  const evaluation = evaluateNumbers(FOUR, {
    ...{ confidenceLevel: 0.9, rng: rng(), baselines: others },
    sliceKeys: [{ by: 'k', names: ['a'], keys: new Int32Array(4) }],
  });
  const { metrics } = evaluation;
  assert.is(metrics.rmse, 1.87083, 'six digits');
  assert.is(metrics.r2, 0);
  assert.ok(metrics.rmse_low < 1.87 && metrics.rmse_high > 1.87);
  assert.equal(Object.keys(metrics.baselines), ['mean', 'zero']);
  assert.equal(metrics.baselines.mean, {
    ...{ rmse: 1.87083, mae: 1.5, median_absolute_error: 1.5, r2: 0 },
  });
  assert.is(metrics.slices.k.a.mae, 1.5);
});

test('hold or do not hold their gates, which must be those of numbers', async () => {
  const { metrics } = evaluateNumbers(FOUR, { confidenceLevel: 0.9, rng: rng() });
  const gates = checkGates(metrics, { rmse: 2, mae: 1, r2: 0.5 });
  assert.equal(
    gates.map(({ isHeld }) => isHeld),
    [true, false, false],
  );
  assertGatesFit({ r2: 0.5 }, 'regression');
  assertGatesFit({ accuracy: 0.5 }, 'classification');
  assert.is(
    await complaintOf(() => assertGatesFit({ accuracy: 0.5, r2: 1 }, 'regression')),
    'E_PARAMS: evaluate.gates must name metrics of a model that predicts a number; got accuracy',
  );
  assert.is(
    await complaintOf(() => assertGatesFit({ accuracy: 0.5, r2: 1 }, 'classification')),
    'E_PARAMS: evaluate.gates must name metrics of a model that tells classes apart; got r2',
  );
});

test.run();
