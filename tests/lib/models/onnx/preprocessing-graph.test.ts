import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnxGraph } from '../../../../lib/models/onnx/graph.ts';
import { formatModel } from '../../../../lib/models/onnx/model-proto.ts';
import { ROWS, addPreprocessing } from '../../../../lib/models/onnx/preprocessing-graph.ts';
import { preprocess, registerFunctions } from '../../../../lib/preprocessing/pipeline.ts';
import type { Preprocessing } from '../../../../lib/preprocessing/pipeline.ts';
import type { ColumnScaler } from '../../../../lib/preprocessing/scaler.ts';
import { TRANSFORM_NAMES, outputsOf } from '../../../../lib/preprocessing/transforms.ts';
import type { FeatureDeclaration } from '../../../../lib/preprocessing/transforms.ts';
import { identifier } from '../../../../lib/sql.ts';
import { createRelation, openTestDatabase } from '../../../support/relations.ts';
import { runOnnx } from '../../../support/onnx.ts';

const database = await openTestDatabase();

/** Angles, distances, a ratio by 0, codes with unknown ones, one-hot columns, missing values, ties. */
const TABLE = `SELECT CASE WHEN i % 17 = 3 THEN NULL ELSE sin(i) * 300 END AS "a ""b""", (i * 7) % 11 - 3 AS b,
  i % 5 AS code, (i % 3 = 0)::INTEGER AS h1, (i % 3 = 1)::INTEGER AS h2, (i % 7 = 0)::INTEGER AS h3,
  CASE WHEN i % 13 = 0 THEN NULL ELSE i * i END AS big, 'x' || i AS note FROM range(400) AS rows(i)`;

const FEATURES: readonly FeatureDeclaration[] = [
  { name: 'sum', transform: 'sum', of: ['a "b"', 'b', 'big'] },
  { name: 'difference', transform: 'difference', of: ['b', 'a "b"'] },
  { name: 'product', transform: 'product', of: ['b', 'big', 'b'] },
  { name: 'ratio', transform: 'ratio', of: ['a "b"', 'b'] },
  { name: 'linear', transform: 'linear', of: ['a "b"', 'b'], weights: [-0.5, 1e-7] },
  {
    name: 'pair',
    transform: 'combinations',
    of: ['a "b"', 'b', 'big'],
    size: 2,
    factors: [1, 0.3],
  },
  { name: 'way', transform: 'directions', of: ['a "b"', 'b'], weights: [1, 0.43], n_directions: 3 },
  { name: 'hypotenuse', transform: 'hypotenuse', of: ['a "b"', 'b'] },
  { name: 'sine', transform: 'sine', of: ['a "b"'] },
  { name: 'cosine', transform: 'cosine', of: ['big'] },
  { name: 'logarithm', transform: 'logarithm', of: ['b'] },
  { name: 'fold', transform: 'fold', of: ['h1', 'h2', 'h3'] },
  { name: 'unfold', transform: 'unfold', of: ['fold'], n_categories: 3 },
  { name: 'lookup', transform: 'lookup', of: ['code'], values: [0.5, -2, 1e9] },
  { name: 'bins', transform: 'bins', of: ['a "b"'], edges: [-100, 0, 0.5, 250] },
  { name: 'wave', transform: 'periodic', of: ['big'], periods: [100, 7.5] },
];

const scaler = (columns: Readonly<Record<string, ColumnScaler>>): Preprocessing['scaler'] => ({
  ...{ format: 'timberline-scaler', version: 1, n_samples_seen: 400, columns },
});

/** Values of the features by SQL and by the graph, column after column. */
async function compute(
  preprocessing: Preprocessing,
  columns: readonly string[],
  query = TABLE,
): Promise<{ bySql: number[][]; byGraph: number[][] }> {
  const raw = await createRelation(database, 'raw', query);
  registerFunctions(database, preprocessing);
  const list = columns.map((name) => `${identifier(name)}::DOUBLE AS ${identifier(name)}`);
  const rows = await database.query(
    `SELECT ${list.join(', ')} FROM ${preprocess(preprocessing, raw.sql)}`,
  );
  const graph = createOnnxGraph();
  const features = addPreprocessing(graph, preprocessing, raw.columns, columns);
  graph.output({ name: 'features', type: 'float64', shape: [ROWS, columns.length] }, features);
  const bytes = formatModel(graph.finish(), { name: 'test', version: '0' }, {});
  const found = (await runOnnx(bytes, database, raw.sql)).features as Float64Array;
  const toNumber = (value: unknown): number => (value === null ? NaN : Number(value));
  return {
    bySql: columns.map((name) => rows.map((row) => toNumber(row[name]))),
    byGraph: columns.map((_, j) => rows.map((_, i) => found[i * columns.length + j])),
  };
}

/** Equal but for the last bits of sine, cosine and logarithm. */
function assertSame(found: readonly number[], expected: readonly number[], name: string): void {
  for (const [i, value] of expected.entries()) {
    const isSame = Number.isNaN(value)
      ? Number.isNaN(found[i])
      : Math.abs(found[i] - value) <= 1e-11 * Math.max(1, Math.abs(value));
    assert.ok(isSame, `${name} in row ${i}: ${found[i]} instead of ${value}`);
  }
}

