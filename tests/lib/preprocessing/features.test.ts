import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  FEATURES_PARAMETER,
  featureNames,
  featuresSelect,
  fitFeatures,
  parseFeatures,
} from '../../../lib/preprocessing/features.ts';
import { TRANSFORMS } from '../../../lib/preprocessing/transforms.ts';
import type { FeatureDeclaration, TransformName } from '../../../lib/preprocessing/transforms.ts';
import { double } from '../../../lib/sql.ts';
import type { Value } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const SEED = 20261129;
const test = suite('features');
const database = await openTestDatabase();
test.after(() => database.close());

/** The new columns of every row, for columns a, b, c and so on that hold these values. */
async function compute(
  rows: readonly (readonly (number | null)[])[],
  columns: readonly FeatureDeclaration[],
): Promise<Value[][]> {
  const letters = rows[0].map((_, j) => 'abcdefgh'[j]);
  const value = (x: number | null): string => (x === null ? 'NULL::DOUBLE' : double(x));
  const query = rows.map(
    (row) => `SELECT ${row.map((x, j) => `${value(x)} AS ${letters[j]}`).join(', ')}`,
  );
  const relation = await createRelation(database, 'rows', query.join(' UNION ALL '));
  const state = fitFeatures(relation, columns);
  const result = await database.query(featuresSelect(state, relation.sql));
  return result.map((row) => featureNames(state).map((name) => row[name]));
}

/** The values of one feature. */
async function valuesOf(
  rows: readonly (readonly (number | null)[])[],
  transform: TransformName,
  of: readonly string[],
  more: Partial<FeatureDeclaration> = {},
): Promise<Value[]> {
  return (await compute(rows, [{ name: 'new', transform, of, ...more }])).map(([value]) => value);
}

test('computes the arithmetic of columns', async () => {
  const rows = [
    [3, 4, 0.5],
    [-1, 0, 2],
  ];
  assert.equal(await valuesOf(rows, 'sum', ['a', 'b', 'c']), [7.5, 1]);
  assert.equal(await valuesOf(rows, 'difference', ['a', 'b']), [-1, -1]);
  assert.equal(await valuesOf(rows, 'product', ['a', 'b', 'c']), [6, 0]);
  assert.equal(await valuesOf(rows, 'ratio', ['a', 'b']), [0.75, null], 'by 0 it is missing');
  assert.equal(await valuesOf(rows, 'hypotenuse', ['a', 'b']), [5, 1]);
});

test('weighs columns, and looks up what is known of a category', async () => {
  const rows = [
    [3, 4],
    [-1, 0.5],
  ];
  const weights = [2, -0.5];
  assert.equal(await valuesOf(rows, 'linear', ['a', 'b'], { weights }), [4, -2.25]);
  const categories = [[1], [3], [2], [0], [4], [1.5], [null]];
  assert.equal(await valuesOf(categories, 'lookup', ['a'], { values: [2702, -1, 0.5] }), [
    ...[2702, 0.5, -1],
    ...[null, null, null, null],
  ]);
});

test('combines every choice of columns in all signs, the first with weight 1', async () => {
  const combinations = {
    name: 'new',
    transform: 'combinations',
    of: ['a', 'b', 'c'],
    factors: [1, 0.5],
  } as const;
  assert.equal(await compute([[100, 10, 1]], [{ ...combinations, size: 2, factors: [1] }]), [
    [110, 90, 101, 99, 11, 9],
  ]);
  assert.equal(await compute([[100, 10, 1]], [{ ...combinations, size: 3 }]), [
    [111, 109, 91, 89, 105.5, 104.5, 95.5, 94.5],
  ]);
  const state = { columns: [{ ...combinations, size: 2 }] } as const;
  assert.is(featureNames({ ...state, format: 'timberline-features', version: 1 }).length, 12);
});

