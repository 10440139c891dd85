import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { createRng } from '../../../lib/rng.ts';
import { buildFeatureTable, numberUnits } from '../../../lib/signal/build-table.ts';
import { assertUnits, permuteGroup, selectGroups } from '../../../lib/signal/feature-table.ts';

const rng = createRng(3, 'tests', 'feature table');
const LABELS = { y: Int32Array.of(0, 1, 1, 0), nTrain: 3 };
const COLUMNS = new Map([
  ['seen', Float64Array.of(0, 2, 1, 0)],
  ['cluster', Float64Array.of(3, 1, 3, 2)],
]);

const test = suite('feature table');

test('makes a feature of each category of train, in ascending order, and none of one that test alone has', () => {
  const groups = [
    { name: 'clusters', columns: ['cluster'], units: null },
    { name: 'counts', columns: ['seen'], units: null },
  ];
  const table = buildFeatureTable(COLUMNS, LABELS, groups, ['cluster']);
  assert.equal(
    table.groups.map(({ columns }) => columns),
    [[0, 1], [2]],
  );
  assert.equal([...table.X], [0, 1, 0, 1, 0, 2, 0, 1, 1, 0, 0, 0]);
});

test('takes the features of some groups alone, in the order of these', () => {
  const X = Float32Array.of(1, 2, 3, 4, 5, 6);
  const groups = [
    { name: 'b', columns: [2], units: null },
    { name: 'a', columns: [0], units: null },
  ];
  assert.equal(selectGroups({ X, nFeatures: 3 }, groups), {
    X: Float32Array.of(3, 1, 6, 4),
    nFeatures: 2,
  });
});

test('numbers units by their first rows', () => {
  assert.equal([...numberUnits(['b', 'a', 'b', 'c'])], [0, 1, 0, 2]);
});

test('deals the features of a group between its units, and leaves those of others where they are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 20 }),
      (keys) => {
        const units = numberUnits(keys.map(String));
        const X = Float32Array.from(keys.flatMap((key, i) => [key * 10, i, key]));
        const group = { name: 'g', columns: [0, 2], units };
        const permuted = permuteGroup({ X, nFeatures: 3 }, group, rng);
        const valueOf = new Map(keys.map((key, i) => [key, permuted[3 * i]]));
        keys.forEach((key, i) => {
          assert.is(permuted[3 * i], valueOf.get(key));
          assert.is(permuted[3 * i + 2], permuted[3 * i] / 10);
          assert.is(permuted[3 * i + 1], i);
        });
        assert.equal(new Set(valueOf.values()), new Set(keys.map((k) => 10 * k)));
      },
    ),
    { seed: 1, numRuns: 50 },
  );
});

test('deals rows where a group has no units, every order as often as any other', () => {
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw++) {
    const group = { name: 'g', columns: [0], units: null };
    const order = permuteGroup({ X: Float32Array.of(1, 2, 3), nFeatures: 1 }, group, rng).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.is(counts.size, 6);
  const chiSquared = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquared < 20.5, `${chiSquared}`); // 5 degrees of freedom, p = .001
});

test('refuses a group whose features differ between rows of a unit', () => {
  const units = Int32Array.of(0, 1, 0, 1);
  const table = buildFeatureTable(
    COLUMNS,
    LABELS,
    [{ name: 'seen', columns: ['seen'], units }],
    [],
  );
  assert.throws(
    () => assertUnits(table),
    (error: unknown) =>
      error instanceof StageError &&
      error.message ===
        'signal.groups: the columns of seen must be the same in all rows of what they describe (of)',
  );
});

test.run();
