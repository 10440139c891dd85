import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  accuracy,
  balancedAccuracy,
  cohenKappa,
  macroF1,
  matthewsCorrcoef,
  weightedF1,
} from '../../../lib/metrics/classification.ts';
import { contingencyTable } from '../../../lib/metrics/contingency.ts';
import { perClassScores } from '../../../lib/metrics/per-class.ts';

const test = suite('lib/metrics/classification');

/** Truth 0 0 0 1 1 2 against prediction 0 0 1 1 0 1; class 3 occurs nowhere. */
const confusion = contingencyTable(
  Int32Array.of(0, 0, 0, 1, 1, 2),
  Int32Array.of(0, 0, 1, 1, 0, 1),
  { nRows: 4, nColumns: 4 },
);

function isNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-15, `${actual}, not ${expected}`);
}

test('counts truth in rows and prediction in columns', () => {
  assert.equal([...confusion.counts], [2, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
});

test('refuses a label outside the table, and labels of different lengths', () => {
  const sizes = { nRows: 2, nColumns: 2 };
  assert.throws(
    () => contingencyTable(Int32Array.of(0, 2), Int32Array.of(0, 0), sizes),
    /^labels of sample 1 must lie in \[0, 2\) and \[0, 2\); got 2 and 0$/,
  );
  assert.throws(
    () => contingencyTable(Int32Array.of(0), Int32Array.of(0, 0), sizes),
    /^labels and weights must have one length; got 1 row labels$/,
  );
});

test('gives precision, recall, F1 and support per class, 0 where nothing is divided by nothing', () => {
  assert.equal(perClassScores(confusion), [
    { precision: 2 / 3, recall: 2 / 3, f1: 4 / 6, support: 3, predicted: 3 },
    { precision: 1 / 3, recall: 1 / 2, f1: 2 / 5, support: 2, predicted: 3 },
    { precision: 0, recall: 0, f1: 0, support: 1, predicted: 0 },
    { precision: 0, recall: 0, f1: 0, support: 0, predicted: 0 },
  ]);
});

test('averages over the classes that occur', () => {
  isNear(accuracy(confusion), 3 / 6);
  isNear(balancedAccuracy(confusion), (2 / 3 + 1 / 2 + 0) / 3);
  isNear(macroF1(confusion), (2 / 3 + 2 / 5 + 0) / 3);
  isNear(weightedF1(confusion), (3 * (2 / 3) + 2 * (2 / 5)) / 6);
});

test('measures agreement beyond chance', () => {
  // c = 3, s = 6, Σ t p = 3*3 + 2*3 + 1*0 = 15, Σ t² = 14, Σ p² = 18
  isNear(matthewsCorrcoef(confusion), (3 * 6 - 15) / Math.sqrt((36 - 14) * (36 - 18)));
  isNear(cohenKappa(confusion), 1 - (3 * 6) / (36 - 15));
});

test('has no correlation and no kappa where there is one class only', () => {
  const single = { nRows: 2, nColumns: 2, counts: Float64Array.of(5, 0, 0, 0) };
  assert.is(matthewsCorrcoef(single), 0);
  assert.equal(cohenKappa(single), NaN);
});

test.run();