test('projects on random directions of length 1, the same for the same name, spread over all sides', async () => {
  const n = 500;
  const directions = (name: string, weights: number[]): FeatureDeclaration[] => [
    { name, transform: 'directions', of: ['a', 'b', 'c'], weights, n_directions: n },
  ];
  const unit = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const shares = (await compute(unit, directions('new', [1, 1, 1]))) as number[][];
  for (let j = 0; j < n; j++) {
    assert.ok(Math.abs(Math.hypot(...shares.map((row) => row[j])) - 1) < 1e-12);
  }
  for (const row of shares) {
    // the mean square of a coordinate on the sphere is 1/3, with a deviation of 0.3 / √n
    const meanSquare = row.reduce((sum, share) => sum + share * share, 0) / n;
    assert.ok(Math.abs(meanSquare - 1 / 3) < 0.05, `${meanSquare}`);
    assert.ok(Math.abs(row.reduce((sum, share) => sum + share, 0) / n) < 0.1);
  }
  assert.equal(await compute(unit, directions('new', [1, 1, 1])), shares);
  assert.not.equal(await compute(unit, directions('other', [1, 1, 1])), shares);
  const weighted = (await compute(unit, directions('new', [2, 1, -4]))) as number[][];
  [2, 1, -4].forEach((weight, i) =>
    weighted[i].forEach((value, j) => assert.is(value, weight * shares[i][j])),
  );
});

test('takes angles in degrees, and the logarithm of one more', async () => {
  const near = (values: readonly Value[], expected: readonly number[]): void =>
    values.forEach((value, i) => {
      assert.ok(Math.abs(Number(value) - expected[i]) < 1e-15, `${value} for ${expected[i]}`);
    });
  const angles = [[0], [30], [90], [180], [-90], [450]];
  near(await valuesOf(angles, 'sine', ['a']), [0, 0.5, 1, 0, -1, 1]);
  near(await valuesOf(angles, 'cosine', ['a']), [1, Math.sqrt(3) / 2, 0, -1, 0, 0]);
  const logs = await valuesOf([[0], [Math.E - 1], [-0.5], [-1], [-7]], 'logarithm', ['a']);
  near(logs.slice(0, 3), [0, 1, -Math.LN2]);
  assert.equal(logs.slice(3), [null, null], 'from -1 down there is none');
});

