import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDataSet } from '../../../lib/data/catalogue.ts';
import type { FileSet } from '../../../lib/data/catalogue.ts';
import { readContract } from '../../../lib/data/contracts.ts';
import { StageError } from '../../../lib/errors.ts';
import type { Contract } from '../../../lib/validation/contract.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

async function read(text: string): Promise<Contract> {
  return await inTemporaryFolder((folder) => {
    writeFileSync(join(folder, 'contract.yaml'), text);
    return readContract(join(folder, 'contract.yaml'));
  });
}

/** What reading a contract says, a line for each problem, without the path. */
async function complaintsOf(text: string): Promise<string[]> {
  try {
    await read(text);
  } catch (error) {
    assert.ok(error instanceof StageError, String(error));
    assert.is(error.code, 'E_DATA');
    return error.message.split('\n  ').map((line) => line.replace(/^.*contract\.yaml:/, ''));
  }
  return [];
}

const test = suite('contracts');

test('expand ranges of columns, and give every expectation its line', async () => {
  const { columns, expectations, rows, unknownColumns, columnOrder } = await read(`
columns:
  x{1..2}: { type: integer, in_set: [0, 1] }
  y:
    type: { is: number, mostly: 0.5 }
    between: { min: 0 }
    required: false
one_hot: { x: 'x{1..2}' }
unique: [[x1, y]]
`);
  assert.equal(columns, [
    { name: 'x1', type: 'integer', isRequired: true },
    { name: 'x2', type: 'integer', isRequired: true },
    { name: 'y', type: 'number', isRequired: false },
  ]);
  assert.equal(
    expectations.map(({ expectation, columns: names, mostly, line }) =>
      [expectation, names.join(), mostly, line].join(' '),
    ),
    [
      'type x1 1 3',
      'in_set x1 1 3',
      'type x2 1 3',
      'in_set x2 1 3',
      'type y 0.5 5',
      'between y 1 6',
      'one_hot x1,x2 1 8',
      'unique x1,y 1 9',
    ],
  );
  assert.equal(rows, { min: null, max: null, line: 2 });
  assert.equal([unknownColumns, columnOrder], ['refuse', 'any']);
});

test('say every problem of the format with its line', async () => {
  assert.equal(
    await complaintsOf(`
rows: { min: 5, max: 4 }
unknown_colums: allow
columns:
  a: { typ: integer }
  b: { type: int, between: {}, not_null: yes }
  c: { type: number, between: { min: 0, mostly: 90 } }
  d: { type: text, in_set: [] , matches: 5 }
`),
    [
      '2 rows must have min <= max; got {"min":5,"max":4}',
      '3 unknown_colums is not a key; did you mean unknown_columns?',
      '5 columns.a must have the key type',
      '5 columns.a.typ is not a key; did you mean type?',
      '6 columns.b.type must be one of integer, number, boolean, date, timestamp, text; got "int"',
      '6 columns.b.between must have min, max or both',
      '6 columns.b.not_null must be true; got "yes"',
      '7 columns.c.between.mostly must be a number in [0, 1]; got 90',
      '8 columns.d.in_set must be a list that is not empty; got []',
      '8 columns.d.matches must be a text; got 5',
    ],
  );
});

test('say what contradicts the type of a column, or another part', async () => {
  assert.equal(
    await complaintsOf(`
columns:
  a: { type: integer, matches: 'x', in_set: [1, two], rows_per_value: { min: 1 } }
  b: { type: date, between: { min: 5, max: 2026-01-01 } }
  c: { type: text, between: { min: 1 }, rows_per_value: { min: 1 } }
  a{2..1}: { type: integer }
one_hot: { g: [a, c, e] }
unique: [d]
`),
    [
      '3 columns.a.matches must be left out for a column of type integer',
      '3 columns.a.in_set must hold values of type integer; got "two"',
      '4 columns.b.between must hold values of type date; got 5',
      '5 columns.c.between must be left out for a column of type text',
      '5 columns.c.between must hold values of type text; got 1',
      '5 columns.c.rows_per_value must stand beside in_set, which has the values',
      '6 columns.a{2..1} must count upwards in its range',
      '7 one_hot.g must name columns of the contract; got e; did you mean a?',
      '7 one_hot.g must name columns of numbers; got c, a text',
      '8 unique.0 must name columns of the contract; got d; did you mean a?',
    ],
  );
  const twice = 'columns: { x1: { type: text }, "x{1..2}": { type: text } }';
  assert.equal(await complaintsOf(twice), ['1 columns must be distinct; got x1 twice']);
});

test('of Covertype name the columns of the catalogue in their order, and its one-hot groups', () => {
  const contract = readContract('data/contracts/covertype.yaml');
  const { columns, file } = readDataSet('data/catalogue.yaml', 'covertype') as FileSet;
  assert.equal(
    contract.columns.map(({ name }) => name),
    columns.map(({ name }) => name),
  );
  assert.is(contract.rows.min, file.rows);
  for (const expectation of contract.expectations) {
    if (expectation.expectation !== 'one_hot') continue;
    const members = columns.filter((column) => column.one_hot === expectation.name);
    assert.equal(
      expectation.columns,
      members.map(({ name }) => name),
    );
  }
});

test('have every key described in docs/contracts.md, which describes no other', async () => {
  const page = readFileSync('docs/contracts.md', 'utf8');
  const described = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) => name);
  const [topKeys] = await complaintsOf('5');
  const [columnKeys] = await complaintsOf('columns: { x: 5 }');
  const keys = [topKeys, columnKeys].flatMap((complaint) =>
    /must be a map of (.+); got 5$/.exec(complaint)![1].split(', '),
  );
  assert.equal([...new Set(described)].sort(), [...new Set(keys)].sort());
});

test.run();
