import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareRows, ROW_METRICS } from '../../../lib/metrics/paired-rows.ts';
import { createPredictions } from '../../../lib/metrics/predictions.ts';
import { brierScore, logLoss } from '../../../lib/metrics/probabilistic.ts';
import { rocAuc } from '../../../lib/metrics/ranking.ts';
import { createRng } from '../../../lib/rng.ts';

const draw = createRng(6, 'tests', 'paired rows');
const Y = Int32Array.from({ length: 200 }, () => (draw() < 0.4 ? 1 : 0));
/** In steps of a tenth, so that many rows tie. */
const FIRST = Float64Array.from(Y, (y) => (1 + Math.floor(draw() * 6) + 3 * y) / 10);
const SECOND = Float64Array.from(Y, () => 0.1 + 0.8 * draw());
const options = (nResamples: number) => ({
  ...{ confidenceLevel: 0.95, nResamples },
  rng: createRng(7, 'tests', 'resamples'),
});
const close = (a: number, b: number, tolerance: number): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

const test = suite('paired rows');

test('scores as the metrics of predictions do, ties included', () => {
  const [{ scores }] = compareRows(Y, [FIRST], options(1));
  const yProba = Float32Array.from([...FIRST].flatMap((p) => [1 - p, p]));
  const predictions = createPredictions(Y, yProba, { nClasses: 2 });
  close(scores.roc_auc, rocAuc(predictions), 1e-12);
  close(scores.log_loss, logLoss(predictions), 1e-6);
  close(scores.brier_score, brierScore(predictions), 1e-6);
});

test('gives 0 for the reference, and what is better or worse its sign', () => {
  const [first, second] = compareRows(Y, [FIRST, SECOND], options(500));
  for (const metric of ROW_METRICS) {
    assert.equal(first.differences[metric], { low: 0, high: 0, pValue: 1 });
  }
  assert.ok(second.differences.log_loss!.low > 0);
  assert.ok(second.differences.brier_score!.low > 0);
  assert.ok(second.differences.roc_auc!.high < 0);
  assert.is(second.differences.log_loss!.pValue, 2 / 501);
});

test('is as wide as the normal approximation of a mean of differences', () => {
  const [, { differences }] = compareRows(Y, [FIRST, SECOND], options(4000));
  const loss = (p: Float64Array, i: number): number => -Math.log(Y[i] === 1 ? p[i] : 1 - p[i]);
  const rows = Array.from(Y, (_, i) => loss(SECOND, i) - loss(FIRST, i));
  const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
  const variance = rows.reduce((sum, row) => sum + (row - mean) ** 2, 0) / rows.length;
  const half = 1.96 * Math.sqrt(variance / rows.length);
  close(differences.log_loss!.low, mean - half, 0.1 * half);
  close(differences.log_loss!.high, mean + half, 0.1 * half);
});

test('leaves samples of one class out of the AUC', () => {
  const [, { differences }] = compareRows(
    Int32Array.of(0, 1),
    [Float64Array.of(0.2, 0.6), Float64Array.of(0.6, 0.2)],
    options(200),
  );
  assert.equal(differences.roc_auc, { low: -1, high: -1, pValue: differences.roc_auc!.pValue });
});

test.run();
