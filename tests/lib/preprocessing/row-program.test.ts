import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Features } from '../../../lib/preprocessing/features.ts';
import { featureNames } from '../../../lib/preprocessing/features.ts';
import { loadLibm } from '../../../lib/preprocessing/libm.ts';
import { preprocess, registerFunctions } from '../../../lib/preprocessing/pipeline.ts';
import type { Preprocessing } from '../../../lib/preprocessing/pipeline.ts';
import { createRowMachine } from '../../../lib/preprocessing/row-machine.ts';
import { createRowProgram } from '../../../lib/preprocessing/row-program.ts';
import type { ColumnScaler, Fill } from '../../../lib/preprocessing/scaler.ts';
import { readExpression } from '../../../lib/preprocessing/sql-expression.ts';
import { TRANSFORM_NAMES } from '../../../lib/preprocessing/transforms.ts';
import type { FeatureDeclaration } from '../../../lib/preprocessing/transforms.ts';
import { double, identifier } from '../../../lib/sql.ts';
import type { Column } from '../../../lib/sql.ts';
import { streamRows } from '../../../lib/tensors/row-blocks.ts';
import { openTestDatabase } from '../../support/relations.ts';

const SEED = 20261130;
const test = suite('rows without a database');
const database = await openTestDatabase();
test.after(() => database.close());

const NUMBERS = ['a "b"', 'b', 'c', 'h1', 'h2'];
const INPUT: readonly Column[] = [
  ...NUMBERS.map((name) => ({ name, kind: 'number' as const })),
  { name: 'note', kind: 'text' },
];
const [A, B, C] = NUMBERS;

const FEATURES: readonly FeatureDeclaration[] = [
  { name: 'sum', transform: 'sum', of: [A, B, C] },
  { name: 'difference', transform: 'difference', of: [B, A] },
  { name: 'product', transform: 'product', of: [B, C, 'sum'] },
  { name: 'ratio', transform: 'ratio', of: [A, B] },
  { name: 'linear', transform: 'linear', of: [A, B], weights: [-0.5, 1e-7] },
  { name: 'pair', transform: 'combinations', of: [A, B, C], size: 2, factors: [1, 0.3] },
  { name: 'way', transform: 'directions', of: [A, B, C], weights: [1, 0.43, 3], n_directions: 3 },
  { name: 'hypotenuse', transform: 'hypotenuse', of: [A, 'ratio'] },
  { name: 'sine', transform: 'sine', of: [A] },
  { name: 'cosine', transform: 'cosine', of: ['product'] },
  { name: 'logarithm', transform: 'logarithm', of: [B] },
  { name: 'fold', transform: 'fold', of: ['h1', 'h2'] },
  { name: 'unfold', transform: 'unfold', of: ['fold'], n_categories: 3 },
  { name: 'lookup', transform: 'lookup', of: ['h2'], values: [0.5, -2, 1e9] },
  { name: 'bins', transform: 'bins', of: ['sum'], edges: [-100, 0, 0.5, 250] },
  { name: 'wave', transform: 'periodic', of: [C], periods: [100, 7.5] },
];
const features: Features = { format: 'timberline-features', version: 1, columns: FEATURES };
const COLUMNS = [...NUMBERS, ...featureNames(features)];

