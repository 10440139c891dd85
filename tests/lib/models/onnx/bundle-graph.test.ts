import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import { scoreGolden } from '../../../../lib/models/assemble-bundle.ts';
import type { Bundle } from '../../../../lib/models/bundle.ts';
import { findModel } from '../../../../lib/models/registry.ts';
import type { FittedModel, LabelledRows } from '../../../../lib/models/model.ts';
import { measureDifference, measureTableDifference } from '../../../../lib/models/onnx/check.ts';
import { createFitContext } from '../../../../lib/models/shrinking/fit-context.ts';
import { quantizeModel } from '../../../../lib/models/mlp/quantize.ts';
import { createOnnxGraph } from '../../../../lib/models/onnx/graph.ts';
import { addTreeEnsemble } from '../../../../lib/models/onnx/trees-graph.ts';
import { NODE_BYTES } from '../../../../lib/models/trees/ensemble.ts';
import { toOnnxGraph } from '../../../../lib/models/onnx/bundle-graph.ts';
import { toCamelCase } from '../../../../lib/params/schema.ts';
import type { Parameter } from '../../../../lib/params/schema.ts';
import { fitVectorizer } from '../../../../lib/text/fit-vectorizer.ts';
import { VECTORIZER_OPTIONS } from '../../../support/vectorizer.ts';
import { createRelation, openTestDatabase } from '../../../support/relations.ts';
import {
  createContext,
  machine,
  makeBundle,
  readRows,
  train,
} from '../../../support/small-model.ts';
import type { MlpParams } from '../../../support/small-model.ts';
import { largestDifference, runOnnx, scoreByBundle, toOnnx } from '../../../support/onnx.ts';

const database = await openTestDatabase();
const { bundle, raw } = await makeBundle(database);
const rows = await readRows(database, raw, bundle.preprocessing);

/** Rows that no model has seen, with text, days and integers beyond 2^53 as train has them. */
const other = await createRelation(
  database,
  'other',
  `SELECT i AS row_id, sin(i * 1.7) * 5 AS a, cos(i) * 12 AS b, 'x' AS note, DATE '2021-01-01' AS day, i AS big
   FROM range(1000) AS rows(i)`,
);

const withModel = async (model: FittedModel, changes: Partial<Bundle> = {}): Promise<Bundle> => {
  const { golden, ...parts } = { ...bundle, model, ...changes };
  return await scoreGolden(parts, golden.rows, database, machine);
};

/** Largest difference of a probability on the other rows, and on the golden ones. */
async function compare(made: Bundle): Promise<number> {
  const model = toOnnx(made);
  const expected = await scoreByBundle(made, database, other);
  const { label, probabilities } = await runOnnx(model, database, other.sql);
  const found = probabilities as Float32Array;
  const n = made.classes.length;
  const best = Array.from({ length: found.length / n }, (_, i) => {
    const row = found.subarray(i * n, (i + 1) * n);
    const second = made.threshold !== null && row[1] >= made.threshold ? 1 : 0;
    return made.classes[made.threshold === null ? row.indexOf(Math.max(...row)) : second];
  });
  assert.equal(Array.from(label as ArrayLike<unknown>, String), best.map(String));
  const difference = largestDifference(found, expected);
  assert.is(await measureTableDifference(model, made, database, other, machine), difference);
  return Math.max(difference, await measureDifference(model, made, machine.threads));
}

async function fit(
  name: string,
  params: Readonly<Record<string, unknown>>,
  { X, columns, y = rows.y }: { X: Float32Array; columns: readonly string[]; y?: Int32Array },
): Promise<FittedModel> {
  const labelled: LabelledRows = { nSamples: y.length, features: X, labels: y };
  const nClasses = Math.max(...y) + 1;
  const definition = findModel(name)!;
  const defaults = Object.fromEntries(
    Object.entries(definition.params).map(([key, parameter]) => [
      toCamelCase(key),
      (parameter as Parameter<unknown>).default,
    ]),
  );
  const { fitted } = await definition.fit(
    { columns, nClasses, train: labelled, valid: labelled, classWeight: null },
    { ...defaults, ...params } as never,
    createFitContext(createContext()),
  );
  return { name, columns, nClasses, ...fitted };
}

