import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitRidge } from '../../../../lib/models/linear-model/ridge-regression.ts';
import type { RidgeOptions } from '../../../../lib/models/linear-model/ridge-regression.ts';
import { createRng } from '../../../../lib/rng.ts';
import { expected, flat, input } from '../../../support/baselines.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('ridge regression');

const OPTIONS: RidgeOptions = { alpha: 1, fitIntercept: true, sampleWeight: null };
const features = { nColumns: 5, values: flat(input.X) };
const targets = {
  nColumns: 4,
  values: Float64Array.from(
    input.y.flatMap((label, i) => [
      ...[0, 1, 2].map((k) => Number(k === label)),
      Math.fround(input.scaled[i][0]) * 3 - 1,
    ]),
  ),
};

const CASES: Record<string, Partial<RidgeOptions>> = {
  'alpha 1': {},
  'alpha 100, weights': {
    alpha: 100,
    sampleWeight: Float64Array.from(input.y, (label) => input.weights[label]),
  },
  'no intercept': { alpha: 0.5, fitIntercept: false },
  'alpha 0': { alpha: 0 },
};
for (const [name, options] of Object.entries(CASES)) {
  test(`learns what scikit-learn does: ${name}`, () => {
    const { coefficients, intercepts } = fitRidge(features, targets, { ...OPTIONS, ...options });
    assertClose(coefficients, expected.ridge[name].coef.flat(), 1e-8);
    assertClose(intercepts, expected.ridge[name].intercept, 1e-8);
  });
}

function makeProblem(nSamples: number, p: number, seed: number) {
  const rng = createRng(seed, 'test', 'ridge');
  const X = Float64Array.from({ length: nSamples * p }, () => rng() * 4 - 1);
  const y = Float64Array.from({ length: nSamples }, () => rng() * 10);
  return { X: { nColumns: p, values: X }, y: { nColumns: 1, values: y } };
}

test('property: without a penalty, residuals are orthogonal to every column and sum to 0', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(10_000), (p, seed) => {
      const { X, y } = makeProblem(20, p, seed);
      const { coefficients, intercepts } = fitRidge(X, y, { ...OPTIONS, alpha: 0 });
      const residuals = y.values.map((value, i) => {
        const row = X.values.subarray(i * p, (i + 1) * p);
        return row.reduce((rest, x, j) => rest - x * coefficients[j], value - intercepts[0]);
      });
      for (let j = 0; j < p; j++) {
        const dot = residuals.reduce((sum, residual, i) => sum + residual * X.values[i * p + j], 0);
        assert.ok(Math.abs(dot) < 1e-9, `${dot}`);
      }
      assert.ok(Math.abs(residuals.reduce((sum, residual) => sum + residual, 0)) < 1e-9);
    }),
    { numRuns: 200, seed: 20261130 },
  );
});

test('property: a multiple of the targets has that multiple of the coefficients; rows in another order have the same', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0.1, max: 9, noNaN: true }), (seed, factor) => {
      const { X, y } = makeProblem(12, 3, seed);
      const plain = fitRidge(X, y, OPTIONS);
      const scaled = { nColumns: 1, values: y.values.map((value) => value * factor) };
      const { coefficients, intercepts } = fitRidge(X, scaled, OPTIONS);
      assertClose(
        [...coefficients, ...intercepts],
        [...plain.coefficients, ...plain.intercepts].map((value) => value * factor),
        1e-9,
      );
      const reversed = fitRidge(
        {
          nColumns: 3,
          values: Float64Array.from(
            X.values,
            (_, at) => X.values[(11 - Math.floor(at / 3)) * 3 + (at % 3)],
          ),
        },
        { nColumns: 1, values: y.values.slice().reverse() },
        OPTIONS,
      );
      assertClose(reversed.coefficients, plain.coefficients, 1e-9);
    }),
    { numRuns: 200, seed: 20261130 },
  );
});

test('comes to the mean as the penalty grows', () => {
  const { X, y } = makeProblem(30, 3, 1);
  const { coefficients, intercepts } = fitRidge(X, y, { ...OPTIONS, alpha: 1e12 });
  assertClose(coefficients, [0, 0, 0], 1e-9, 1);
  assertClose(intercepts, [y.values.reduce((sum, value) => sum + value, 0) / 30], 1e-9);
});

test('counts a row of weight 2 as two rows', () => {
  const X = { nColumns: 1, values: Float64Array.of(1, 2, 5) };
  const y = { nColumns: 1, values: Float64Array.of(3, -1, 2) };
  const twice = {
    X: { nColumns: 1, values: Float64Array.of(1, 2, 2, 5) },
    y: { nColumns: 1, values: Float64Array.of(3, -1, -1, 2) },
  };
  const weighted = fitRidge(X, y, { ...OPTIONS, sampleWeight: Float64Array.of(1, 2, 1) });
  const repeated = fitRidge(twice.X, twice.y, OPTIONS);
  assertClose(weighted.coefficients, repeated.coefficients, 1e-12);
  assertClose(weighted.intercepts, repeated.intercepts, 1e-12);
});

test('halves a line through 2 points by hand', () => {
  // x = -1, 1 and y = 0, 4: slope (sum x y) / (sum x² + 2) = 4 / 4, intercept 2
  const X = { nColumns: 1, values: Float64Array.of(-1, 1) };
  const y = { nColumns: 1, values: Float64Array.of(0, 4) };
  const { coefficients, intercepts } = fitRidge(X, y, { ...OPTIONS, alpha: 2 });
  assertClose(coefficients, [1], 1e-15);
  assertClose(intercepts, [2], 1e-15);
});

test('takes the shortest solution where columns are copies of each other', () => {
  const X = { nColumns: 2, values: Float64Array.of(-1, -1, 0, 0, 1, 1) };
  const y = { nColumns: 1, values: Float64Array.of(-4, 0, 4) };
  const { coefficients } = fitRidge(X, y, { ...OPTIONS, alpha: 0 });
  assertClose(coefficients, [2, 2], 1e-12);
});

test('loses no digits to columns far from 0', () => {
  const { X, y } = makeProblem(40, 2, 3);
  const near = fitRidge(X, y, { ...OPTIONS, alpha: 0 });
  const moved = { nColumns: 2, values: X.values.map((value) => value + 2 ** 20) };
  const far = fitRidge(moved, y, { ...OPTIONS, alpha: 0 });
  assertClose(far.coefficients, near.coefficients, 1e-8);
});

test.run();