/** What people send, what one-hot columns hold, and what breaks arithmetic; null: missing. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 4 }) },
  { weight: 1, arbitrary: fc.double({ min: -1e307, max: 1e307, noNaN: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, -0, -1, 1e307, -1e307, 3.4028235e38, 3.5e38, 5e-324, 360),
  },
  { weight: 1, arbitrary: fc.constant(null) },
);
const rows = fc.array(fc.tuple(value, value, value, value, value), { minLength: 1, maxLength: 30 });

const fill: fc.Arbitrary<Fill> = fc.constantFrom<Fill>(null, 'keep', 0.1, -7);
const columnScaler: fc.Arbitrary<ColumnScaler | null> = fc.oneof(
  fc.constant(null),
  fc.record({
    fill,
    // no minus zero, which JSON has not
    center: fc.double({ min: -100, max: 100, noNaN: true }).map((x) => x + 0),
    scale: fc.double({ min: 0.001, max: 1000, noNaN: true }),
  }),
  fc.record({
    fill,
    quantiles: fc
      .array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 9 })
      .map((list) => list.toSorted((a, b) => a - b)),
  }),
);
const scalers = fc.array(columnScaler, { minLength: COLUMNS.length, maxLength: COLUMNS.length });

async function bySql(
  preprocessing: Preprocessing,
  table: readonly (readonly (number | null)[])[],
): Promise<number[]> {
  const cells = table.map(
    (row) =>
      `(${[...row.map((x) => (x === null ? 'NULL' : Object.is(x, -0) ? "'-0'::DOUBLE" : double(x))), "'text'"].join(', ')})`,
  );
  const types = INPUT.map(
    ({ name, kind }, j) =>
      `c${j}::${kind === 'number' ? 'DOUBLE' : 'VARCHAR'} AS ${identifier(name)}`,
  );
  const raw = `(SELECT ${types.join(', ')} FROM (VALUES ${cells.join(', ')}) AS t(${INPUT.map((_, j) => `c${j}`).join(', ')}))`;
  registerFunctions(database, preprocessing);
  const found: number[] = [];
  const blocks = streamRows(database, preprocess(preprocessing, raw), COLUMNS, 'rows', true);
  for await (const block of blocks) found.push(...block);
  return found;
}

function inMemory(
  preprocessing: Preprocessing,
  table: readonly (readonly (number | null)[])[],
): number[] {
  const run = createRowProgram(preprocessing, INPUT, COLUMNS, loadLibm());
  return [...run(Float64Array.from(table.flatMap((row) => [...row, null].map((x) => x ?? NaN))))];
}

test('property: every transform and scaler gives a row the bits that SQL gives it', async () => {
  assert.equal(
    TRANSFORM_NAMES.filter((name) => !FEATURES.some(({ transform }) => transform === name)),
    [],
  );
  await fc.assert(
    fc.asyncProperty(rows, scalers, async (table, drawn) => {
      const columns = Object.fromEntries(
        COLUMNS.flatMap((name, j) => (drawn[j] === null ? [] : [[name, drawn[j]]])),
      );
      const scaler = {
        format: 'timberline-scaler',
        version: 1,
        n_samples_seen: 1,
        columns,
      } as const;
      const preprocessing = { columns: null, features, scaler };
      const [expected, found] = [await bySql(preprocessing, table), inMemory(preprocessing, table)];
      expected.forEach((x, at) => {
        const where = `${COLUMNS[at % COLUMNS.length]} of row ${Math.floor(at / COLUMNS.length)}`;
        assert.ok(Object.is(x, found[at]), `${where}: ${x} by SQL, ${found[at]} in memory`);
      });
    }),
    { seed: SEED, numRuns: Number(process.env.RUNS ?? 25) },
  );
});

test('computes sine, cosine and logarithm to the last bit of SQL, as JavaScript does not', async () => {
  const { sin, cos, log } = loadLibm();
  const [x, ...expected] = await database.readDoubles(
    `SELECT x, sin(x), cos(x), ln(1 + abs(x)) FROM (SELECT radians((i % 7200) / 10) * (i % 11 - 5) + i / 1000 AS x
     FROM range(20000) AS t(i))`,
  );
  const found = [x.map(sin), x.map(cos), x.map((value) => log(1 + Math.abs(value)))];
  assert.equal(found, expected);
  assert.not.equal(x.map(Math.sin), expected[0]);
});

test('takes NULL, NaN and infinity as SQL does', async () => {
  const values = [null, NaN, Infinity, -Infinity, 0, -0, 1, -2.5];
  const pairs = values.flatMap((a) => values.map((b) => [a, b]));
  const comparisons = ['=', '>', '>=', '<', '<='].map((sign) => `a ${sign} b`);
  const expressions = [
    ...comparisons.map((condition) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`),
    ...['+', '-', '*'].map((sign) => `a ${sign} b`),
    ...['a / nullif(b, 0)', '-a', 'nullif(a, b)', 'CASE WHEN a IS NOT NULL THEN b END'],
    ...['CASE a WHEN b THEN 1 WHEN 0 THEN 2 END', 'CASE WHEN isfinite(a) THEN a ELSE b END'],
  ];
  const toSql = (x: number | null): string => (x === null ? 'NULL' : `'${Object.is(x, -0) ? '-0' : x}'::DOUBLE`); // prettier-ignore
  const rows = pairs.map(([a, b]) => `(${toSql(a)}, ${toSql(b)})`).join(', ');
  const quote = (sql: string): string => sql.replace(/\b[ab]\b/g, '"$&"');
  const names = expressions.map((_, k) => `e${k}`);
  const table = await database.query(
    `SELECT ${expressions.map((sql, k) => `(${quote(sql)})::DOUBLE AS ${names[k]}`).join(', ')}
     FROM (VALUES ${rows}) AS t(a, b)`,
  );
  // NaN in a row is a missing value, so that one has to be made: infinity less infinity
  const builder = createRowMachine(4, loadLibm());
  const difference = (x: number, y: number): number => builder.apply('-', [x, y]);
  const columns: Record<string, number> = { a: difference(0, 1), b: difference(2, 3) };
  const places = expressions.map((sql) =>
    readExpression(quote(sql), { ...builder, column: (name) => columns[name] }),
  );
  const machine = builder.finish();
  const toTerms = (x: number | null): number[] =>
    x === null ? [NaN, 0] : Number.isNaN(x) ? [Infinity, Infinity] : [x, 0];
  for (const [i, [a, b]] of pairs.entries()) {
    machine.run(Float64Array.from([...toTerms(a), ...toTerms(b)]), 0);
    for (const [k, place] of places.entries()) {
      const found = machine.missing[place] === 1 ? null : machine.values[place];
      assert.ok(Object.is(found, table[i][names[k]]), `${expressions[k]} of ${a}, ${b}: ${found}`);
    }
  }
});

test.run();