const test = suite('preprocessing as ONNX');
test.after(() => database.close());

test('computes every transform as SQL does, on missing values, zeros and unknown codes too', async () => {
  assert.equal(FEATURES.map(({ transform }) => transform).toSorted(), TRANSFORM_NAMES.toSorted());
  const columns = FEATURES.flatMap((feature) => outputsOf(feature).map(({ name }) => name));
  const features = { format: 'timberline-features', version: 1, columns: FEATURES } as const;
  const { bySql, byGraph } = await compute({ columns: null, features, scaler: null }, columns);
  for (const [j, name] of columns.entries()) assertSame(byGraph[j], bySql[j], name);
  const nMissing = bySql.flat().filter(Number.isNaN).length;
  assert.ok(nMissing > 100, `${nMissing} missing values`);
});

test('gives sine and cosine to the last bits at multiples of a quarter circle, where they are nearly 0', async () => {
  const columns: readonly FeatureDeclaration[] = [
    { name: 'sine', transform: 'sine', of: ['a'] },
    { name: 'cosine', transform: 'cosine', of: ['a'] },
    { name: 'wave', transform: 'periodic', of: ['a'], periods: [60, 100, 360, 7.1] },
  ];
  const features = { format: 'timberline-features', version: 1, columns } as const;
  const names = columns.flatMap((feature) => outputsOf(feature).map(({ name }) => name));
  const { bySql, byGraph } = await compute(
    { columns: null, features, scaler: null },
    names,
    'SELECT (i - 2000) * 5.0 AS a FROM range(4001) AS rows(i)',
  );
  for (const [j, name] of names.entries()) {
    for (const [i, value] of bySql[j].entries()) {
      const error = Math.abs(byGraph[j][i] - value);
      assert.ok(error <= 4 * Number.EPSILON * Math.abs(value), `${name} in row ${i}: ${value}`);
    }
  }
  const nSmall = bySql.flat().filter((value) => value !== 0 && Math.abs(value) < 1e-10).length;
  assert.ok(nSmall > 500, `${nSmall} are nearly 0`);
});

test('gives bits that are those of SQL where there is no sine, cosine or logarithm', async () => {
  const features = {
    ...({ format: 'timberline-features', version: 1 } as const),
    columns: FEATURES.filter(({ transform }) =>
      ['linear', 'combinations', 'directions', 'hypotenuse', 'ratio'].includes(transform),
    ),
  };
  const columns = features.columns.flatMap((feature) => outputsOf(feature).map(({ name }) => name));
  const preprocessing = {
    ...{ columns: null, features },
    scaler: scaler({ linear: { fill: null, center: 0.1, scale: 3 } }),
  };
  const { bySql, byGraph } = await compute(preprocessing, columns);
  assert.equal(byGraph, bySql);
});

test('takes values to a normal as SQL does: between quantiles, on equal ones, beyond the ends', async () => {
  const many = Array.from({ length: 100 }, (_, i) => Math.round(i * i * 3) / 7);
  const columns = {
    // 40 quantiles are two blocks; equal ones at both ends and in the middle
    b: {
      fill: null,
      quantiles: [-3, -3, -3, -2, ...new Array<number>(34).fill(1), 7, 7],
    },
    code: { fill: null, quantiles: [0, 4] },
    h1: { fill: null, quantiles: new Array<number>(33).fill(1) },
    big: { fill: 17, quantiles: many },
    'a "b"': { fill: 2, center: -1, scale: 7 },
  };
  const { bySql, byGraph } = await compute(
    { columns: null, features: null, scaler: scaler(columns) },
    ['code', 'a "b"', 'h2', 'big', 'b', 'h1'],
  );
  for (const [j, expected] of bySql.entries()) assertSame(byGraph[j], expected, `column ${j}`);
  const fine = `SELECT -0.5 + i / 300.0 AS code, i / 9.0 AS big FROM range(1700) AS rows(i)`;
  const { code, big } = columns;
  const other = await compute(
    { columns: null, features: null, scaler: scaler({ code, big }) },
    ['code', 'big'],
    fine,
  );
  for (const [j, expected] of other.bySql.entries()) assertSame(other.byGraph[j], expected, `${j}`);
  assert.is(new Set(other.bySql[0]).size > 1000, true, 'nearly all values differ');
});

test('has no input for a column that no feature is made of, and refuses one that is no number', async () => {
  const nothing = { columns: null, features: null, scaler: null };
  const graph = createOnnxGraph();
  const input = [
    { name: 'a', kind: 'number' },
    { name: 'note', kind: 'text' },
  ] as const;
  addPreprocessing(graph, nothing, input, ['a']);
  assert.equal(
    graph.finish().inputs.map(({ name }) => name),
    ['a'],
  );
  assert.throws(
    () => addPreprocessing(createOnnxGraph(), nothing, input, ['note']),
    /every feature must be made of numbers to be exported; got note as text/,
  );
});

test.run();