test('folds a one-hot group into a category, and unfolds it', async () => {
  const rows = [
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
    [1, 1, 0],
    [0, null, 1],
  ];
  const of = ['a', 'b', 'c'];
  assert.equal(await valuesOf(rows, 'fold', of), [1, 3, null, null, null]);
  const unfolded = await compute(
    [[1], [3], [4], [null]],
    [{ name: 'd', transform: 'unfold', of: ['a'], n_categories: 3 }],
  );
  assert.equal(unfolded, [
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('property: unfold undoes fold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 9 }),
      async (hot) => {
        const rows = hot.map((place) => Array.from({ length: 5 }, (_, j) => Number(j === place)));
        const back = await compute(rows, [
          { name: 'kind', transform: 'fold', of: ['a', 'b', 'c', 'd', 'e'] },
          { name: 'kind_', transform: 'unfold', of: ['kind'], n_categories: 5 },
        ]);
        assert.equal(
          back,
          rows.map((row, i) => [hot[i] + 1, ...row]),
        );
      },
    ),
    { seed: SEED, numRuns: 25 },
  );
});

test('counts the edges that are not above a value', async () => {
  const values = await valuesOf([[-5], [0], [0.1], [9.99], [10], [null]], 'bins', ['a'], {
    edges: [0, 0.1, 10],
  });
  assert.equal(values, [0, 1, 2, 2, 3, null]);
});

test('makes a sine and a cosine of each period', async () => {
  const periodic = { name: 'p', transform: 'periodic', of: ['a'], periods: [4, 0.5] } as const;
  const [row] = await compute([[1]], [periodic]);
  // a quarter of the first period, two of the second
  [1, 0, 0, 1].forEach((expected, i) => assert.ok(Math.abs(Number(row[i]) - expected) < 1e-15));
  assert.equal(featureNames({ format: 'timberline-features', version: 1, columns: [periodic] }), [
    'p_Sine4',
    'p_Cosine4',
    'p_Sine0.5',
    'p_Cosine0.5',
  ]);
});

test('is missing where one of its columns is, and as NaN and infinity are', async () => {
  const options: Partial<Record<TransformName, Partial<FeatureDeclaration>>> = {
    linear: { weights: [1, 1] },
    combinations: { size: 2, factors: [1] },
    directions: { weights: [1, 1], n_directions: 1 },
    lookup: { values: [1] },
    bins: { edges: [0] },
    unfold: { n_categories: 2 },
    periodic: { periods: [1] },
  };
  for (const transform of Object.keys(TRANSFORMS) as TransformName[]) {
    if (transform === 'unfold') continue; // no category is all 0
    const of = TRANSFORMS[transform].minColumns === 1 ? ['a'] : ['a', 'b'];
    const [value] = await valuesOf([[null, 1]], transform, of, options[transform]);
    assert.is(value, null, transform);
  }
  const relation = await createRelation(database, 'ends', `SELECT 'Infinity'::DOUBLE AS a`);
  for (const transform of ['sine', 'cosine', 'periodic'] as const) {
    const columns = [{ name: 'n', transform, of: ['a'], ...options[transform] }];
    const state = fitFeatures(relation, columns);
    const [row] = await database.query(featuresSelect(state, relation.sql));
    assert.is(Object.values(row)[1], null, transform);
  }
});

test('property: agrees with arithmetic in JavaScript within a few units of the last place', async () => {
  const oracles: Partial<Record<TransformName, (a: number, b: number) => number>> = {
    sum: (a, b) => a + b,
    difference: (a, b) => a - b,
    product: (a, b) => a * b,
    ratio: (a, b) => a / b,
    hypotenuse: (a, b) => Math.hypot(a, b),
    sine: (a) => Math.sin((a * Math.PI) / 180),
    cosine: (a) => Math.cos((a * Math.PI) / 180),
    logarithm: (a) => Math.log(1 + Math.abs(a)),
  };
  const number = fc
    .double({ min: -1e6, max: 1e6, noNaN: true })
    .map((x) => (Math.abs(x) < 1e-6 ? 1 : x));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 20 }),
      async (pairs) => {
        const rows = pairs.map(([a, b]) => [a, b, Math.abs(a)]);
        const names = Object.keys(oracles) as TransformName[];
        const columns = names.map((transform) => {
          const isTwo = TRANSFORMS[transform].maxColumns > 1;
          const of = isTwo ? ['a', 'b'] : [transform === 'logarithm' ? 'c' : 'a'];
          return { name: `n_${transform}`, transform, of };
        });
        const values = await compute(rows, columns);
        values.forEach((row, i) =>
          row.forEach((value, j) => {
            const expected = oracles[names[j]]!(...pairs[i]);
            // the angle itself is rounded, by a share of its size
            const size = /sine/.test(names[j])
              ? Math.max(1, Math.abs(pairs[i][0]))
              : Math.abs(expected);
            const error = Math.abs(Number(value) - expected);
            assert.ok(
              error <= 8 * Number.EPSILON * size,
              `${names[j]}(${pairs[i].join(', ')}): ${value}`,
            );
          }),
        );
      },
    ),
    { seed: SEED, numRuns: 40 },
  );
});

test('reads whole numbers of few bits as doubles, so that no sum overflows', async () => {
  const relation = await createRelation(
    database,
    'small',
    'SELECT 120::TINYINT AS a, 100::TINYINT AS b',
  );
  const columns = [{ name: 'n', transform: 'sum', of: ['a', 'b'] }] as const;
  const [row] = await database.query(featuresSelect(fitFeatures(relation, columns), relation.sql));
  assert.equal(row, { a: 120, b: 100, n: 220 });
});

test('a feature may use those declared before it, and not those behind', async () => {
  const sum = { name: 's', transform: 'sum', of: ['a', 'b'] } as const;
  const twice = { name: 't', transform: 'product', of: ['s', 's'] } as const;
  assert.equal(await compute([[1, 2]], [sum, twice]), [[3, 9]]);
  assert.match(
    await complaintOf(() => compute([[1, 2]], [twice, sum])),
    't of s, which is no column',
  );
});

