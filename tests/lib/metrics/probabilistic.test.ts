import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reliabilityCurve } from '../../../lib/metrics/calibration.ts';
import { createPredictions, predictedLabels } from '../../../lib/metrics/predictions.ts';
import {
  brierScore,
  expectedCalibrationError,
  logLoss,
  topKAccuracy,
} from '../../../lib/metrics/probabilistic.ts';
import { averagePrecision, rocAuc } from '../../../lib/metrics/ranking.ts';

const test = suite('lib/metrics/probabilistic');

const predictions = createPredictions(
  Int32Array.of(0, 1, 2, 2),
  Float32Array.of(0.5, 0.25, 0.25, 0.5, 0.5, 0, 0, 0, 1, 1, 0, 0),
  { nClasses: 3 },
);
const ofPositive = (yTrue: number[], scores: number[]) =>
  createPredictions(
    Int32Array.from(yTrue),
    Float32Array.from(scores.flatMap((score) => [1 - score, score])),
    { nClasses: 2 },
  );

function isNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-14, `${actual}, not ${expected}`);
}

test('predicts the first of equally probable classes', () => {
  assert.equal([...predictedLabels(predictions)], [0, 0, 2, 0]);
});

test('keeps the log loss of a certain error finite, at -ln 2^-23', () => {
  const [half, certain, never] = [Math.LN2, -Math.log(1 - 2 ** -23), 23 * Math.LN2];
  isNear(logLoss(predictions), (half + half + certain + never) / 4);
});

test('sums squared distances in the Brier score, and halves them for two classes', () => {
  // .25 + .0625 + .0625; .25 + .25; 0; 1 + 1
  isNear(brierScore(predictions), (0.375 + 0.5 + 0 + 2) / 4);
  isNear(brierScore(ofPositive([1, 0], [0.75, 0.5])), (0.25 ** 2 + 0.5 ** 2) / 2);
});

test('ranks the class with the higher index first among equal ones for top k', () => {
  assert.is(topKAccuracy(predictions, 1), 3 / 4);
  // row 3: class 2 and class 1 have 0, so that class 2 comes second
  assert.is(topKAccuracy(predictions, 2), 1);
  assert.is(topKAccuracy(ofPositive([0], [0.5]), 1), 0);
});

test('puts a confidence on the edge of two bins into the lower one', () => {
  const three = createPredictions(
    Int32Array.of(0, 0, 0),
    // 0.6 as float32 is above 9/15, the float32 below it is not
    Float32Array.of(0.6, 0.4, 0.59999996, 0.40000004, 1, 0),
    { nClasses: 2 },
  );
  const weights = reliabilityCurve(three).map(({ weight }) => weight);
  assert.equal(weights, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1]);
});

test('weighs the gap between accuracy and confidence with the rows of each bin', () => {
  const bins = reliabilityCurve(predictions);
  // confidences .5, .5 (one right) and 1, 1 (one right)
  assert.equal(bins[7], { low: 7 / 15, high: 8 / 15, weight: 2, confidence: 0.5, accuracy: 0.5 });
  assert.equal(bins[14], { low: 14 / 15, high: 1, weight: 2, confidence: 1, accuracy: 0.5 });
  assert.is(bins[0].weight, 0);
  assert.equal(bins[0].accuracy, NaN);
  assert.is(expectedCalibrationError(predictions), 0.5 * 0 + 0.5 * 0.5);
});

test('counts ordered pairs in the area under the curve, ties half', () => {
  // positives .75 and .5 against negatives .5 and .25: 1 + 1 + 1/2 + 1 of 4 pairs
  assert.is(rocAuc(ofPositive([1, 1, 0, 0], [0.75, 0.5, 0.5, 0.25])), 3.5 / 4);
});

test('adds precision at each gain of recall', () => {
  // thresholds .75: 1/1; .5: 2/3 with half of the recall each
  isNear(averagePrecision(ofPositive([1, 1, 0, 0], [0.75, 0.5, 0.5, 0.25])), 0.5 + 0.5 * (2 / 3));
});

test('treats a negative zero as zero when it ranks', () => {
  assert.is(rocAuc(ofPositive([1, 0, 0], [0.5, -0, 0])), 1);
});

test('has no area where there is one class only', () => {
  assert.equal(rocAuc(ofPositive([1, 1], [0.5, 0.25])), NaN);
  assert.equal(averagePrecision(ofPositive([0, 0], [0.5, 0.25])), NaN);
});

test('refuses predictions that cannot be measured, and names the first', () => {
  const refuse = (yTrue: number[], yProba: number[], message: string): void =>
    assert.throws(
      () => createPredictions(Int32Array.from(yTrue), Float32Array.from(yProba), { nClasses: 2 }),
      (error: Error) => error instanceof RangeError && error.message === message,
    );
  refuse([], [], 'predictions must hold at least one row; got none');
  refuse([0, 1], [1, 0, 1], 'yProba must hold 2 × 2 probabilities; got 3');
  refuse([0, 2], [1, 0, 1, 0], 'yTrue must lie in [0, 2); got 2 in row 1');
  refuse([0, 1], [1, 0, NaN, 0], 'yProba must lie in [0, 1]; got NaN in row 1');
  refuse([0, 1], [1, 0, 0, 1.5], 'yProba must lie in [0, 1]; got 1.5 in row 1');
  assert.throws(
    () =>
      createPredictions(Int32Array.of(0), Float32Array.of(1, 0), {
        nClasses: 2,
        sampleWeight: Float64Array.of(1, 1),
      }),
    /^sampleWeight must hold 1 weights; got 2$/,
  );
});

test.run();
