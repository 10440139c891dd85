import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPredictions } from '../../../lib/metrics/predictions.ts';
import { SLICES } from '../../../lib/metrics/slice-params.ts';
import type { SliceDeclaration } from '../../../lib/metrics/slice-params.ts';
import { readSliceKeys } from '../../../lib/metrics/slice-keys.ts';
import { measureSlices } from '../../../lib/metrics/slices.ts';
import { describeDistribution } from '../../../lib/preprocessing/distribution.ts';
import { assertClose } from '../../support/close.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const database = await openTestDatabase();
const train = await createRelation(
  database,
  'train',
  'SELECT i + 1 AS height FROM range(20) AS t(i)',
);
const distribution = await describeDistribution(database, train, train.columns);
const test = suite('lib/metrics/slices');

test.after(() => database.close());

/** Name of the slice of each row of test; null: no value. */
async function slicesOf(declaration: SliceDeclaration, query: string): Promise<string[]> {
  const relation = await createRelation(database, 'test', query);
  const [{ names, keys }] = await readSliceKeys(database, relation, [declaration], distribution);
  return Array.from(keys, (key) => names[key]);
}

test('puts a value into the band of train that it lies in, upper ends included', async () => {
  // of 1 to 20, a fifth each: up to 4, 8, 12, 16
  const rows = `SELECT unnest([-1, 4, 4.5, 8, 16, 99, NULL, 'nan'::DOUBLE]) AS height`;
  assert.equal(await slicesOf({ column: 'height', bins: 5 }, rows), [
    '(-inf, 4]',
    '(-inf, 4]',
    '(4, 8]',
    '(4, 8]',
    '(12, 16]',
    '(16, inf)',
    'missing',
    'missing',
  ]);
});

test('makes one band of bands with the same end', async () => {
  const many = await createRelation(database, 'many', 'SELECT 7 AS height FROM range(50)');
  const same = await describeDistribution(database, many, many.columns);
  const [{ names }] = await readSliceKeys(database, many, [{ column: 'height', bins: 10 }], same);
  assert.equal(names, ['(-inf, 7]', '(7, inf)', 'missing']);
});

test('gives each value of a column a slice, in their order, and those without a value theirs', async () => {
  const texts = `SELECT unnest(['oak, white', 'it''s', NULL, 'oak, white']) AS kind`;
  assert.equal(await slicesOf({ column: 'kind' }, texts), [
    'oak, white',
    "it's",
    'missing',
    'oak, white',
  ]);
  const numbers = `SELECT unnest([10, 9, 10]) AS n`;
  assert.equal(await slicesOf({ column: 'n' }, numbers), ['10', '9', '10']);
});

test('names the column of a one-hot group that is 1, and rows with none or several', async () => {
  const rows = `SELECT unnest([1, 0, 0, 1]) AS area1, unnest([0, 1, 0, 1]) AS area2, 'x' AS area_name`;
  assert.equal(await slicesOf({ one_hot: 'area*' }, rows), ['area1', 'area2', 'none', 'several']);
});

test('says what cannot be a slice', async () => {
  const relation = await createRelation(
    database,
    'wrong',
    `SELECT i AS id, i / 2 AS height, 'x' AS text FROM range(60) AS t(i)`,
  );
  const complaint = (declaration: SliceDeclaration): Promise<string> =>
    complaintOf(() => readSliceKeys(database, relation, [declaration], distribution));
  assert.is(
    await complaint({ column: 'hight' }),
    'E_DATA: wrong.csv must have the column hight; did you mean height?',
  );
  assert.is(
    await complaint({ column: 'id' }),
    'E_PARAMS: evaluate.slices: id must have at most 50 values; got more',
  );
  assert.is(
    await complaint({ column: 'text', bins: 2 }),
    'E_PARAMS: evaluate.slices: text must be a numeric column of the model; got another one',
  );
  assert.is(
    await complaint({ one_hot: 'soil*' }),
    'E_DATA: wrong.csv must have at least two numeric columns soil*; got 0',
  );
});

test('takes declarations of three shapes, and no others', () => {
  SLICES.format([{ column: 'a' }, { column: 'a', bins: 5 }, { one_hot: 'a*' }]);
  for (const wrong of [
    [{}],
    [{ column: '' }],
    [{ column: 'a', bins: 3 }],
    [{ column: 'a', one_hot: 'a*' }],
    [{ bins: 5 }],
    ['a'],
    { column: 'a' },
  ]) {
    assert.throws(() => SLICES.format(wrong), /^a list of slices/, JSON.stringify(wrong));
  }
});

test('measures each slice that has rows, by hand', () => {
  const yProba = Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5, 0.125, 0.875);
  const predictions = createPredictions(Int32Array.of(0, 0, 0, 1), yProba, { nClasses: 2 });
  const keys = { by: 'area', names: ['a', 'none', 'b'], keys: Int32Array.of(0, 0, 2, 2) };
  const { by, slices } = measureSlices(predictions, keys, 0.95);
  assert.is(by, 'area');
  assert.equal(
    slices.map(({ name, nSamples, accuracy, confidence }) => [
      name,
      nSamples,
      accuracy,
      confidence,
    ]),
    [
      ['a', 2, 0.5, 0.75],
      ['b', 2, 1, 0.6875],
    ],
  );
  assertClose(slices[0].logLoss, -(Math.log(0.75) + Math.log(0.25)) / 2, 1e-12);
  // Wilson of 2 of 2: n / (n + z²)
  assertClose([slices[1].accuracyLow, slices[1].accuracyHigh], [2 / (2 + 1.959964 ** 2), 1], 1e-6);
});

test('property: slices hold all rows, and the mean of their accuracies is that of all', () => {
  const n = 500;
  const yTrue = Int32Array.from({ length: n }, (_, row) => (row * 7) % 3);
  const yProba = Float32Array.from(
    { length: 3 * n },
    (_, i) => (Math.imul(i, 2654435761) >>> 8) % 97,
  );
  for (let row = 0; row < n; row++) {
    const values = yProba.subarray(3 * row, 3 * row + 3);
    const sum = values[0] + values[1] + values[2] + 1;
    values.forEach((value, c) => (values[c] = (value + 1 / 3) / sum));
  }
  const predictions = createPredictions(yTrue, yProba, { nClasses: 3 });
  const keys = Int32Array.from({ length: n }, (_, row) => (row * row) % 5);
  const { slices } = measureSlices(predictions, { by: 'k', names: [...'abcde'], keys }, 0.9);
  const all = measureSlices(
    predictions,
    { by: 'all', names: ['all'], keys: keys.map(() => 0) },
    0.9,
  );
  const total = slices.reduce((sum, { nSamples }) => sum + nSamples, 0);
  const right = slices.reduce((sum, { nSamples, accuracy }) => sum + nSamples * accuracy, 0);
  assert.is(total, n);
  assertClose(right / n, all.slices[0].accuracy, 1e-12);
  for (const { accuracy, accuracyLow, accuracyHigh } of slices) {
    assert.ok(accuracyLow < accuracy && accuracy < accuracyHigh);
  }
});

test.run();
