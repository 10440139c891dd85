import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { measureBaselines } from '../../../lib/metrics/baselines.ts';
import { evaluate } from '../../../lib/metrics/evaluate.ts';
import { assertClose } from '../../support/close.ts';

const test = suite('baselines of an evaluation');

const yTrue = Int32Array.of(0, 0, 1, 1);
const guess = Float32Array.of(0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25);
const better = Float32Array.of(0.5, 0.5, 1, 0, 0.25, 0.75, 0.125, 0.875);

test('have accuracy, macro F1 and log loss, by hand, the most accurate first', () => {
  const [first, second] = measureBaselines(yTrue, { guess, better }, 2);
  assert.equal([first.name, second.name], ['better', 'guess']);
  assert.equal([first.accuracy, second.accuracy], [1, 0.5]);
  // F1 of class 0: 2 * 2 / (2 * 2 + 2), of class 1: 0
  assertClose([first.macroF1, second.macroF1], [1, 1 / 3], 1e-12);
  const losses = [
    -(Math.log(0.5) + Math.log(0.75) + Math.log(0.875)) / 4,
    -(2 * Math.log(0.75) + 2 * Math.log(0.25)) / 4,
  ];
  // a probability of 1 counts as 1 less the last bit of float32
  assertClose([first.logLoss, second.logLoss], losses, 1e-6);
});

test('stand in the order of their names where they are equally accurate', () => {
  const names = measureBaselines(yTrue, { b: guess, c: better, a: guess }, 2).map(
    ({ name }) => name,
  );
  assert.equal(names, ['c', 'a', 'b']);
});

test('come into the metrics of evaluate, rounded; none of them, and there is an empty map', () => {
  const options = { confidenceLevel: 0.95 };
  const { metrics } = evaluate(yTrue, better, ['x', 'y'], { ...options, baselines: { guess } });
  assert.equal(metrics.baselines, {
    guess: { accuracy: 0.5, macro_f1: 0.333333, log_loss: 0.836988 },
  });
  assert.equal(evaluate(yTrue, better, ['x', 'y'], options).metrics.baselines, {});
});

test.run();