test('property: what a row gets depends on that row alone', async () => {
  const columns: FeatureDeclaration[] = [
    { name: 's', transform: 'sum', of: ['a', 'b'] },
    { name: 'q', transform: 'ratio', of: ['s', 'b'] },
    { name: 'k', transform: 'bins', of: ['q'], edges: [-1, 0, 1] },
  ];
  const row = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 12 }), async (rows) => {
      const together = await compute(rows, columns);
      const alone: Value[][] = [];
      for (const one of rows) alone.push(...(await compute([one], columns)));
      assert.equal(together, alone);
    }),
    { seed: SEED, numRuns: 8 },
  );
});

test('names every problem of a declaration at once, with the nearest known word', () => {
  const problems = (value: unknown): string => {
    try {
      FEATURES_PARAMETER.format(value);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.is(problems('sum'), 'a list of features {name, transform, of}');
  assert.equal(
    problems([
      { name: 'x', transform: 'sime', of: ['a'] },
      { transform: 'sum', of: ['a', 'b'] },
      { name: 'y', transform: 'hypotenuse', of: ['a'], edge: [1] },
      { name: 'z', transform: 'bins', of: ['a'], edges: [2, 1] },
      { name: 'u', transform: 'sum', of: ['a', 'b'], periods: [1] },
      { name: 'v', transform: 'unfold', of: ['a'] },
      { name: 'w', transform: 'linear', of: ['a', 'b'], weights: [1] },
      { name: 'c', transform: 'combinations', of: ['a', 'b'], size: 3, factors: [1, 1] },
      { name: 'd', transform: 'directions', of: ['a', 'b'], weights: [1, 2], n_directions: 0 },
      { name: 'l', transform: 'lookup', of: ['a'], values: [] },
    ]).split('; '),
    [
      'a list of features',
      'x has an unknown transform sime',
      'did you mean sine?',
      'item 2 must have a name',
      'y has an unknown key edge',
      'did you mean edges?',
      'y must be of 2 columns',
      'z must have ascending edges',
      'u takes no periods',
      'v must have n_categories of at least 2',
      'w must have weights, a number for each column',
      'c must have a size from 2 to the number of columns',
      'c must have different factors above 0',
      'd must have n_directions of at least 1',
      'l must have values, a list of numbers',
    ],
  );
  assert.is(problems([{ name: 'x', transform: 'sine', of: ['a'] }]), '');
});

test('names every column that is missing, no number, or there already', async () => {
  const relation = await createRelation(
    database,
    'mine',
    `SELECT 1 AS width, 2 AS height, 'x' AS note`,
  );
  assert.is(
    await complaintOf(() =>
      fitFeatures(relation, [
        { name: 'area', transform: 'product', of: ['widht', 'height'] },
        { name: 'height', transform: 'sine', of: ['note'] },
        { name: 'area', transform: 'sine', of: ['width'] },
      ]),
    ),
    'E_DATA: features.columns must be made of numeric columns of mine.csv, under new names; got area of widht, which is no column; did you mean width?; height of note, which holds text; height, which is there already; area, which is there already',
  );
});

test('takes saved declarations for what they are, and refuses every other thing', async () => {
  const columns: FeatureDeclaration[] = [{ name: 'x', transform: 'sine', of: ['a'] }];
  const state = { format: 'timberline-features', version: 1, columns };
  assert.equal(parseFeatures(JSON.parse(JSON.stringify(state)), 'f.json'), state);
  for (const wrong of [
    { ...state, format: 'features' },
    { ...state, columns: [{ ...columns[0], transform: 'sime' }] },
    { ...state, columns: 'x' },
  ]) {
    assert.match(
      await complaintOf(() => parseFeatures(wrong, 'f.json')),
      /^E_DATA: f\.json must hold timberline-features, version 1; got /,
    );
  }
});

test.run();