const BOOSTING = { numIterations: 20, numLeaves: 7, minDataInLeaf: 2, earlyStoppingRounds: null };

const test = suite('bundles as ONNX');
test.after(() => database.close());

const NETWORKS: Partial<MlpParams>[] = [
  { hiddenSizes: [], activation: 'relu' },
  { hiddenSizes: [8, 5], activation: 'gelu' },
  { hiddenSizes: [8, 5], activation: 'silu', normalization: 'batch' },
  { hiddenSizes: [8], activation: 'relu', normalization: 'layer' },
];
for (const options of NETWORKS) {
  test(`a perceptron predicts as its bundle: ${JSON.stringify(options)}`, async () => {
    const { features: columns, ...data } = rows;
    const { fitted } = await train(data, { columns, options: { ...options, maxEpochs: 3 } });
    const difference = await compare(await withModel(fitted));
    assert.ok(difference <= 1e-5, `${difference}`);
  });
}

/** Columns of many values, which are embedded, around one of two values, which passes through. */
const MIXED = ['a', 'hot', 'b'];
const mixedTable = (n: number, step: number): string =>
  `SELECT i AS row_id, sin(i * ${step}) * 3 AS a, (i % 4 = 1)::INTEGER AS hot, cos(i * ${step}) * 20 AS b
   FROM range(${n}) AS rows(i)`;

for (const embedding of ['piecewise_linear', 'periodic'] as const) {
  for (const precision of ['float32', 'int8'] as const) {
    test(`a perceptron predicts as its bundle with an embedding: ${embedding} in ${precision}`, async () => {
      const found = await database.query(mixedTable(200, 1.3));
      const X = Float32Array.from(found.flatMap((row) => MIXED.map((name) => Number(row[name]))));
      const y = Int32Array.from(found, ({ a, hot }) => (Number(a) > 1 ? 2 : Number(hot)));
      const sizes = { embeddingSize: 5, embeddingBins: 6, embeddingFrequencies: 3 };
      const options = { embedding, ...sizes, normalization: 'batch', maxEpochs: 4 } as const;
      const { fitted } = await train({ X, y }, { columns: MIXED, options });
      const made = {
        ...{ ...bundle, model: quantizeModel(fitted, precision) },
        preprocessing: { columns: null, features: null, scaler: null },
        input: MIXED.map((name) => ({ name, kind: 'number' as const })),
        golden: { rows: [], probabilities: [] },
      };
      // a goes beyond the first and the last bin too
      const wider = `SELECT * REPLACE (a * 1.5 AS a) FROM (${mixedTable(1000, 1.7)})`;
      const relation = await createRelation(database, `wider_${embedding}_${precision}`, wider);
      const expected = await scoreByBundle(made, database, relation);
      const { probabilities } = await runOnnx(toOnnx(made), database, relation.sql);
      const difference = largestDifference(probabilities as Float32Array, expected);
      assert.ok(difference <= 1e-5, `${difference}`);
      assert.ok(new Set(expected).size > 500, 'rows differ in their probabilities');
    });
  }
}

for (const precision of ['float16', 'int8'] as const) {
  test(`a perceptron predicts as its bundle in ${precision}, and the graph holds its codes`, async () => {
    const quantised = await withModel(quantizeModel(bundle.model, precision));
    assert.ok((await compare(quantised)) <= 1e-5);
    const { data } = quantised.model.tensors['layer0/kernel'];
    const codes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    assert.ok(Buffer.from(toOnnx(quantised)).includes(codes));
  });
}

test('a perceptron predicts as its bundle with classes of other kinds, priors and a threshold', async () => {
  const numbers = await withModel(bundle.model, { classes: [7, -2, 2 ** 53 - 1] });
  assert.ok((await compare(numbers)) <= 1e-6);
  const halves = await withModel(bundle.model, { classes: [0.5, 1.5, 2.5] });
  assert.ok((await compare(halves)) <= 1e-6);
  const priors = await withModel(bundle.model, { priorCorrection: [0.1, 2, 1] });
  assert.ok((await compare(priors)) <= 1e-6);
  const y = rows.y.map((label) => Math.min(label, 1));
  const { X, features: columns } = rows;
  const two = await fit('lightgbm', BOOSTING, { X, columns, y });
  const decided = await withModel(two, { classes: ['no', 'yes'], threshold: 0.8 });
  assert.ok((await compare(decided)) <= 1e-6);
});

