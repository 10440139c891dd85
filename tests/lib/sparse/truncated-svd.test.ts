import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRng } from '../../../lib/rng.ts';
import { fromTriplets, toDense, transpose } from '../../../lib/sparse/csr.ts';
import { fitTruncatedSvd, project } from '../../../lib/sparse/truncated-svd.ts';

const test = suite('truncated svd');

interface Input {
  readonly n_rows: number;
  readonly n_columns: number;
  readonly rows: number[];
  readonly columns: number[];
  readonly values: number[];
}
interface Expected {
  readonly singular_values: number[];
  readonly components: number[][];
  readonly first_rows: number[][];
}
const GOLDEN = new URL('../../golden/truncated-svd/', import.meta.url);
const readGolden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')) as unknown;
const inputs = readGolden('input.json') as Record<string, Input>;
const expected = readGolden('expected.json') as Record<string, Expected>;
const rngOf = (seed: number) => createRng(seed, 'test', 'svd');

const toMatrix = ({ n_rows: nRows, n_columns: nColumns, ...triplets }: Input) =>
  fromTriplets({ nRows, nColumns, ...triplets });

function assertClose(
  found: Float64Array,
  wanted: readonly number[],
  tolerance: number,
  what: string,
): void {
  for (const [i, value] of wanted.entries()) {
    const difference = Math.abs(found[i] - value);
    assert.ok(difference < tolerance, `${what}, ${i}: ${found[i]}, not ${value}`);
  }
}

for (const [name, wanted] of Object.entries(expected)) {
  test(`gives the singular values, components and rows of ARPACK: ${name}`, () => {
    const matrix = toMatrix(inputs[name]);
    const svd = fitTruncatedSvd(matrix, 5, rngOf(0));
    for (const [k, value] of wanted.singular_values.entries()) {
      assert.ok(Math.abs(svd.singularValues[k] / value - 1) < 1e-4);
    }
    const tolerance = name === 'flat' ? 1e-2 : 1e-4;
    assertClose(svd.components, wanted.components.flat(), tolerance, 'components');
    assertClose(svd.embedding, wanted.first_rows.flat(), 10 * tolerance, 'rows');
  });
}

test('gives the same numbers for the same stream, and nearly so for another', () => {
  const matrix = toMatrix(inputs.wide);
  const first = fitTruncatedSvd(matrix, 5, rngOf(1));
  assert.equal(fitTruncatedSvd(matrix, 5, rngOf(1)), first);
  const other = fitTruncatedSvd(matrix, 5, rngOf(2));
  assert.not.equal(other.components, first.components);
  assertClose(other.singularValues, Array.from(first.singularValues), 1e-4, 'values');
});

test('rebuilds a matrix of rank 2, and has nothing beyond its rank', () => {
  const cells = [0, 1, 2, 3].flatMap((row) =>
    [0, 1, 2].map((column) => [row, column, (row + 1) * (column + 1) + (row % 2)]),
  );
  const matrix = fromTriplets({
    nRows: 4,
    nColumns: 3,
    rows: cells.map(([row]) => row),
    columns: cells.map(([, column]) => column),
    values: cells.map(([, , value]) => value),
  });
  const { singularValues, components, embedding } = fitTruncatedSvd(matrix, 3, rngOf(0));
  assert.ok(singularValues[1] > 0.1);
  assert.is(singularValues[2], 0);
  const rebuilt = Array.from({ length: 12 }, (_, i) =>
    [0, 1, 2].reduce(
      (sum, k) => sum + embedding[Math.floor(i / 3) * 3 + k] * components[k * 3 + (i % 3)],
      0,
    ),
  );
  assertClose(Float64Array.from(rebuilt), Array.from(toDense(matrix)), 1e-9, 'cells');
});

test('has the values of the transposed matrix, and orthonormal components', () => {
  const matrix = toMatrix(inputs.tall);
  const { singularValues, components } = fitTruncatedSvd(matrix, 4, rngOf(0));
  const turned = fitTruncatedSvd(transpose(matrix), 4, rngOf(0)).singularValues;
  assertClose(turned, Array.from(singularValues), 1e-3, 'values');
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) {
      const [x, y] = [a, b].map((k) => components.subarray(k * 40, (k + 1) * 40));
      const product = x.reduce((sum, value, j) => sum + value * y[j], 0);
      assert.ok(Math.abs(product - (a === b ? 1 : 0)) < 1e-9);
    }
  }
});

test('finds values that hardly fall, and such as are there several times, in a few iterations', () => {
  const n = 200;
  const places = Array.from({ length: n }, (_, i) => i);
  const kinds: [name: string, valueAt: (i: number) => number, tolerance: number][] = [
    ['hardly falling', (i) => 10 * 0.99 ** i, 1e-7],
    ['twice each', (i) => 10 * 0.98 ** Math.floor(i / 2), 1e-7],
    ['all the same', () => 3, 1e-12],
  ];
  for (const [name, valueAt, tolerance] of kinds) {
    const values = Float32Array.from(places, valueAt);
    const diagonal = { nRows: n, nColumns: n, rows: places, columns: places, values };
    const { singularValues, nIter } = fitTruncatedSvd(fromTriplets(diagonal), 20, rngOf(3));
    for (let k = 0; k < 20; k++) {
      const error = Math.abs(singularValues[k] / values[k] - 1);
      assert.ok(error < tolerance, `${name}, ${k}: ${error}`);
    }
    assert.ok(nIter < 20, `${name}: ${nIter}`);
  }
});

test('takes a matrix without values, and fewer rows and columns than components', () => {
  const zero = fromTriplets({ nRows: 3, nColumns: 2, rows: [], columns: [] });
  const empty = fitTruncatedSvd(zero, 2, rngOf(0));
  assert.equal(Array.from(empty.singularValues), [0, 0]);
  assert.equal(Array.from(empty.embedding), [0, 0, 0, 0, 0, 0]);
  const one = fromTriplets({
    nRows: 1,
    nColumns: 2,
    rows: [0, 0],
    columns: [0, 1],
    values: [3, 4],
  });
  const { singularValues, embedding, components } = fitTruncatedSvd(one, 3, rngOf(0));
  assertClose(singularValues, [5, 0, 0], 1e-12, 'values');
  assertClose(components, [0.6, 0.8, 0, 0, 0, 0], 1e-12, 'components');
  assertClose(project(one, components, 3), Array.from(embedding), 1e-15, 'rows');
});

test('keeps what lies beside one value that stands out of thousands', () => {
  const places = Array.from({ length: 5000 }, (_, i) => i);
  for (const largest of [3, 100]) {
    const values = Float32Array.from(places, (i) => (i === 0 ? largest : 1 - i / 10_000));
    const diagonal = { nRows: 5000, nColumns: 5000, rows: places, columns: places, values };
    const { singularValues } = fitTruncatedSvd(fromTriplets(diagonal), 3, rngOf(1), 6);
    assert.ok(Math.abs(singularValues[0] - largest) < 1e-6, `${singularValues}`);
    assert.ok(singularValues[2] > 0.95, `${singularValues}`);
  }
});

test.run();
