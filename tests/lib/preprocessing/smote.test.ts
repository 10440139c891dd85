import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { smote } from '../../../lib/preprocessing/smote.ts';
import { createRng } from '../../../lib/rng.ts';

const SEED = 20261129;
const rng = (purpose: string) => createRng(7, 'rebalance', purpose);

/** Indices of the k rows nearest to `row`, found by sorting all of them. */
function nearest(X: readonly (readonly number[])[], row: number, k: number): number[] {
  const distance = (other: number): number =>
    X[row].reduce((sum, value, j) => sum + (value - X[other][j]) ** 2, 0);
  return X.map((_, other) => other)
    .filter((other) => other !== row)
    .toSorted((a, b) => distance(a) - distance(b) || a - b)
    .slice(0, k);
}

/** The share u for which `made` is a + u (b - a) in every column; null where there is none. */
function shareBetween(
  made: readonly number[],
  a: readonly number[],
  b: readonly number[],
): number | null {
  const widest = a.reduce(
    (best, x, j) => (Math.abs(b[j] - x) > Math.abs(b[best] - a[best]) ? j : best),
    0,
  );
  const width = b[widest] - a[widest];
  const share = width === 0 ? 0 : (made[widest] - a[widest]) / width;
  const fits = made.every((x, j) => Math.abs(x - (a[j] + share * (b[j] - a[j]))) < 1e-9);
  return fits && share >= 0 && share <= 1 ? share : null;
}

const test = suite('smote');

test('property: every new row lies between a row of the class and one of its nearest neighbours', () => {
  const rows = fc.array(
    fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 }),
    {
      minLength: 2,
      maxLength: 15,
    },
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 6 }), fc.nat(40), (X, nNeighbors, nNew) => {
      const made = smote(Float64Array.from(X.flat()), 3, { nNew, nNeighbors }, rng('property'));
      assert.is(made.length, nNew * 3);
      for (let i = 0; i < nNew; i++) {
        const row = i % X.length;
        const values = [...made.subarray(3 * i, 3 * i + 3)];
        const isBetween = nearest(X, row, nNeighbors).some(
          (other) => shareBetween(values, X[row], X[other]) !== null,
        );
        assert.ok(isBetween, `row ${i}: ${values.join(', ')}`);
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test('uses every neighbour about as often as the others, and shares from 0 to 1', () => {
  // the row 0 and its four neighbours lie on five axes, so that the new row says which it was
  const X = [0, 1, 2, 3, 4].map((row) => [0, 1, 2, 3].map((j) => (row - 1 === j ? 1 : 0)));
  const nNew = 5 * 4000;
  const made = smote(Float64Array.from(X.flat()), 4, { nNew, nNeighbors: 4 }, rng('neighbours'));
  const counts = [0, 0, 0, 0];
  const shares: number[] = [];
  for (let i = 0; i < nNew; i += 5) {
    const values = made.subarray(4 * i, 4 * i + 4);
    const j = values.findIndex((value) => value > 0);
    counts[j]++;
    shares.push(values[j]);
  }
  // chi-square of 3 degrees of freedom: above 16.27 in 1 of 1000 draws
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquare < 16.27, `${counts.join(', ')}`);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  // a mean of 4000 uniform numbers has the deviation 0.0046
  assert.ok(Math.abs(mean - 0.5) < 4 * 0.0046, `${mean}`);
  assert.ok(Math.min(...shares) < 0.01 && Math.max(...shares) > 0.99 && Math.max(...shares) < 1);
});

test('begins with every row in turn, and is the same for the same stream', () => {
  const X = Float64Array.of(0, 10, 100, 101);
  const make = (purpose: string): number[] => [
    ...smote(X, 1, { nNew: 6, nNeighbors: 1 }, rng(purpose)),
  ];
  const made = make('twice');
  // by hand: the nearest of 0 is 10, of 10 is 0, of 100 and 101 the other
  [made[0], made[1], made[4], made[5]].forEach((x) => assert.ok(x >= 0 && x <= 10));
  [made[2], made[3]].forEach((x) => assert.ok(x >= 100 && x <= 101));
  assert.equal(make('twice'), made);
  assert.not.equal(make('another'), made);
});

test('gives equal rows again, and as many new ones as are asked for', () => {
  const made = smote(Float64Array.of(5, 5, 5), 1, { nNew: 4, nNeighbors: 2 }, rng('equal'));
  assert.equal([...made], [5, 5, 5, 5]);
  assert.is(smote(Float64Array.of(1, 2), 1, { nNew: 0, nNeighbors: 1 }, rng('none')).length, 0);
});

test.run();
