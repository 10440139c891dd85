import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageError } from '../../../lib/errors.ts';
import { evaluate } from '../../../lib/metrics/evaluate.ts';
import { assertGates, checkGates, describeGate, GATE_METRICS } from '../../../lib/metrics/gates.ts';

const test = suite('lib/metrics/evaluate');

const options = { confidenceLevel: 0.5 };
const evaluation = evaluate(
  Int32Array.of(0, 0, 1),
  Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5),
  ['no', 'yes'],
  options,
);

test('rounds to six decimals and keeps the order of the document', () => {
  assert.is(
    JSON.stringify(evaluation.metrics),
    '{"accuracy":0.333333,' +
      // B(3, 1/3): P(0) = .296, P(<= 1) = .741, P(<= 2) = .963
      '"accuracy_low":0,"accuracy_high":0.666667,' +
      '"balanced_accuracy":0.25,"macro_f1":0.25,"weighted_f1":0.333333,' +
      // c = 1, s = 3, Σ t p = 2*2 + 1*1 = 5, Σ t² = Σ p² = 5
      '"matthews_corrcoef":-0.5,"cohen_kappa":-0.5,' +
      // -(ln .75 + ln .25 + ln .5) / 3
      '"log_loss":0.789041,' +
      // (.0625 + .5625 + .25) / 3
      '"brier_score":0.291667,' +
      // .75: one of two right; .5: wrong
      '"expected_calibration_error":0.333333,"top_2_accuracy":1,' +
      // .5 against .25 and .75
      '"roc_auc":0.5,"average_precision":0.5,"n_samples":3,' +
      '"per_class":{"no":{"precision":0.5,"recall":0.5,"f1":0.5,"support":2},' +
      '"yes":{"precision":0,"recall":0,"f1":0,"support":1}},"slices":{},"baselines":{}}',
  );
});

test('writes the metrics of slices, rounded', () => {
  const sliceKeys = [{ by: 'area', names: ['a', 'b'], keys: Int32Array.of(0, 0, 0) }];
  const { metrics } = evaluate(
    Int32Array.of(0, 0, 1),
    Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5),
    ['no', 'yes'],
    { confidenceLevel: 0.95, sliceKeys },
  );
  // Wilson of 1 of 3 with z = 1.959964
  assert.equal(metrics.slices, {
    area: {
      a: {
        ...{ n_samples: 3, accuracy: 0.333333, accuracy_low: 0.061492, accuracy_high: 0.79234 },
        ...{ log_loss: 0.789041, confidence: 0.666667 },
      },
    },
  });
});

test('writes null for a metric that has no value', () => {
  const { metrics } = evaluate(Int32Array.of(0), Float32Array.of(1, 0), ['no', 'yes'], options);
  assert.is(metrics.roc_auc, null);
  assert.is(metrics.cohen_kappa, null);
  assert.is(metrics.accuracy, 1);
});

test('counts as predicted what the threshold of two classes says', () => {
  const withThreshold = (threshold: number | null): number[] =>
    Array.from(
      evaluate(
        Int32Array.of(0, 0, 1),
        Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5),
        ['no', 'yes'],
        { confidenceLevel: 0.5, threshold },
      ).confusion.counts,
    );
  // (true no, predicted no), (no, yes), (yes, no), (yes, yes)
  assert.equal(withThreshold(null), [1, 1, 1, 0]);
  assert.equal(withThreshold(0.8), [2, 0, 1, 0]);
  assert.equal(withThreshold(0.75), [1, 1, 1, 0]);
  assert.equal(withThreshold(0.5), [1, 1, 0, 1]);
  assert.equal(withThreshold(0.25), [0, 2, 0, 1]);
});

test('holds a gate at its limit, from below or from above as the metric has it', () => {
  const results = checkGates(evaluation.metrics, {
    accuracy: 0.333333,
    macro_f1: 0.26,
    log_loss: 0.789041,
    brier_score: 0.29,
  });
  assert.equal(
    results.map(({ metric, isHeld }) => [metric, isHeld]),
    [
      ['accuracy', true],
      ['macro_f1', false],
      ['log_loss', true],
      ['brier_score', false],
    ],
  );
  assert.equal(results.filter(({ isHeld }) => !isHeld).map(describeGate), [
    'macro_f1 must be at least 0.26; got 0.25',
    'brier_score must be at most 0.29; got 0.291667',
  ]);
});

test('stops with E_GATE, naming every gate that does not hold, and with none when all hold', () => {
  const failed = checkGates(evaluation.metrics, { accuracy: 0.5, macro_f1: 0.2, log_loss: 0.1 });
  assert.throws(
    () => assertGates(failed, 'reports/metrics/evaluate.json'),
    (error: StageError) =>
      error.code === 'E_GATE' &&
      error.message ===
        'accuracy must be at least 0.5; got 0.333333; log_loss must be at most 0.1; got 0.789041',
  );
  assertGates(checkGates(evaluation.metrics, { macro_f1: 0.25 }), 'evaluate.json');
});

test('fails the gate of a metric that has no value', () => {
  const { metrics } = evaluate(Int32Array.of(0), Float32Array.of(1, 0), ['no', 'yes'], options);
  const [result] = checkGates(metrics, { roc_auc: 0 });
  assert.is(result.isHeld, false);
  assert.is(describeGate(result), 'roc_auc must be at least 0; got no value');
});

test('names the metrics that may have a gate', () => {
  assert.ok(GATE_METRICS.includes('expected_calibration_error'));
  assert.not.ok((GATE_METRICS as string[]).includes('adjusted_rand_index'));
});

test.run();
