import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../../lib/data/database.ts';
import { openRawTable } from '../../../lib/data/raw-table.ts';
import { inferContract, widen } from '../../../lib/validation/infer-contract.ts';
import type { InferOptions } from '../../../lib/validation/infer-contract.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import { validateFiles } from '../../support/validation.ts';

const OPTIONS: InferOptions = { maxValues: 5, margin: 0.1, target: null, nMalformed: 0 };

/** Drafts a contract from a CSV text; `use` may hold the two against each other. */
async function draft(
  csv: string,
  options: Partial<InferOptions> = {},
  use: (file: string, contract: string) => Promise<void> = async () => {},
): Promise<string[]> {
  return await inTemporaryFolder(async (folder) => {
    const [file, contract] = [join(folder, 'table.csv'), join(folder, 'contract.yaml')];
    writeFileSync(file, csv);
    const text = await withDatabase({ threads: 2, memoryMb: 512 }, async (database) => {
      const { relation } = await openRawTable(database, file);
      return await inferContract(database, relation, { ...OPTIONS, ...options });
    });
    writeFileSync(contract, text);
    await use(file, contract);
    return text.split('\n').filter((line) => !line.startsWith('#'));
  });
}

/** The lines of the draft below `columns:`. */
const columnsOf = (lines: readonly string[]): string[] =>
  lines.slice(lines.indexOf('columns:') + 1);

const test = suite('inferContract');

test('drafts types, ranges with room, sets, ids, classes and one-hot groups', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => {
    const color = i % 2 === 0 ? 'red' : 'dark blue';
    const day = `2026-01-${String(i + 10)}`;
    return [
      i + 1,
      i * 5,
      i / 4,
      color,
      day,
      i % 3 === 0 ? 1 : 0,
      i % 3 === 0 ? 0 : 1,
      i < 5 ? 'a' : 'b',
      i % 2 === 0,
    ].join();
  });
  const lines = await draft(`id,n,x,color,day,area_1,area_2,class,flag\n${rows.join('\n')}\n`, {
    target: 'class',
  });
  assert.equal(lines, [
    'rows: { min: 18 }  # 20 rows seen',
    'unknown_columns: refuse',
    'column_order: exact',
    '',
    'columns:',
    '  id: { type: integer, not_null: true, between: { min: 0, max: 22 }, unique: true }  # seen 1 to 20, differs in every row: an id?',
    '  n: { type: integer, not_null: true, between: { min: 0, max: 105 }, unique: true }  # seen 0 to 95, differs in every row: an id?',
    '  x: { type: number, not_null: true, between: { min: 0, max: 5.3 }, unique: true }  # seen 0 to 4.75, differs in every row: an id?',
    '  color: { type: text, not_null: true, in_set: [dark blue, red] }',
    '  day: { type: date, not_null: true, between: { min: 2026-01-10 }, unique: true }  # differs in every row: an id?',
    '  area_{1..2}: { type: integer, not_null: true, in_set: [0, 1] }',
    '  class: { type: text, not_null: true, in_set: [a, b], rows_per_value: { min: 3 } }',
    '  flag: { type: boolean, not_null: true }',
    '',
    'one_hot:',
    '  area: area_{1..2}',
    '',
  ]);
});

test('asks of cells only what nearly all of them meet', async () => {
  const csv = `a,b,c\n${'1,,x\n'.repeat(97)}x,5,y\nx,6,z\n7,8,w\n`;
  assert.equal(columnsOf(await draft(csv)), [
    '  a: { type: { is: integer, mostly: 0.98 }, not_null: true, between: { min: 0, max: 8 } }  # a few cells are no integer: mend them, seen 1 to 7',
    '  b: { type: integer, not_null: { mostly: 0.03 }, between: { min: 4, max: 9 } }  # 97 rows without a value, seen 5 to 8',
    '  c: { type: text, not_null: true, in_set: [w, x, y, z] }',
    '',
  ]);
});

test('takes neighbours for a one-hot group only where each row has exactly one 1', async () => {
  const named = await draft(`is_red,is_blue,x_1\n${'1,0,1\n0,1,0\n'.repeat(10)}`);
  assert.equal(named.slice(-3), ['one_hot:', '  is: [is_red, is_blue]', '']);
  const twice = await draft(`a1,a2\n${'1,0\n0,1\n'.repeat(10)}1,1\n`);
  assert.not.ok(twice.includes('one_hot:'));
});

test('quotes names and values that YAML would read as something else', async () => {
  const csv = `yes,"a: b","1"\n${'no,"x, y",q\n~,"[z]",q\n'.repeat(10)}`;
  await draft(csv, {}, async (file, contract) => {
    assert.is((await validateFiles(file, contract)).success, true);
  });
});

test('property: a table meets the contract that was drafted from it', async () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '1',
      'red',
      'blue',
      'true',
      'false',
      '2026-01-31',
      '2026-01-31 10:00',
      'nan',
      'inf',
      '-7.25',
      '1e9',
      '007',
      'no',
      '~',
    ),
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  );
  // columns of one kind of cell, as tables have them, and mixed ones
  const column = fc.oneof(
    fc.array(cell, { minLength: 12, maxLength: 12 }),
    fc
      .tuple(cell, cell)
      .chain((pair) => fc.array(fc.constantFrom(...pair), { minLength: 12, maxLength: 12 })),
    fc.array(fc.integer({ min: -50, max: 50 }).map(String), { minLength: 12, maxLength: 12 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(column, column),
      fc.double({ min: 0, max: 2, noNaN: true }),
      async (columns, margin) => {
        const rows = columns[0].map((_, i) => `${columns.map((cells) => cells[i]).join()},${i}`);
        await draft(
          `a1,a2,id\n${rows.join('\n')}\n`,
          { margin, target: 'a1' },
          async (file, contract) => {
            const { results } = await validateFiles(file, contract);
            const failed = results.filter(({ success }) => success !== true);
            assert.equal(failed, []);
          },
        );
      },
    ),
    { seed: 5, numRuns: 30 },
  );
});

test('property: a widened range holds what was seen, and keeps its sign', () => {
  const end = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(end, end, fc.double({ min: 0, max: 3, noNaN: true }), (a, b, margin) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { min, max } = widen(low, high, margin);
      assert.ok(min <= low && high <= max, `${min} ${low} ${high} ${max}`);
      assert.ok(low < 0 || min >= 0);
      assert.ok(high > 0 || max <= 0);
      assert.ok(Number.isFinite(min) && Number.isFinite(max));
    }),
    { seed: 7, numRuns: 2000 },
  );
  assert.equal(widen(0.1, 0.3, 0), { min: 0.1, max: 0.3 });
  assert.equal(widen(1859, 3858, 0.1), { min: 1600, max: 4100 });
});

test.run();
