import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blend, findWeights, selectWeights } from '../../../../lib/models/ensemble/blend.ts';

const SEED = 20261130;
const test = suite('blend');

const meanLogLoss = (members: Float32Array[], weights: number[], labels: Int32Array, n: number) => {
  const mean = blend(members, weights);
  return labels.reduce((sum, label, i) => sum - Math.log(mean[i * n + label]), 0) / labels.length;
};

test('is the weighted mean, number by number', () => {
  const members = [Float32Array.of(0.5, 0.5, 1, 0), Float32Array.of(0.25, 0.75, 0, 1)];
  assert.equal([...blend(members, [0.5, 0.5])], [0.375, 0.625, 0.5, 0.5]);
  assert.equal([...blend(members, [1, 0])], [...members[0]]);
});

test('gives all weight to the member that is better on every row, and half to each of twins', () => {
  const good = Float32Array.of(0.9, 0.1, 0.1, 0.9);
  const poor = Float32Array.of(0.6, 0.4, 0.4, 0.6);
  const labels = Int32Array.of(0, 1);
  const [first, second] = findWeights([good, poor], labels, 2);
  assert.ok(first > 0.999 && second < 0.001, `${first}, ${second}`);
  assert.equal(findWeights([good, good.slice()], labels, 2), [0.5, 0.5]);
});

test('finds the weights that can be found by hand', () => {
  // three of four rows are the first member's: w maximises 3 ln(w 0.8 + (1-w) 0.2) + ln(w 0.2 + (1-w) 0.8),
  // so that w 0.6 + 0.2 = 3/4, hence w = 11/12
  const labels = Int32Array.of(0, 0, 0, 1);
  const first = Float32Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? 0.8 : 0.2));
  const second = Float32Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? 0.2 : 0.8));
  const [weight] = findWeights([first, second], labels, 2);
  assert.ok(Math.abs(weight - 11 / 12) < 1e-4, `${weight}`);
});

test('property: no member alone and no equal mean has a lower log loss', () => {
  const rows = fc.array(fc.tuple(fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.nat(1)), {
    minLength: 3,
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      rows,
      fc.infiniteStream(fc.double({ min: 0.01, max: 0.99, noNaN: true })),
      (own, more) => {
        const labels = Int32Array.from(own, ([, label]) => label);
        const toRows = (values: number[]) => Float32Array.from(values.flatMap((p) => [p, 1 - p]));
        const members = [
          toRows(own.map(([p]) => p)),
          toRows(own.map(() => more.next().value)),
          toRows(own.map(() => more.next().value)),
        ];
        const weights = findWeights(members, labels, 2);
        assert.ok(weights.every((weight) => weight >= 0));
        assert.ok(Math.abs(weights.reduce((a, b) => a + b) - 1) < 1e-9);
        const best = meanLogLoss(members, weights, labels, 2);
        for (const others of [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
          [1 / 3, 1 / 3, 1 / 3],
        ]) {
          assert.ok(best <= meanLogLoss(members, others, labels, 2) + 1e-4);
        }
      },
    ),
    { seed: SEED, numRuns: 50 },
  );
});

test('selects what is most often right, which need not have the lowest log loss', () => {
  // the first is right on every row by a hair, the second very sure on all but one
  const hair = Float32Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? 0.51 : 0.49));
  const sure = Float32Array.of(0.99, 0.01, 0.99, 0.01, 0.99, 0.01, 0.4, 0.6);
  const labels = Int32Array.of(0, 0, 0, 0);
  assert.ok(findWeights([hair, sure], labels, 2)[1] > 0.9);
  const [first, second] = selectWeights([hair, sure], labels, 2);
  assert.is(first + second, 1);
  const mean = blend([hair, sure], [first, second]);
  assert.ok(
    [0, 2, 4, 6].every((k) => mean[k] > 0.5),
    `${first}, ${second}`,
  );
  assert.ok(first >= 0.95, 'the last row is right with 10/11 of the first');
  assert.equal(selectWeights([hair], labels, 2), [1]);
});

test('is not ruined by a member that is sure and wrong', () => {
  const sure = Float32Array.of(1, 0, 0, 1, 1, 0);
  const fair = Float32Array.of(0.7, 0.3, 0.3, 0.7, 0.3, 0.7);
  const weights = findWeights([sure, fair], Int32Array.of(0, 1, 1), 2);
  assert.ok(weights.every(Number.isFinite));
  assert.ok(weights[1] > 0.3);
});

test.run();
