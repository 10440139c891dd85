import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resultOf, validateFiles, validateTexts } from '../../support/validation.ts';

const test = suite('validate');

interface Golden {
  readonly results: readonly {
    readonly expectation: string;
    readonly columns: readonly string[];
    readonly element_count: number;
    readonly missing_count: number;
    readonly unexpected_count: number;
    readonly lines: readonly number[];
  }[];
  readonly colors: Readonly<Record<string, number>>;
}

test('counts and finds what pandas counts and finds', async () => {
  const folder = 'tests/golden/validation';
  const golden = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Golden;
  const validation = await validateFiles(`${folder}/input.csv`, `${folder}/contract.yaml`);
  for (const { lines, ...expected } of golden.results) {
    const result = validation.results.find(
      ({ expectation, columns }) =>
        expectation === expected.expectation && columns.join() === expected.columns.join(),
    )!;
    const { examples, ...found } = result;
    const name = `${expected.columns.join()} ${expected.expectation}`;
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(found[key as keyof typeof found], value, `${name}: ${key}`);
    }
    assert.equal(
      examples.map(({ line }) => line),
      lines,
      name,
    );
  }
  assert.equal(resultOf(validation, 'rows_per_value').observed_value, golden.colors);
});

test('passes with mostly equal to the share that is as expected, and fails just above it', async () => {
  // 93 of 100 values are as expected, and 93/100 is the nearest double to 0.93
  const csv = `x\n${'1\n'.repeat(93)}${'5\n'.repeat(7)}`;
  const contract = (mostly: number): string =>
    `columns: { x: { type: integer, between: { max: 1, mostly: ${mostly} } } }`;
  assert.is((await validateTexts(csv, contract(0.93))).success, true);
  assert.is((await validateTexts(csv, contract(0.9300001))).success, false);
});

test('shows the first rows with line and cell, no more than asked for', async () => {
  const csv = 'x,y\n1,a\nold,b\n,c\nyoung,d\nx,e\n';
  const contract = 'columns: { x: { type: integer, not_null: true }, y: { type: text } }';
  const validation = await validateTexts(csv, contract, 2);
  const { examples, unexpected_count: count } = resultOf(validation, 'type', 'x');
  assert.is(count, 3);
  assert.equal(examples, [
    { line: 3, value: 'old' },
    { line: 5, value: 'young' },
  ]);
  assert.equal(resultOf(validation, 'not_null', 'x').examples, [{ line: 4, value: '' }]);
  assert.equal(resultOf(await validateTexts(csv, contract, 0), 'type', 'x').examples, []);
});

test('reports lines of another number of cells, and counts them in the lines of other rows', async () => {
  const csv = 'x,y\n1,2\n3\n4,5,6\nbad,7\n8,9\n10\nworse,11\n';
  const contract = 'columns: { x: { type: integer }, y: { type: integer } }';
  const validation = await validateTexts(csv, contract);
  assert.is(validation.n_rows, 4);
  assert.equal(resultOf(validation, 'well_formed_lines').examples, [
    { line: 3, value: 'missing columns: 3' },
    { line: 4, value: 'too many columns: 4,5,6' },
    { line: 7, value: 'missing columns: 10' },
  ]);
  assert.equal(resultOf(validation, 'type', 'x').examples, [
    { line: 5, value: 'bad' },
    { line: 8, value: 'worse' },
  ]);
});

test('tells absent, unknown and displaced columns, and skips what is about absent ones', async () => {
  const contract = `
unknown_columns: refuse
column_order: exact
columns:
  a: { type: integer, between: { min: 0 } }
  b: { type: integer }
  c: { type: integer, required: false }
  d: { type: integer, required: false }
`;
  const validation = await validateTexts('d,b,A\n1,2,3\n', contract);
  assert.equal(resultOf(validation, 'columns_present').examples, [
    { line: null, value: 'a; did you mean A?' },
  ]);
  assert.equal(resultOf(validation, 'columns_known').examples, [{ line: null, value: 'A' }]);
  assert.equal(
    resultOf(validation, 'column_order').examples.map(({ value }) => value),
    ['d', 'b'],
  );
  const between = resultOf(validation, 'between', 'a');
  assert.is(between.success, null);
  assert.is(between.reason, 'the table has no column a');
  assert.equal(validation.statistics, {
    evaluated_expectations: 6,
    successful_expectations: 3,
    unsuccessful_expectations: 3,
    skipped_expectations: 3,
  });
});

test('lets unknown columns and any order pass where the contract does', async () => {
  const contract =
    'unknown_columns: allow\ncolumns: { a: { type: integer }, b: { type: integer } }';
  assert.is((await validateTexts('c,b,a\n1,2,3\n', contract)).success, true);
});

test('holds the number of rows against both ends, which are included', async () => {
  for (const [rows, success] of [
    ['{ min: 3 }', true],
    ['{ min: 4 }', false],
    ['{ max: 3 }', true],
    ['{ max: 2 }', false],
  ] as const) {
    const validation = await validateTexts(
      'x\n1\n2\n3\n',
      `rows: ${rows}\ncolumns: { x: { type: integer } }`,
    );
    assert.is(resultOf(validation, 'row_count').success, success, rows);
    assert.is(resultOf(validation, 'row_count').observed_value, 3);
  }
});

test('counts the rows of each class, an absent one as 0', async () => {
  const contract =
    'columns: { y: { type: integer, in_set: [1, 2, 3, 4], rows_per_value: { min: 2 } } }';
  const result = resultOf(
    await validateTexts('y\n1\n2\n1\n2\n3\n1.0\n', contract),
    'rows_per_value',
  );
  assert.is(result.success, false);
  assert.equal(result.observed_value, { 1: 3, 2: 2, 3: 1, 4: 0 });
  assert.equal(
    result.examples.map(({ value }) => value),
    ['3: 1 rows', '4: 0 rows'],
  );
});

