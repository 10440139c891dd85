import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kNearestNeighbors } from '../../../lib/models/k-nearest-neighbors.ts';
import { factorsOf, scaleColumns } from '../../../lib/models/k-nearest-neighbors/scale.ts';
import type { FittedModel } from '../../../lib/models/model.ts';
import { expected, fitAlone, flat, input, predictAlone, toData } from '../../support/baselines.ts';
import { assertClose } from '../../support/close.ts';
import { complaintOf } from '../../support/complaint.ts';

const test = suite('k-nearest-neighbors');

const PARAMS = { nNeighbors: 7, weights: 'uniform', leafSize: 4, scale: {} } as const;
const DATA = toData(input.scaled, input.y, 3);
const TEST = flat(input.scaled_test);

for (const weights of ['uniform', 'distance'] as const) {
  test(`votes as scikit-learn does: ${weights}`, async () => {
    const fitted = await fitAlone(kNearestNeighbors, DATA, { ...PARAMS, weights });
    const probabilities = await predictAlone(kNearestNeighbors, fitted, TEST);
    assertClose(probabilities, expected.neighbors[weights].proba.flat(), 1e-6);
  });
}

test('gives every row of train its own class with one neighbour, and with weights by distance', async () => {
  for (const params of [
    { ...PARAMS, nNeighbors: 1 },
    { ...PARAMS, weights: 'distance' as const },
  ]) {
    // without copies that have another class
    const rows = input.scaled.map((row, i) => [...row, i]);
    const fitted = await fitAlone(kNearestNeighbors, toData(rows, input.y, 3), params);
    const probabilities = await predictAlone(kNearestNeighbors, fitted, flat(rows));
    input.y.forEach((label, i) => assert.is(probabilities[3 * i + label], 1));
  }
});

test('predicts the same whatever the size of the leaves', async () => {
  const proba = [1, 7, 1000].map(async (leafSize) => {
    const fitted = await fitAlone(kNearestNeighbors, DATA, { ...PARAMS, leafSize });
    return await predictAlone(kNearestNeighbors, fitted, TEST);
  });
  const [first, ...others] = await Promise.all(proba);
  others.forEach((other) => assert.equal(other, first));
});

test('weighs columns by the last pattern that matches, and leaves out those of factor 0', async () => {
  const columns = ['Elevation', 'Soil_Type1', 'Soil_Type2', 'Slope'];
  const scale = { '*': 0, Elevation: 1.3, 'Soil_*': 3, Soil_Type2: 0 };
  assert.equal(factorsOf(columns, scale), [1.3, 3, 0, 0]);
  assert.equal(factorsOf(columns, {}), [1, 1, 1, 1]);
  const scaled = scaleColumns(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1.5, 3, 0, 0]);
  assert.equal([...scaled], [1.5, 6, 7.5, 18]);

  const params = { ...PARAMS, scale: { '*': 0, column1: 2, column4: 0.5 } };
  const fitted = await fitAlone(kNearestNeighbors, DATA, params);
  assert.equal(fitted.columns, ['column1', 'column4']);
  const narrow = (table: readonly (readonly number[])[]) =>
    table.map((row) => [row[1], row[4] / 4]);
  const plain = await fitAlone(kNearestNeighbors, toData(narrow(input.scaled), input.y, 3), PARAMS);
  const kept = flat(input.scaled_test.map((row) => [row[1], row[4]]));
  assert.equal(
    await predictAlone(kNearestNeighbors, fitted, kept),
    await predictAlone(kNearestNeighbors, plain, flat(narrow(input.scaled_test))),
  );
});

test('cuts scaled values off at the largest float32', () => {
  assert.ok(scaleColumns(Float32Array.of(3e38, -3e38), [10, 10]).every(Number.isFinite));
});

test('refuses patterns that match nothing, no column at all, and more neighbours than rows', async () => {
  assert.is(
    await complaintOf(() => factorsOf(['Elevation', 'Slope'], { Elevatoin: 1, 'Soil*': 3 })),
    'E_PARAMS: k_nearest_neighbors.scale must name features that the model takes; got Elevatoin; did you mean Elevation?, Soil*',
  );
  assert.is(
    await complaintOf(() => factorsOf(['Elevation', 'Slope'], { '*': 0 })),
    'E_PARAMS: k_nearest_neighbors.scale must leave a feature; got a factor of 0 for each',
  );
  const few = toData(input.scaled.slice(0, 3), input.y.slice(0, 3), 3);
  assert.is(
    await complaintOf(() => fitAlone(kNearestNeighbors, few, PARAMS)),
    'E_PARAMS: k_nearest_neighbors.n_neighbors must be at most the 3 rows of train; got 7',
  );
});

test('multiplies votes by the weight of their class', async () => {
  const rows = [[0], [1], [2]];
  const data = toData(rows, [0, 1, 1], 2, [6, 1]);
  const fitted = await fitAlone(kNearestNeighbors, data, { ...PARAMS, nNeighbors: 3 });
  assertClose(await predictAlone(kNearestNeighbors, fitted, flat([[1]])), [6 / 8, 2 / 8], 1e-7);
  const silent = toData(rows, [0, 1, 1], 2, [1, 0]);
  const alone = await fitAlone(kNearestNeighbors, silent, { ...PARAMS, nNeighbors: 1 });
  assertClose(await predictAlone(kNearestNeighbors, alone, flat([[2]])), [0.5, 0.5], 0);
});

test('says what is damaged', async () => {
  const fitted = await fitAlone(kNearestNeighbors, DATA, PARAMS);
  const { findProblem } = kNearestNeighbors;
  assert.is(findProblem(fitted), null);
  const withFacts = (facts: object): FittedModel => ({
    ...fitted,
    facts: { ...fitted.facts, ...facts },
  });
  const withInts = (name: string, data: Int32Array): FittedModel => ({
    ...fitted,
    tensors: { ...fitted.tensors, [name]: { dtype: 'I32', shape: [data.length], data } },
  });
  const n = input.y.length;
  const problems: [FittedModel, string][] = [
    [withFacts({ nNeighbors: n + 1 }), `the ${n + 1} nearest of ${n} rows, 4 to a leaf`],
    [withFacts({ leafSize: 9 }), 'no columns of 15 nodes'],
    [withFacts({ weights: 'other' }), 'weights other'],
    [withFacts({ factors: [1, 1] }), 'factors that do not fit its columns'],
    [withFacts({ classWeight: [1, -1, 1] }), 'weights that do not fit its classes'],
    [withInts('rows', new Int32Array(n).fill(n)), `no numbers of ${n} rows`],
    [withInts('labels', new Int32Array(n).fill(3)), 'labels beyond its 3 classes'],
    [withInts('labels', new Int32Array(n - 1)), `no labels of ${n} rows`],
    [withInts('split_columns', new Int32Array(31).fill(5)), 'no columns of 31 nodes'],
    [withInts('split_values', new Int32Array(62)), 'no values of 31 nodes'],
    [{ ...fitted, columns: ['a'] }, 'points of 5 columns, where it takes 1'],
    [{ ...fitted, tensors: {} }, 'no points'],
  ];
  for (const [damaged, problem] of problems) assert.is(findProblem(damaged), problem);
});

test.run();