test('boosted trees predict as their bundle, alone, as a mean, and with missing values', async () => {
  const { X, features: columns } = rows;
  const boosted = await fit('lightgbm', BOOSTING, { X, columns });
  assert.ok((await compare(await withModel(boosted))) <= 1e-6);
  const forest = { ...BOOSTING, boosting: 'rf', baggingFraction: 0.6, baggingFreq: 1 };
  const mean = await fit('lightgbm', forest, { X, columns });
  assert.ok((await compare(await withModel(mean))) <= 1e-6);
  const gaps = X.map((value, i) => (i % 5 === 0 ? NaN : value));
  const missing = await fit('lightgbm', BOOSTING, { X: gaps, columns });
  const unscaled = { ...bundle.preprocessing, scaler: null };
  const { sql } = other;
  const holed = await createRelation(
    database,
    'holed',
    `SELECT * REPLACE (CASE WHEN row_id % 3 = 0 THEN NULL ELSE a END AS a) FROM ${sql}`,
  );
  // what train had no missing values of takes them for 0
  for (const model of [missing, boosted]) {
    const made = await withModel(model, { preprocessing: unscaled });
    const expected = await scoreByBundle(made, database, holed);
    const { probabilities } = await runOnnx(toOnnx(made), database, holed.sql);
    assert.ok(largestDifference(probabilities as Float32Array, expected) <= 1e-6);
  }
});

test('boosted trees predict as their bundle on categories and folded one-hot groups', async () => {
  const columns = ['a', 'code', 'hot1', 'hot2', 'hot3'];
  const table = (n: number): string =>
    `SELECT i AS row_id, sin(i * 1.3) AS a, CASE WHEN i % 19 = 0 THEN NULL ELSE (i * 7) % 40 END AS code,
     (i % 4 = 1)::INTEGER AS hot1, (i % 4 = 2)::INTEGER AS hot2,
     CASE WHEN i % 23 = 0 THEN NULL ELSE (i % 4 = 3)::INTEGER END AS hot3 FROM range(${n}) AS rows(i)`;
  const found = await database.query(`SELECT * FROM (${table(600)})`);
  const X = Float32Array.from(
    found.flatMap((row) => columns.map((name) => (row[name] === null ? NaN : Number(row[name])))),
  );
  const y = Int32Array.from(found, ({ a, code, hot1 }) =>
    Number(code) % 3 === 1 ? 0 : Number(hot1) === 1 ? 1 : Number(a) > 0 ? 2 : 0,
  );
  const folding = { oneHotGroups: ['hot*'], categoricalFeatures: ['code'], minDataPerGroup: 5 };
  const model = await fit('lightgbm', { ...BOOSTING, ...folding }, { X, columns, y });
  const made = {
    ...{ ...bundle, model, preprocessing: { columns: null, features: null, scaler: null } },
    input: columns.map((name) => ({ name, kind: 'number' as const })),
    golden: { rows: [], probabilities: [] },
  };
  const relation = await createRelation(database, 'coded', table(2000));
  const expected = await scoreByBundle(made, database, relation);
  const { probabilities } = await runOnnx(toOnnx(made), database, relation.sql);
  const difference = largestDifference(probabilities as Float32Array, expected);
  assert.ok(difference <= 1e-6, `${difference}`);
});

for (const name of ['extra-trees', 'random-forest']) {
  test(`${name} predict as their bundle`, async () => {
    const { X, features: columns } = rows;
    const forest = await fit(name, { nEstimators: 10 }, { X, columns });
    const difference = await compare(await withModel(forest));
    assert.ok(difference <= 1e-6, `${difference}`);
  });
}