test('finds every row of a key that is there twice, and leaves rows without a key out', async () => {
  const csv = 'a,b\n1,x\n1,y\n,y\n1,x\n2,x\n,y\n';
  const contract = 'columns: { a: { type: integer }, b: { type: text } }\nunique: [[a, b]]';
  const result = resultOf(await validateTexts(csv, contract), 'unique');
  assert.is(result.element_count, 6);
  assert.is(result.missing_count, 2);
  assert.is(result.unexpected_count, 2);
  assert.equal(result.examples, [
    { line: 2, value: '1, x' },
    { line: 5, value: '1, x' },
  ]);
});

test('takes a group for one-hot only where one column is 1 and the others are 0', async () => {
  const rows = [
    '1,0,0',
    '0,0,1',
    '0,0,0',
    '1,1,0',
    '0.5,0.5,0',
    '2,-1,0',
    '1,1,-1',
    '1,,0',
    '1,x,0',
  ];
  const contract = `
columns: { 'c{1..3}': { type: number } }
one_hot: { c: 'c{1..3}' }
`;
  const result = resultOf(
    await validateTexts(`c1,c2,c3\n${rows.join('\n')}\n`, contract),
    'one_hot',
  );
  assert.is(result.missing_count, 2);
  assert.equal(
    result.examples.map(({ line }) => line),
    [4, 5, 6, 7, 8],
  );
});

test('reads booleans, days and points in time, and refuses what is none', async () => {
  const csv = [
    'flag,day,time',
    'true,2026-02-28,2026-02-28 23:59:59',
    'FALSE,2026-03-01,2026-03-01',
    'maybe,2026-02-29,2026-02-28 25:00',
    ',,',
    ',inf,-infinity',
  ].join('\n');
  const contract = `
columns:
  flag: { type: boolean, in_set: [true] }
  day: { type: date, between: { max: 2026-02-28 } }
  time: { type: timestamp, between: { min: 2026-03-01 } }
`;
  const validation = await validateTexts(csv, contract);
  for (const [column, expectation, lines] of [
    ['flag', 'type', [4]],
    ['flag', 'in_set', [3]],
    ['day', 'type', [4, 6]],
    ['day', 'between', [3]],
    ['time', 'type', [4, 6]],
    ['time', 'between', [2]],
  ] as const) {
    const { examples } = resultOf(validation, expectation, column);
    assert.equal(
      examples.map(({ line }) => line),
      lines,
      `${column} ${expectation}`,
    );
  }
});

test('names the line of a regular expression that is none', async () => {
  const contract = "columns:\n  x:\n    type: text\n    matches: '(?!a)'\n";
  await validateTexts('x\na\n', contract).then(
    () => assert.unreachable(),
    (error: Error) => {
      assert.match(
        error.message,
        /contract\.yaml:4 columns\.x\.matches must be a regular expression; got invalid perl operator: \(\?!$/,
      );
    },
  );
});

test('has a verdict over a table in which every cell is missing', async () => {
  const contract = 'columns: { x: { type: integer, between: { min: 0 } }, y: { type: text } }';
  const validation = await validateTexts('x,y\n,a\n,b\n', contract);
  const {
    success,
    missing_count: missing,
    unexpected_percent: percent,
  } = resultOf(validation, 'between');
  assert.equal([success, missing, percent], [true, 2, 0]);
});

const cell = fc.constantFrom('', '0', '1', '2', '-3', '1.5', '2.0', 'nan', 'inf', 'x', ' ', '1e3');
const CONTRACT = (mostly: number): string => `
columns:
  a: { type: { is: integer, mostly: ${mostly} }, not_null: { mostly: ${mostly} }, between: { min: 0, max: 2, mostly: ${mostly} }, in_set: { values: [0, 1], mostly: ${mostly} }, unique: { mostly: ${mostly} } }
  b: { type: { is: number, mostly: ${mostly} }, between: { max: 1, mostly: ${mostly} } }
  c: { type: text, length: { max: 1, mostly: ${mostly} }, matches: { regex: '\\d*', mostly: ${mostly} } }
one_hot: { ab: { columns: [a, b], mostly: ${mostly} } }
`;

test('property: counts add up, and raising mostly turns no failure into a success', async () => {
  const table = fc.record({
    rows: fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 }),
    low: fc.double({ min: 0, max: 1, noNaN: true }),
    high: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(table, async ({ rows, low, high }) => {
      // a row of empty cells alone is a blank line, which is no row
      const csv = `a,b,c,id\n${rows.map((row, i) => `${row.join()},${i}`).join('\n')}\n`;
      const [lenient, strict] = [Math.min(low, high), Math.max(low, high)];
      const [first, second] = [
        await validateTexts(csv, `unknown_columns: allow\n${CONTRACT(lenient)}`),
        await validateTexts(csv, `unknown_columns: allow\n${CONTRACT(strict)}`),
      ];
      first.results.forEach((result, i) => {
        const { element_count: all, missing_count: missing, unexpected_count: unexpected } = result;
        assert.ok(missing >= 0 && unexpected >= 0 && missing + unexpected <= all);
        if (result.columns.length > 0) assert.is(all, rows.length);
        if (second.results[i].success) assert.is(result.success, true);
        assert.is(result.examples.length, Math.min(5, unexpected));
      });
      assert.is(first.results.length, second.results.length);
    }),
    { seed: 3, numRuns: 25 },
  );
});

test.run();
