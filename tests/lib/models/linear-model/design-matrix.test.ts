import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { denseMatrix } from '../../../../lib/models/linear-model/design-matrix.ts';
import { sparseMatrix } from '../../../../lib/models/linear-model/sparse-matrix.ts';
import type { DesignMatrix } from '../../../../lib/models/linear-model/design-matrix.ts';
import { createRng } from '../../../../lib/rng.ts';

const test = suite('design matrix');

/** Small whole numbers, half of them 0: sums are exact in any order. */
function makeTable(nSamples: number, nFeatures: number, seed: number): number[][] {
  const rng = createRng(seed, 'test', 'design matrix');
  return Array.from({ length: nSamples }, () =>
    Array.from({ length: nFeatures }, () => (rng() < 0.5 ? 0 : Math.floor(9 * rng()) - 4)),
  );
}

function both(table: number[][], nFeatures: number): DesignMatrix[] {
  const indptr = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const row of table) {
    row.forEach((value, j) => {
      if (value === 0) return;
      indices.push(j);
      values.push(value);
    });
    indptr.push(indices.length);
  }
  return [
    denseMatrix(Float32Array.from(table.flat()), nFeatures),
    sparseMatrix({
      nRows: table.length,
      nColumns: nFeatures,
      indptr: Uint32Array.from(indptr),
      indices: Uint32Array.from(indices),
      values: Float32Array.from(values),
    }),
  ];
}

const shapes = fc.record({
  nSamples: fc.integer({ min: 1, max: 13 }),
  nFeatures: fc.integer({ min: 1, max: 11 }),
  m: fc.integer({ min: 1, max: 7 }),
  seed: fc.nat(1000),
});

test('property: products are those of the definition, dense and sparse, for any rows', () => {
  fc.assert(
    fc.property(shapes, fc.nat(12), ({ nSamples, nFeatures, m, seed }, first) => {
      const table = makeTable(nSamples, nFeatures, seed);
      const start = first % nSamples;
      const B = Float64Array.from(makeTable(nFeatures, m, seed + 1).flat());
      const V = Float64Array.from(makeTable(nSamples - start, m, seed + 2).flat());
      const rows = table.slice(start);
      for (const X of both(table, nFeatures)) {
        const products = V.slice();
        X.addProducts(start, nSamples, B, m, products);
        const sums = B.slice();
        X.addTransposed(start, nSamples, V, m, sums);
        for (let k = 0; k < m; k++) {
          rows.forEach((row, i) => {
            const dot = row.reduce((sum, x, j) => sum + x * B[j * m + k], 0);
            assert.is(products[i * m + k], V[i * m + k] + dot);
          });
          for (let j = 0; j < nFeatures; j++) {
            const dot = rows.reduce((sum, row, i) => sum + row[j] * V[i * m + k], 0);
            assert.is(sums[j * m + k], B[j * m + k] + dot);
          }
        }
      }
    }),
    { numRuns: 300, seed: 20261130 },
  );
});

test('property: squares are multiplied as products are, and the largest value of each column is found', () => {
  fc.assert(
    fc.property(shapes, ({ nSamples, nFeatures, m, seed }) => {
      const table = makeTable(nSamples, nFeatures, seed);
      const V = Float64Array.from(makeTable(nSamples, m, seed + 1).flat());
      const B = Float64Array.from(makeTable(nFeatures, m, seed + 2).flat());
      for (const X of both(table, nFeatures)) {
        const sums = B.slice();
        X.addSquares(V, m, sums);
        for (let j = 0; j < nFeatures; j++) {
          for (let k = 0; k < m; k++) {
            const dot = table.reduce((sum, row, i) => sum + row[j] ** 2 * V[i * m + k], 0);
            assert.is(sums[j * m + k], B[j * m + k] + dot);
          }
        }
        const largest = table[0].map((_, j) => Math.max(...table.map((row) => Math.abs(row[j]))));
        assert.equal([...X.findLargest()], largest);
      }
    }),
    { numRuns: 200, seed: 20261130 },
  );
});

test('property: every step-th row is taken, and its entries that are not 0 are read', () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 5 }), ({ nSamples, nFeatures, seed }, step) => {
      const table = makeTable(nSamples, nFeatures, seed);
      const wanted = table.filter((_, i) => i % step === 0);
      for (const X of both(table, nFeatures).map((matrix) => matrix.takeEvery(step))) {
        assert.is(X.nSamples, wanted.length);
        const columns = new Int32Array(nFeatures);
        const values = new Float64Array(nFeatures);
        wanted.forEach((row, i) => {
          const n = X.readEntries(i, columns, values);
          const read = new Array<number>(nFeatures).fill(0);
          for (let e = 0; e < n; e++) read[columns[e]] = values[e];
          assert.equal(read, row);
          assert.is(n, row.filter((value) => value !== 0).length);
        });
      }
    }),
    { numRuns: 200, seed: 20261130 },
  );
});

test('gives a row the same bits in any block', () => {
  const rng = createRng(1, 'test', 'bits');
  const X = denseMatrix(
    Float32Array.from({ length: 7 * 9 }, () => rng() - 0.5),
    9,
  );
  const B = Float64Array.from({ length: 9 * 3 }, () => rng() - 0.5);
  const whole = new Float64Array(7 * 3);
  X.addProducts(0, 7, B, 3, whole);
  for (let i = 0; i < 7; i++) {
    const alone = new Float64Array(3);
    X.addProducts(i, i + 1, B, 3, alone);
    assert.equal(alone, whole.slice(i * 3, i * 3 + 3));
  }
});

test.run();