test('an ensemble predicts as its bundle, members of some of the columns and a temperature too', async () => {
  const { X, features: columns } = rows;
  const own = columns.slice(1);
  const part = X.filter((_, i) => i % columns.length !== 0);
  const members = [bundle.model, await fit('lightgbm', BOOSTING, { X: part, columns: own })];
  const model: FittedModel = {
    ...{ name: 'ensemble', columns, nClasses: 3 },
    facts: {
      members: members.map(({ tensors: _, ...member }) => member),
      ...{ weights: [0.25, 0.75], temperature: 1.7 },
    },
    tensors: Object.fromEntries(
      members.flatMap(({ tensors }, m) =>
        Object.entries(tensors).map(([name, tensor]) => [`${m}/${name}`, tensor] as const),
      ),
    ),
  };
  const difference = await compare(await withModel(model));
  assert.ok(difference <= 1e-5, `${difference}`);
});

test('has the same bytes each time, and the raw columns as its only inputs', () => {
  assert.equal(toOnnx(bundle), toOnnx(bundle));
  const { inputs, outputs } = toOnnxGraph(bundle);
  assert.equal(inputs, [
    { name: 'a', type: 'float64', shape: ['rows', 1] },
    { name: 'b', type: 'float64', shape: ['rows', 1] },
  ]);
  assert.equal(outputs, [
    { name: 'label', type: 'string', shape: ['rows'] },
    { name: 'probabilities', type: 'float32', shape: ['rows', 3] },
  ]);
});

async function complaintOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    (value) => assert.unreachable(`no error, but ${value}`),
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError, (error as Error).stack);
  return `${(error as StageError).code} ${(error as StageError).message}`;
}

test('a damaged graph is found: cut, of something else, or with other weights', async () => {
  const model = Buffer.from(toOnnx(bundle));
  const check = (bytes: Uint8Array) => measureDifference(bytes, bundle, 1);
  const refused = /^E_DATA the graph must be one that onnxruntime can load; got /;
  assert.match(await complaintOf(check(model.subarray(0, model.length / 2))), refused);
  assert.match(await complaintOf(check(Buffer.from('no graph'))), refused);
  const weights = bundle.model.tensors['layer0/kernel'].data as Float32Array;
  const at = model.indexOf(Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength));
  assert.ok(at > 0);
  model.writeFloatLE(weights[0] + 0.5, at);
  assert.ok((await check(model)) > 1e-4);
});

test('refuses more nodes than a file of ONNX holds, and says how many there are', () => {
  const oneLeafEach = {
    ...{ nFeatures: 1, nOutputs: 1, leafSize: 1, nodes: new ArrayBuffer(NODE_BYTES) },
    ...{ roots: new Int32Array(1e7).fill(~0), leaves: Float64Array.of(1) },
    ...{ categoryStart: Int32Array.of(0, 2), categoryBits: Uint32Array.of(2 ** 31, 1) },
  };
  assert.throws(
    () => addTreeEnsemble(createOnnxGraph(), oneLeafEach, 'features', 1),
    (error: StageError) =>
      error.message ===
        'trees must have at most 10000000 nodes to be exported to ONNX, whose files hold at most 2 GB; got 10000004 in 10000000 trees' &&
      /prune\.method=structured/.test(String(error.hint)),
  );
});

test('refuses a model that has no form in ONNX here, or that takes texts', () => {
  const options = { ...VECTORIZER_OPTIONS, column: 'note' };
  const vectorizer = fitVectorizer(['some words'], options, 'notes');
  const preprocessing = { ...bundle.preprocessing, vectorizer };
  assert.throws(
    () => toOnnxGraph({ ...bundle, preprocessing }),
    (error: StageError) =>
      error.message ===
      'the model must take numbers to be exported to ONNX; got texts of the column note',
  );
  const model = { ...bundle.model, name: 'naive-bayes' };
  assert.throws(
    () => toOnnxGraph({ ...bundle, model }),
    (error: StageError) =>
      error.code === 'E_DATA' &&
      / ensemble to be exported to ONNX; got naive-bayes$/.test(error.message),
  );
});

test.run();
