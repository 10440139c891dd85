import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitModel, openRegressor } from '../../../lib/models/fit-model.ts';
import type { RegressionData } from '../../../lib/models/model.ts';
import { TRAIN_SCHEMA } from '../../../lib/models/train-params.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createContext, machine } from '../../support/small-model.ts';

type Table = readonly (readonly number[])[];
const golden = JSON.parse(
  readFileSync(new URL('../../golden/regression-models/expected.json', import.meta.url), 'utf8'),
) as Readonly<Record<'X' | 'X_test', Table>> & {
  readonly y: readonly number[];
  readonly predicted: Readonly<Record<string, readonly number[]>>;
};
const rows = {
  nSamples: golden.y.length,
  features: Float32Array.from(golden.X.flat()),
  targets: Float64Array.from(golden.y),
};
const DATA: RegressionData = {
  ...{ task: 'regression', columns: ['a', 'b', 'c'], train: rows, valid: rows },
};

const test = suite('models that predict a number');

async function predict(name: string, values: Record<string, unknown>): Promise<Float64Array> {
  const sources = [{ name: 'this test', values }];
  const { params } = resolveParams({ params: { schema: TRAIN_SCHEMA, prefix: 'train', sources } });
  const { fitted } = await fitModel(name, DATA, params, createContext());
  const regressor = await openRegressor(fitted, machine);
  try {
    return await regressor.predict(Float32Array.from(golden.X_test.flat()));
  } finally {
    regressor.dispose();
  }
}

const CASES: [title: string, name: string, params: Record<string, unknown>, tolerance: number][] = [
  ['majority', 'majority', {}, 1e-9],
  ['ridge', 'ridge', { ridge: { alpha: 2.5 } }, 1e-9],
  ['linear', 'linear', {}, 1e-9],
  ['uniform', 'k-nearest-neighbors', { k_nearest_neighbors: { weights: 'uniform' } }, 1e-9],
  ['distance', 'k-nearest-neighbors', { k_nearest_neighbors: { weights: 'distance' } }, 1e-6],
];

for (const [title, name, params, tolerance] of CASES) {
  test(`equal scikit-learn: ${title}`, async () => {
    const predicted = await predict(name, params);
    golden.predicted[title].forEach((expected, i) => {
      const difference = Math.abs(predicted[i] - expected);
      assert.ok(difference <= tolerance * expected, `row ${i}: ${predicted[i]}, not ${expected}`);
    });
  });
}

test('are refused where more neighbours are asked for than there are rows', async () => {
  assert.is(
    await complaintOf(() =>
      predict('k-nearest-neighbors', { k_nearest_neighbors: { n_neighbors: 61 } }),
    ),
    'E_PARAMS: k_nearest_neighbors.n_neighbors must be at most the 60 rows of train; got 61',
  );
});

test.run();
