import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assembleBundle, describeInput } from '../../../../lib/models/assemble-bundle.ts';
import type { Bundle } from '../../../../lib/models/bundle.ts';
import { fitModel } from '../../../../lib/models/fit-model.ts';
import type { RegressionData } from '../../../../lib/models/model.ts';
import { measureDifference, measureTableDifference } from '../../../../lib/models/onnx/check.ts';
import { toOnnxGraph } from '../../../../lib/models/onnx/bundle-graph.ts';
import { TRAIN_SCHEMA } from '../../../../lib/models/train-params.ts';
import { resolveParams } from '../../../../lib/params/resolve.ts';
import { targetExpression } from '../../../../lib/tensors/numeric-target.ts';
import { streamBlocks } from '../../../../lib/tensors/row-blocks.ts';
import { complaintOf } from '../../../support/complaint.ts';
import { runOnnx, toOnnx } from '../../../support/onnx.ts';
import { createRelation, openTestDatabase } from '../../../support/relations.ts';
import { createContext, machine } from '../../../support/small-model.ts';

const VALUES = {
  extra_trees: { n_estimators: 8 },
  lightgbm: { num_leaves: 7, num_iterations: 20, min_data_in_leaf: 5 },
  mlp: { hidden_sizes: [8], max_epochs: 10, batch_size: 16 },
  random_forest: { n_estimators: 8 },
};
const sources = [{ name: 'this test', values: VALUES }];
const { params } = resolveParams({ params: { schema: TRAIN_SCHEMA, prefix: 'train', sources } });
const COLUMNS = ['a', 'b'];
const tableOf = (n: number, start: number): string =>
  `SELECT i AS row_id, 3 * sin(i) AS a, cos(i * 1.7) AS b, 50 + 15 * sin(i) - cos(i * 1.7) AS y
   FROM range(${start}, ${start + n}) AS rows(i)`;

const database = await openTestDatabase();
const raw = await createRelation(database, 'raw', tableOf(120, 0));
const other = await createRelation(database, 'other', tableOf(500, 1000));

async function readData(): Promise<RegressionData> {
  const [features, targets]: number[][] = [[], []];
  for await (const block of streamBlocks(database, raw, COLUMNS, targetExpression('y'))) {
    features.push(...block.features);
    targets.push(...block.targets!);
  }
  const rows = {
    nSamples: targets.length,
    features: Float32Array.from(features),
    targets: Float64Array.from(targets),
  };
  return { task: 'regression', columns: COLUMNS, train: rows, valid: rows };
}
const data = await readData();

async function makeBundle(name: string): Promise<Bundle> {
  const { fitted: model } = await fitModel(name, data, params, createContext());
  const facts = {
    preprocessing: { columns: null, features: null, scaler: null },
    ...{ classes: [], threshold: null, priorCorrection: null, classNames: {} },
    ...{ versions: {}, dataHashes: {} },
  };
  const known = { ...facts, target: 'y', id: 'row_id', task: 'regression' as const };
  const parts = { ...facts, ...describeInput(raw, COLUMNS, known), model };
  return await assembleBundle(parts, raw, database, machine);
}

const test = suite('ONNX graph of a number');

for (const name of ['extra-trees', 'lightgbm', 'mlp', 'random-forest']) {
  test(`predicts as the bundle does: ${name}`, async () => {
    const bundle = await makeBundle(name);
    const bytes = toOnnx(bundle);
    assert.ok((await measureDifference(bytes, bundle, 2)) < 1e-6);
    assert.ok((await measureTableDifference(bytes, bundle, database, other, machine)) < 1e-6);
    const found = await runOnnx(bytes, database, other.sql);
    assert.equal(Object.keys(found), ['prediction']);
    assert.instance(found.prediction, Float64Array);
    assert.is(found.prediction.length, 500);
    const [first, ...rest] = bundle.golden.predictions!;
    const golden = { ...bundle.golden, predictions: [first + 1, ...rest] };
    const wrong = await measureDifference(bytes, { ...bundle, golden }, 2);
    const range = Math.max(...golden.predictions) - Math.min(...golden.predictions);
    assert.ok(Math.abs(wrong - 1 / range) < 1e-6, 'a share of the range');
  });
}

test('is refused of a model that has none', async () => {
  const bundle = await makeBundle('ridge');
  assert.is(
    await complaintOf(() => toOnnxGraph(bundle)),
    'E_DATA: the model must be extra-trees, lightgbm, mlp, random-forest to be exported to ONNX; got ridge',
  );
});

test.after(() => database.close());
test.run();
