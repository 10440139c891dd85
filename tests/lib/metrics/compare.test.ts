import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareModels, judge, type Comparison } from '../../../lib/metrics/compare.ts';
import { createPredictions, type Predictions } from '../../../lib/metrics/predictions.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';

const CLASSES = ['ash', 'oak', 'pine'];

/** Sure predictions: truth and predicted class of each row, as digits. */
function predict(truth: string, labels: string): Predictions {
  const yProba = Float32Array.from(
    [...labels].flatMap((l) => [0, 1, 2].map((c) => Number(+l === c))),
  );
  return createPredictions(Int32Array.from(truth), yProba, { nClasses: 3 });
}

function compare(first: Predictions, second: Predictions, level = 0.95): Comparison {
  return compareModels(
    { name: 'old', predictions: first },
    { name: 'new', predictions: second },
    CLASSES,
    { confidenceLevel: level, nResamples: 1000, rng: createRng(1, 'test', 'compare') },
  );
}

const test = suite('lib/metrics/compare');

test('counts by hand what was lost, gained and changed', () => {
  const truth = '0001112222';
  const { perClass, changes, metrics, ...all } = compare(
    predict(truth, '0011102221'),
    predict(truth, '0001112012'),
  );
  // rows 2 and 5 and 9 were gained, rows 7 and 8 lost
  assert.is(all.nGained, 3);
  assert.is(all.nLost, 2);
  assert.is(all.nBothRight, 5);
  assert.is(all.nBothWrong, 0);
  const pine = perClass[2];
  assert.equal(
    [pine.class, pine.nLost, pine.nGained, pine.first.recall, pine.second.recall],
    ['pine', 2, 1, 0.75, 0.5],
  );
  assert.equal(changes, [
    { truth: 0, first: 1, second: 0, count: 1 },
    { truth: 1, first: 0, second: 1, count: 1 },
    { truth: 2, first: 1, second: 2, count: 1 },
    { truth: 2, first: 2, second: 0, count: 1 },
    { truth: 2, first: 2, second: 1, count: 1 },
  ]);
  const accuracy = metrics.find(({ metric }) => metric === 'accuracy')!;
  assert.equal([accuracy.first, accuracy.second], [0.7, 0.8]);
  // three of five coins: 2 (1 + 5 + 10) / 32 is 1
  assertClose(accuracy.pValue!, 1, 1e-12);
});

test('calls a model better or worse beyond chance, and says otherwise that nothing is to be seen', () => {
  const truth = '012'.repeat(20);
  const wrong = (n: number): Predictions =>
    predict(
      truth,
      [...truth].map((label, row) => (row < n ? String((+label + 1) % 3) : label)).join(''),
    );
  const verdict = (first: number, second: number, metric: 'accuracy' | 'log_loss', level = 0.95) =>
    judge(compare(wrong(first), wrong(second), level), metric).verdict;
  assert.is(verdict(10, 2, 'accuracy'), 'better');
  assert.is(verdict(2, 10, 'accuracy'), 'worse');
  // one of five coins: 2 × 1 / 32 is beyond .05
  assert.is(verdict(5, 0, 'accuracy'), 'no difference');
  // 2 / 2^8 is not below 1 - .999
  assert.is(verdict(10, 2, 'accuracy', 0.999), 'no difference');
  assert.is(verdict(10, 2, 'log_loss'), 'better');
  assert.is(verdict(2, 10, 'log_loss'), 'worse');
});

test('takes the labels that a model decided on before the most probable ones', () => {
  const yTrue = Int32Array.of(0, 1);
  const yProba = Float32Array.of(0.6, 0.4, 0.6, 0.4);
  const most = createPredictions(yTrue, yProba, { nClasses: 2 });
  const own = createPredictions(yTrue, yProba, { nClasses: 2, yPred: Int32Array.of(1, 1) });
  const { nLost, nGained } = compare(most, own);
  assert.equal([nLost, nGained], [1, 1]);
});

const cases = fc.record({ n: fc.integer({ min: 1, max: 30 }), seed: fc.integer() });

function draw({ n, seed }: { n: number; seed: number }): [Predictions, Predictions] {
  const rng = createRng(seed, 'test', 'cases');
  const yTrue = Int32Array.from({ length: n }, () => Math.floor(3 * rng()));
  const model = (): Predictions => {
    const yProba = new Float32Array(3 * n);
    for (let row = 0; row < n; row++) {
      const scores = [0, 1, 2].map((c) => rng() + (c === yTrue[row] ? 0.4 : 0));
      const sum = scores.reduce((a, b) => a + b);
      scores.forEach((score, c) => (yProba[3 * row + c] = score / sum));
    }
    return createPredictions(yTrue, yProba, { nClasses: 3 });
  };
  return [model(), model()];
}

function forAll(check: (first: Predictions, second: Predictions) => void): void {
  fc.assert(
    fc.property(cases, (shape) => check(...draw(shape))),
    { seed: 11, numRuns: 15 },
  );
}

test('property: a model has no difference from itself, in any metric', () => {
  forAll((first) => {
    const comparison = compare(first, first);
    assert.equal([comparison.nLost, comparison.nGained, comparison.changes], [0, 0, []]);
    for (const { difference, low, high, pValue } of comparison.metrics) {
      if (difference !== null) assert.is(difference, 0);
      if (pValue !== null) assert.equal([low, high, pValue], [0, 0, 1]);
    }
  });
});

test('property: exchanging the models flips the signs', () => {
  forAll((first, second) => {
    const there = compare(first, second);
    const back = compare(second, first);
    assert.equal([there.nLost, there.nGained], [back.nGained, back.nLost]);
    there.metrics.forEach(({ metric, difference, pValue }, i) => {
      const other = back.metrics[i];
      if (difference !== null) assert.is(difference + other.difference!, 0, metric);
      if (metric === 'accuracy') assert.is(pValue, other.pValue);
    });
    there.perClass.forEach(({ pValue, first: scores }, label) => {
      assert.is(pValue, back.perClass[label].pValue);
      assert.equal(scores, back.perClass[label].second);
    });
    assert.is(
      judge(there, 'accuracy').verdict === 'better',
      judge(back, 'accuracy').verdict === 'worse',
    );
  });
});

test('property: outcomes of the classes add up to those of all rows', () => {
  forAll((first, second) => {
    const { perClass, nSamples, ...all } = compare(first, second);
    const outcomes = ['nBothRight', 'nBothWrong', 'nLost', 'nGained'] as const;
    for (const outcome of outcomes) {
      assert.is(
        perClass.reduce((sum, own) => sum + own[outcome], 0),
        all[outcome],
      );
    }
    assertClose(
      outcomes.reduce((sum, outcome) => sum + all[outcome], 0),
      nSamples,
      0,
    );
  });
});

test.run();
