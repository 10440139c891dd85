import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  fromTriplets,
  multiply,
  multiplyTransposed,
  rowSquaredNorms,
  stackRows,
  takeRows,
  toDense,
  transpose,
} from '../../../lib/sparse/csr.ts';
import type { CsrMatrix, Triplets } from '../../../lib/sparse/csr.ts';

const test = suite('csr');

const SEED = { seed: 20261130, numRuns: 200 };

/** Small matrices of small integers, whose sums and products are exact; rows and columns may be empty. */
const triplets = fc
  .record({ nRows: fc.integer({ min: 1, max: 6 }), nColumns: fc.integer({ min: 1, max: 6 }) })
  .chain(({ nRows, nColumns }) =>
    fc
      .array(fc.tuple(fc.nat(nRows - 1), fc.nat(nColumns - 1), fc.integer({ min: -9, max: 9 })), {
        maxLength: 30,
      })
      .map((cells): Required<Triplets> => ({
        nRows,
        nColumns,
        rows: cells.map(([row]) => row),
        columns: cells.map(([, column]) => column),
        values: cells.map(([, , value]) => value),
      })),
  );

function addUp({ nRows, nColumns, rows, columns, values }: Required<Triplets>): number[][] {
  const dense = Array.from({ length: nRows }, () => new Array<number>(nColumns).fill(0));
  for (let i = 0; i < rows.length; i++) dense[rows[i]][columns[i]] += values[i];
  return dense;
}

function rowsOf(matrix: CsrMatrix): number[][] {
  const dense = toDense(matrix);
  return Array.from({ length: matrix.nRows }, (_, row) =>
    Array.from(dense.subarray(row * matrix.nColumns, (row + 1) * matrix.nColumns)),
  );
}

function assertOrdered({ nRows, indptr, indices, values }: CsrMatrix): void {
  assert.is(indptr[nRows], indices.length);
  assert.is(values.length, indices.length);
  for (let row = 0; row < nRows; row++) {
    const columns = Array.from(indices.subarray(indptr[row], indptr[row + 1]));
    assert.equal(
      columns,
      [...new Set(columns)].sort((a, b) => a - b),
    );
  }
}

test('adds triplets of one place and orders the columns of each row, by hand', () => {
  const matrix = fromTriplets({
    nRows: 3,
    nColumns: 4,
    rows: [2, 0, 2, 2],
    columns: [3, 1, 0, 3],
    values: [1, 5, 7, 0.5],
  });
  assert.equal(matrix, {
    nRows: 3,
    nColumns: 4,
    indptr: Uint32Array.of(0, 1, 1, 3),
    indices: Uint32Array.of(1, 0, 3),
    values: Float32Array.of(5, 7, 1.5),
  });
});

test('counts pairs that come without values', () => {
  const matrix = fromTriplets({ nRows: 2, nColumns: 2, rows: [1, 0, 1], columns: [0, 1, 0] });
  assert.equal(rowsOf(matrix), [
    [0, 1],
    [2, 0],
  ]);
});

test('is the dense matrix of its triplets, its transpose too', () => {
  fc.assert(
    fc.property(triplets, (cells) => {
      const matrix = fromTriplets(cells);
      assertOrdered(matrix);
      const dense = addUp(cells);
      assert.equal(rowsOf(matrix), dense);
      const transposed = transpose(matrix);
      assertOrdered(transposed);
      assert.equal(
        rowsOf(transposed),
        dense[0].map((_, column) => dense.map((row) => row[column])),
      );
      assert.equal(transpose(transposed), matrix);
    }),
    SEED,
  );
});

test('sums the squares of rows, takes rows and stacks matrices as the dense matrix does', () => {
  fc.assert(
    fc.property(triplets, fc.array(fc.nat(5), { maxLength: 8 }), (cells, picks) => {
      const matrix = fromTriplets(cells);
      const dense = addUp(cells);
      const squares = dense.map((row) => row.reduce((sum, value) => sum + value ** 2, 0));
      assert.equal(Array.from(rowSquaredNorms(matrix)), squares);
      const rows = picks.filter((row) => row < cells.nRows);
      const taken = takeRows(matrix, rows);
      assert.equal(
        rowsOf(taken),
        rows.map((row) => dense[row]),
      );
      const stacked = stackRows([matrix, taken, matrix]);
      assertOrdered(stacked);
      assert.equal(rowsOf(stacked), [...dense, ...rows.map((row) => dense[row]), ...dense]);
    }),
    SEED,
  );
});

test('multiplies with dense matrices, by itself and transposed, as the definition has it', () => {
  fc.assert(
    fc.property(triplets, fc.integer({ min: 1, max: 3 }), (cells, width) => {
      const matrix = fromTriplets(cells);
      const dense = addUp(cells);
      const factor = (n: number): Float64Array =>
        Float64Array.from({ length: n * width }, (_, i) => i - 3);
      const product = (left: number[][], right: Float64Array): number[] =>
        left.flatMap((row) =>
          Array.from({ length: width }, (_, k) =>
            row.reduce((sum, value, j) => sum + value * right[j * width + k], 0),
          ),
        );
      const [right, left] = [factor(cells.nColumns), factor(cells.nRows)];
      assert.equal(Array.from(multiply(matrix, right, width)), product(dense, right));
      const transposed = dense[0].map((_, column) => dense.map((row) => row[column]));
      assert.equal(Array.from(multiplyTransposed(matrix, left, width)), product(transposed, left));
    }),
    SEED,
  );
});

test.run();
