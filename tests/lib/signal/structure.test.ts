import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRng } from '../../../lib/rng.ts';
import { startRefits } from '../../../lib/signal/refits.ts';
import {
  explainVariance,
  findBlocks,
  permuteColumns,
  testStructure,
} from '../../../lib/signal/structure.ts';
import { fromTriplets, toDense } from '../../../lib/sparse/csr.ts';
import type { CsrMatrix } from '../../../lib/sparse/csr.ts';

/** Rows of 0 and 1: columns 0 to 3 in the first half of the rows, 4 to 7 in the others, as often as `own` says. */
function drawRows(own: number, other: number): CsrMatrix {
  const rng = createRng(8, 'tests', `structure ${own}`);
  const rows: number[] = [];
  const columns: number[] = [];
  for (let row = 0; row < 60; row++) {
    for (let column = 0; column < 8; column++) {
      if (rng() >= (column < 4 === row < 30 ? own : other)) continue;
      rows.push(row);
      columns.push(column);
    }
  }
  return fromTriplets({ nRows: 60, nColumns: 8, rows, columns });
}
const SINGLE = Array.from({ length: 8 }, (_, column) => [column]);
const refits = startRefits(2);
const OPTIONS = {
  ...{ nClusters: 2, svdComponents: null, normalize: 'none' as const, nInit: 2, nPermutations: 39 },
  rng: (purpose: string) => createRng(4, 'tests', purpose),
  refits,
  onFit: () => {},
};

const test = suite('structure');
test.after(() => refits.end());

test('finds clusters that are there, as rows are and by their singular vectors', async () => {
  for (const svdComponents of [null, 3]) {
    const found = await testStructure(drawRows(0.8, 0.1), SINGLE, { ...OPTIONS, svdComponents });
    assert.is(found.pValue, 1 / 40);
    assert.ok(found.permuted.every((explained) => explained < found.explained && explained > 0));
  }
});

test('finds none where columns are drawn one by one', async () => {
  const { explained, permuted, pValue } = await testStructure(drawRows(0.3, 0.3), SINGLE, OPTIONS);
  assert.ok(pValue > 0.1, `${pValue}`);
  assert.is(pValue, (1 + permuted.filter((other) => other >= explained).length) / 40);
});

test('gives the share of the variance that is between clusters, the whole of it where rows repeat', async () => {
  const X = fromTriplets({ nRows: 4, nColumns: 2, rows: [0, 1, 2, 3], columns: [0, 0, 1, 1] });
  const { explained } = await testStructure(X, [[0], [1]], { ...OPTIONS, nPermutations: 1 });
  assert.ok(Math.abs(explained - 1) < 1e-12);
  const one = await testStructure(X, [[0], [1]], { ...OPTIONS, nPermutations: 1, nClusters: 1 });
  assert.ok(Math.abs(one.explained) < 1e-12);
  const whole = await testStructure(X, [[0, 1]], { ...OPTIONS, nPermutations: 3 });
  assert.is(whole.pValue, 1, 'rows that are the same as before are no worse');
});

test('averages the starts, where the best of them would never fall', async () => {
  const shares: number[] = [];
  for (let nInit = 1; nInit <= 8; nInit++) {
    const settings = { ...OPTIONS, nClusters: 4, nInit, seed: 1 };
    shares.push(await explainVariance(drawRows(0.3, 0.3), settings));
  }
  const single = shares.map((share, i) => share * (i + 1) - (shares[i - 1] ?? 0) * i);
  const [least, largest] = [Math.min(...single), Math.max(...single)];
  assert.ok(largest - least > 0.01, 'starts end in different clusters');
  assert.ok(shares[7] > least && shares[7] < largest);
  assert.ok(shares.some((share, i) => i > 0 && share < shares[i - 1]));
});

test('averages ten fits of the rows as they are, and starts each fit from another seed', async () => {
  const X = drawRows(0.3, 0.3);
  const fits: { isDealt: boolean; seed: number; share: number }[] = [];
  let nDone = 0;
  const recording = {
    ...refits,
    async explainVariance(rows: CsrMatrix, { seed }: { readonly seed: number }): Promise<number> {
      const share = (1 + (fits.length % 7)) / 8;
      fits.push({ isDealt: rows !== X, seed, share });
      return share;
    },
  };
  const options = { ...OPTIONS, refits: recording, onFit: () => nDone++ };
  const { explained, permuted, pValue } = await testStructure(X, SINGLE, options);
  const [seen, dealt] = [fits.slice(0, 10), fits.slice(10)];
  assert.ok(seen.every(({ isDealt }) => !isDealt) && dealt.every(({ isDealt }) => isDealt));
  assert.is(new Set(fits.map(({ seed }) => seed)).size, 10 + 39);
  assert.is(explained, seen.reduce((sum, { share }) => sum + share, 0) / 10);
  const shares = dealt.map(({ share }) => share);
  assert.equal([...permuted], shares);
  assert.is(pValue, (1 + shares.filter((share) => share >= explained).length) / 40);
  assert.is(nDone, 39);
});

test('takes columns for one category when their names and their values say so', () => {
  const names = ['sex=F', 'sex=M', 'page_1', 'page_2', 'age', 'city=a b', 'city=c_d'];
  const rows = [
    [1, 0, 1, 0, 5, 1, 0],
    [0, 1, 1, 1, 0, 0, 1],
    [0, 1, 0, 0, 1, 1, 0],
  ];
  const toCsr = (table: readonly number[][]): CsrMatrix => {
    const cells = table.flatMap((row, i) => row.map((value, j) => ({ i, j, value })));
    const stored = cells.filter(({ value }) => value !== 0);
    return fromTriplets({
      ...{ nRows: table.length, nColumns: names.length },
      rows: stored.map(({ i }) => i),
      columns: stored.map(({ j }) => j),
      values: stored.map(({ value }) => value),
    });
  };
  assert.equal(findBlocks(names, toCsr(rows)), [[0, 1], [2], [3], [4], [5, 6]]);
  const notKnown = [rows[0], rows[1], [0, 0, 0, 0, 1, 1, 0]];
  assert.equal(findBlocks(names, toCsr(notKnown)), [[0, 1], [2], [3], [4], [5, 6]]);
  const notOnes = [rows[0], [1, 1, 1, 1, 0, 0, 1], [0, 1, 0, 0, 1, 2, 0]];
  assert.equal(findBlocks(names, toCsr(notOnes)), [[0], [1], [2], [3], [4], [5], [6]]);
});

test('keeps the values of every column, and the rows of a block together', () => {
  const rng = createRng(2, 'tests', 'permute');
  const cell = fc.record({
    row: fc.nat(9),
    column: fc.nat(4),
    value: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(cell, { selector: ({ row, column }) => 5 * row + column }),
      (cells) => {
        const X = fromTriplets({
          ...{ nRows: 10, nColumns: 5, rows: cells.map(({ row }) => row) },
          columns: cells.map(({ column }) => column),
          values: cells.map(({ value }) => value),
        });
        const pairs = (matrix: CsrMatrix, columns: readonly number[]): string[] => {
          const dense = toDense(matrix);
          const ofRow = (_: unknown, row: number) => columns.map((c) => dense[5 * row + c]).join();
          return Array.from({ length: 10 }, ofRow).sort();
        };
        const permuted = permuteColumns(X, [[0, 1], [2], [3], [4]], rng);
        for (const block of [[0, 1], [2], [3], [4]])
          assert.equal(pairs(permuted, block), pairs(X, block));
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test.run();
