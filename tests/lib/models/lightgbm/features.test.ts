import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  assertCategories,
  foldFeatures,
  planFeatures,
} from '../../../../lib/models/lightgbm/features.ts';
import type { FeatureParams } from '../../../../lib/models/lightgbm/features.ts';
import { complaintOf } from '../../../support/complaint.ts';

const test = suite('lightgbm features');

const COLUMNS = ['soil1', 'height', 'soil2', 'area_a', 'code', 'soil3', 'area_b'];
const plan = (changes: Partial<FeatureParams> = {}) =>
  planFeatures(COLUMNS, {
    ...{ categoricalFeatures: [], oneHotGroups: [], monotoneConstraints: {} },
    ...changes,
  });
const GROUPS = { oneHotGroups: ['soil*', 'area_*'], categoricalFeatures: ['code'] };

test('keeps single columns in their order, and puts a column for each group behind them', () => {
  const features = plan({ ...GROUPS, monotoneConstraints: { height: -1 } });
  assert.equal(
    features.map(({ name, places, isGroup, isCategorical, monotone }) => [
      ...[name, places.join(), isGroup, isCategorical, monotone],
    ]),
    [
      ['height', '1', false, false, -1],
      ['code', '4', false, true, 0],
      ['soil*', '0,2,5', true, true, 0],
      ['area_*', '3,6', true, true, 0],
    ],
  );
});

test('folds a group into the number of its column that is 1, 0 where none is, NaN where one is missing', () => {
  const rows = [
    [0, 5, 1, 1, 2, 0, 0],
    [0, 6, 0, 0, 3, 0, 0],
    [0, 7, 0, 0, 4, 1, 1],
    [1, NaN, 0, NaN, NaN, NaN, 1],
  ];
  const folded = foldFeatures(plan(GROUPS), Float32Array.from(rows.flat()), COLUMNS.length);
  assert.is(folded.nSamples, 4);
  assert.is(folded.nFeatures, 4);
  assert.is(
    folded.features.join(),
    [...[5, 2, 2, 1], ...[6, 3, 0, 0], ...[7, 4, 3, 2], ...[NaN, NaN, NaN, NaN]].join(),
  );
});

test('hands the rows on as they are where no group is folded', () => {
  const rows = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
  assert.is(foldFeatures(plan({ categoricalFeatures: ['code'] }), rows, 7).features, rows);
});

test('property: a row folds to the same alone and among others', () => {
  const row = fc.array(fc.constantFrom(0, 1, NaN, 2.5), { minLength: 7, maxLength: 7 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      const features = plan(GROUPS);
      const all = foldFeatures(features, Float32Array.from(rows.flat()), 7).features;
      const alone = rows.flatMap((one) => [
        ...foldFeatures(features, Float32Array.from(one), 7).features,
      ]);
      assert.is(all.join(), alone.join());
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('refuses names that no column has, and columns that are two things, all at once', async () => {
  const complaint = await complaintOf(() =>
    plan({
      oneHotGroups: ['soil*', '*1', 'none*'],
      categoricalFeatures: ['cod', 'area_a'],
      monotoneConstraints: { hight: 1, area_a: 1, soil2: 0 },
    }),
  );
  assert.match(
    complaint,
    /^E_PARAMS: train\.lightgbm must name columns of the features, each once/,
  );
  for (const part of [
    'cod, which no column has',
    'none*, which no column has',
    'hight, which is no column; did you mean height?',
    'soil1 in two groups',
    'the category area_a in monotone_constraints',
  ]) {
    assert.ok(complaint.includes(part), `${part} is not in ${complaint}`);
  }
  assert.match(
    await complaintOf(() => plan({ oneHotGroups: ['soil*'], categoricalFeatures: ['soil1'] })),
    /soil1 in a group and in categorical_features/,
  );
});

test('refuses train rows that are no categories, with their row', async () => {
  const check = (row: number[]) =>
    complaintOf(() => {
      const rows = Float32Array.from([[1, 5, 0, NaN, 3, NaN, 1], row].flat());
      assertCategories(plan(GROUPS), rows, COLUMNS);
    });
  assert.is(await check([0, -5.5, 0, 0, 0, 0, 0]), '');
  assert.match(
    await check([1, 0, 1, 0, 0, 0, 0]),
    /^E_DATA: .*; got 1 in soil1 and in soil2 in row 2$/,
  );
  assert.match(await check([0.5, 0, 0, 0, 0, 0, 0]), /; got 0\.5 in soil1 in row 2$/);
  assert.match(await check([0, 0, 0, 0, 1.5, 0, 0]), /; got 1\.5 in code in row 2$/);
  assert.match(
    await check([0, 0, 0, 0, -1, 0, -1]),
    /; got -1 in code in row 2, -1 in area_b in row 2$/,
  );
  assert.match(await check([0, 0, 0, 0, 2 ** 21, 0, 0]), /; got 2097152 in code in row 2$/);
});

test.run();
