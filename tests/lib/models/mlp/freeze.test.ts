import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scoreGolden } from '../../../../lib/models/assemble-bundle.ts';
import type { Bundle } from '../../../../lib/models/bundle.ts';
import { freezeModel } from '../../../../lib/models/mlp/freeze.ts';
import type { FittedModel } from '../../../../lib/models/model.ts';
import type { ColumnScaler } from '../../../../lib/preprocessing/scaler.ts';
import { createRelation, openTestDatabase } from '../../../support/relations.ts';
import { machine, makeBundle, readRows, train } from '../../../support/small-model.ts';
import type { MlpParams } from '../../../support/small-model.ts';
import { largestDifference, scoreByBundle } from '../../../support/onnx.ts';

const database = await openTestDatabase();
const { bundle, raw } = await makeBundle(database);
const { features: columns, ...rows } = await readRows(database, raw, bundle.preprocessing);
const other = await createRelation(
  database,
  'other',
  `SELECT i AS row_id, sin(i * 1.7) * 5 AS a, cos(i) * 12 AS b, 'x' AS note, DATE '2021-01-01' AS day, i AS big
   FROM range(500) AS rows(i)`,
);

async function trainWith(options: Partial<MlpParams>): Promise<Bundle> {
  const { fitted: model } = await train(rows, { columns, options: { ...options, maxEpochs: 3 } });
  const { golden, ...parts } = bundle;
  return await scoreGolden({ ...parts, model }, golden.rows, database, machine);
}

const test = suite('freezing a perceptron');
test.after(() => database.close());

test('divides the weights of a scaled column by its scale, and shifts the bias by its center', () => {
  const model: FittedModel = {
    ...{ name: 'mlp', columns: ['x', 'y', 'z'], nClasses: 2 },
    facts: { hiddenSizes: [], activation: 'relu', normalization: 'none', backend: 'wasm' },
    tensors: {
      'layer0/kernel': { dtype: 'F32', shape: [3, 2], data: Float32Array.of(8, 4, 1, 2, 5, 6) },
      'layer0/bias': { dtype: 'F32', shape: [2], data: Float32Array.of(10, 20) },
    },
  };
  const scalers: Record<string, ColumnScaler> = {
    x: { fill: null, center: 3, scale: 4 },
    y: { fill: 7, center: 1, scale: 0.5 },
    z: { fill: null, quantiles: [0, 1] },
    other: { fill: null, center: 1, scale: 2 },
  };
  const scaler = {
    ...({ format: 'timberline-scaler', version: 1, n_samples_seen: 9 } as const),
    columns: scalers,
  };
  const frozen = freezeModel(model, { columns: null, features: null, scaler });
  const { 'layer0/kernel': kernel, 'layer0/bias': bias } = frozen.model.tensors;
  assert.equal([...(kernel.data as Float32Array)], [2, 1, 2, 4, 5, 6]);
  // 10 - 2 × 3 - 2 × 1 and 20 - 1 × 3 - 4 × 1
  assert.equal([...(bias.data as Float32Array)], [2, 13]);
  assert.equal(frozen.preprocessing.scaler?.columns, {
    y: { fill: 7, center: 0, scale: 1 },
    z: scalers.z,
  });
  const { x, other: unused } = scalers;
  const folded = freezeModel(model, {
    ...{ columns: null, features: null },
    scaler: { ...scaler, columns: { x, other: unused } },
  });
  assert.is(folded.preprocessing.scaler, null);
});

const NETWORKS: { options: Partial<MlpParams>; nScaled: number }[] = [
  // b keeps its quantiles
  { options: { hiddenSizes: [6] }, nScaled: 1 },
  { options: { hiddenSizes: [6, 5], normalization: 'batch', activation: 'silu' }, nScaled: 1 },
  { options: { hiddenSizes: [6], normalization: 'layer' }, nScaled: 4 },
];
for (const { options, nScaled } of NETWORKS) {
  test(`gives equal probabilities within 1e-6: ${JSON.stringify(options)}`, async () => {
    const before = await trainWith(options);
    const { golden, ...parts } = { ...before, ...freezeModel(before.model, before.preprocessing) };
    const after = await scoreGolden(parts, golden.rows, database, machine);
    const difference = largestDifference(
      await scoreByBundle(after, database, other),
      await scoreByBundle(before, database, other),
    );
    assert.ok(difference <= 1e-6, `${difference}`);
    assert.is(Object.keys(after.preprocessing.scaler!.columns).length, nScaled);
    const { normalization } = after.model.facts;
    assert.is(normalization, options.normalization === 'layer' ? 'layer' : 'none');
  });
}

test('changes nothing when it is done again', async () => {
  const once = freezeModel(bundle.model, bundle.preprocessing);
  assert.equal(freezeModel(once.model, once.preprocessing), once);
});

test('refuses another model than a perceptron', () => {
  assert.throws(
    () => freezeModel({ ...bundle.model, name: 'lightgbm' }, bundle.preprocessing),
    /^the model must be an mlp to be frozen; got lightgbm$/,
  );
});

test.run();
