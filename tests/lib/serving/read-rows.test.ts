import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseInvocation } from '../../../lib/serving/invocation.ts';
import type { InvocationType, SentRows } from '../../../lib/serving/invocation.ts';
import { readRows } from '../../../lib/serving/read-rows.ts';
import type { RowSchema } from '../../../lib/serving/read-rows.ts';
import type { Column } from '../../../lib/sql.ts';

const SEED = 20261130;
const test = suite('rows of requests');

const INPUT: readonly Column[] = [
  { name: 'height', kind: 'number' },
  { name: 'hot', kind: 'number' },
  { name: 'soil', kind: 'text' },
  { name: 'day', kind: 'time' },
];
const schema: RowSchema = {
  input: INPUT,
  known: new Set(['height', 'hot', 'soil', 'day', 'kind', 'row_id']),
  allowsUnknown: false,
};

function read(body: unknown, type: InvocationType = 'application/json') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { rows, faults } = readRows(schema, parseInvocation(type, text, {}).rows);
  const { nRows, numbers, texts } = rows;
  return { nRows, numbers: [...numbers], texts: Object.fromEntries(texts), faults: faults.faults };
}

/** The status and message of the refusal. */
function refusalOf(
  body: string,
  query: Record<string, unknown> = {},
  type: InvocationType = 'application/json',
): string {
  try {
    parseInvocation(type, body, query);
  } catch (error) {
    const { statusCode, message } = error as Error & { statusCode: number };
    return `${statusCode} ${message}`;
  }
  return '';
}

const RECORDS = [
  { height: 1.5, hot: true, soil: 'clay', day: '2020-01-01' },
  { day: null, soil: null, hot: 0, height: null },
];
const DATA = [
  [1.5, true, 'clay', '2020-01-01'],
  [null, 0, null, null],
];
const NAMES = INPUT.map(({ name }) => name);

test('reads the same rows from every shape', () => {
  const expected = {
    nRows: 2,
    numbers: [1.5, 1, NaN, NaN, NaN, 0, NaN, NaN],
    texts: { soil: ['clay', null], day: ['2020-01-01', null] },
    faults: [],
  };
  const columns = Object.fromEntries(NAMES.map((name, j) => [name, DATA.map((row) => row[j])]));
  const bodies = [
    RECORDS,
    DATA,
    { dataframe_records: RECORDS },
    { dataframe_split: { columns: NAMES, data: DATA } },
    {
      dataframe_split: {
        columns: NAMES.toReversed(),
        data: DATA.map((row) => row.toReversed()),
        index: [7, 8],
      },
    },
    { dataframe_split: { data: DATA } },
    { instances: RECORDS },
    { instances: DATA },
    { inputs: RECORDS },
    { inputs: DATA },
    { inputs: columns, params: { predict_method: 'predict' } },
  ];
  for (const body of bodies) assert.equal(read(body), expected, JSON.stringify(body));
  const csv = '\uFEFFheight,hot,soil,day\r\n 1.5 ,True,clay,2020-01-01\r\n,0,,\r\n';
  assert.equal(read(csv, 'text/csv'), expected);
});

test('passes over target and id, and reads values of one column', () => {
  assert.equal(read([{ ...RECORDS[0], kind: 'fir', row_id: 3 }]).faults, []);
  const texts = {
    input: [{ name: 'text', kind: 'text' }],
    known: new Set(['text']),
    allowsUnknown: true,
  } as const;
  const { rows } = parseInvocation('application/json', '["so good","so bad"]', {});
  assert.equal(readRows(texts, rows).rows.texts.get('text'), ['so good', 'so bad']);
  const more = parseInvocation('application/json', '[{"text": "good", "stars": 5}]', {});
  assert.is(readRows(texts, more.rows).faults.nFaults(), 0, 'texts stand among much else');
});

test('names every fault of every row: row, field, what must be there and what is', () => {
  const rows = [
    { height: 'tall', hot: [1], soil: 3, day: 7 },
    { height: 1, hot: 0, soil: 'clay', hoigt: 2 },
  ];
  assert.equal(read(rows).faults, [
    { row: 0, field: 'height', expected: 'a finite number, or null', got: '"tall"' },
    { row: 0, field: 'hot', expected: 'a finite number, or null', got: '[1]' },
    { row: 0, field: 'soil', expected: 'a text, or null', got: '3' },
    { row: 0, field: 'day', expected: 'a text, or null', got: '7' },
    { row: 1, field: 'day', expected: 'a value, or null where it is missing', got: 'nothing' },
    {
      row: 1,
      field: 'hoigt',
      expected: 'a column of the model; did you mean height?',
      got: 'an unknown one',
    },
  ]);
  const csv = 'height,hot,soil,soil\ntall,1e999,clay,clay\n0x10,nan,clay,clay\n';
  assert.equal(read(csv, 'text/csv').faults, [
    { row: null, field: 'day', expected: 'a column of the table', got: 'none' },
    { row: null, field: 'soil', expected: 'one column of this name', got: 'two' },
    { row: 0, field: 'height', expected: 'a finite number, or null', got: '"tall"' },
    { row: 0, field: 'hot', expected: 'a finite number, or null', got: '"1e999"' },
    { row: 1, field: 'height', expected: 'a finite number, or null', got: '"0x10"' },
    { row: 1, field: 'hot', expected: 'a finite number, or null', got: '"nan"' },
  ]);
  assert.equal(read('[[1e400, 0, null, null]]').faults, [
    { row: 0, field: 'height', expected: 'a finite number, or null', got: 'Infinity' },
  ]);
  assert.equal(read([[1, 2]]).faults, [
    { row: 0, field: '', expected: '4 values, one for each column', got: '2' },
  ]);
});

test('reads tables of a hundred thousand columns, each name a few times', () => {
  const columns = Array.from({ length: 100_000 }, (_, j) => `c${j}`);
  const bodies: [unknown, InvocationType?][] = [
    [{ dataframe_split: { columns, data: [] } }],
    [{ inputs: Object.fromEntries(columns.map((name) => [name, []])) }],
    [columns.join(','), 'text/csv'],
  ];
  for (const [body, type] of bodies) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { rows } = parseInvocation(type ?? 'application/json', text, {});
    assert.is(readRows(schema, countReads(rows)).faults.nFaults(), 100_004);
  }
});

/** The same rows; reading their names more than ten times each is an error. */
function countReads(rows: SentRows): SentRows {
  if ('records' in rows || rows.columns === null) return rows;
  let nReads = 0;
  const columns = new Proxy(rows.columns, {
    get(target, key) {
      if (++nReads > 10 * target.length) throw new Error('names are searched again and again');
      return Reflect.get(target, key) as unknown;
    },
  });
  return { ...rows, columns };
}

test('counts all faults, and tells the first thousand', () => {
  const { rows } = parseInvocation(
    'application/json',
    JSON.stringify(new Array(600).fill({ x: 1 })),
    {},
  );
  const { faults } = readRows(schema, rows);
  assert.is(
    faults.nFaults(),
    3000,
    'four columns that are not there, and one that is not known, of each row',
  );
  assert.is(faults.faults.length, 1000);
  assert.is(faults.counts.get('x'), 600);
  const long = read([{ ['n'.repeat(5000)]: 'v'.repeat(5000) }]).faults.at(-1)!;
  assert.is(long.field.length, 61);
});

test('refuses a body of no known shape, and says which there are', () => {
  const shapes = 'dataframe_records, dataframe_split, instances, inputs';
  assert.is(
    refusalOf('{"dataframe_record": []}'),
    `400 the body must be a list of rows, or a map with exactly one of ${shapes}; got dataframe_record; did you mean dataframe_records?`,
  );
  assert.match(refusalOf('{"inputs": [], "instances": []}'), 'got inputs, instances');
  assert.match(refusalOf('{}'), 'got an empty map');
  assert.is(refusalOf('3'), '400 the body must be a list of rows, or a map as MLflow has it');
  assert.match(
    refusalOf('[{"a": 1}, [2]]'),
    'the body must be a list of rows, all maps, all lists, or all values',
  );
  assert.match(
    refusalOf('{"dataframe_split": {"columns": [1], "data": []}}'),
    'dataframe_split must be {',
  );
  assert.match(
    refusalOf('{"dataframe_records": {"a": 1}}'),
    'dataframe_records must be a list of maps',
  );
  assert.match(
    refusalOf('{"inputs": {"a": [1, 2], "b": [1]}}'),
    'of one length; got a with 2, b with 1',
  );
  assert.match(refusalOf('{"instances": [], "params": 3}'), 'params must be a map');
  assert.match(
    refusalOf('{"instances": [], "params": {"method": 1}}'),
    'params must be of predict_method alone; got method',
  );
  assert.match(
    refusalOf('[]', { predict_method: 'proba' }),
    'predict_method must be one of predict, predict_proba; got "proba"',
  );
  assert.match(refusalOf('[{"a": NaN}]'), '400 the body must be JSON; Unexpected token');
  assert.match(
    refusalOf('a,b\n1,"2\n', {}, 'text/csv'),
    '400 the body must be CSV with a header; Quote Not Closed',
  );
});

test('repeats the beginning alone of what is sent', () => {
  const long = 'x'.repeat(100_000);
  const bodies: [string, Record<string, unknown>?, InvocationType?][] = [
    [JSON.stringify({ [long]: 1 })],
    [JSON.stringify(Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`k${i}`, 1])))],
    [JSON.stringify({ inputs: { [long]: [1], b: [] } })],
    [JSON.stringify({ instances: [], params: { [long]: 1 } })],
    [JSON.stringify({ instances: [], params: { predict_method: long } })],
    ['[]', { predict_method: [long] }],
    [`[${long}]`],
    [`a,b\n${long}"`, {}, 'text/csv'],
  ];
  for (const [body, query, type] of bodies) {
    const refusal = refusalOf(body, query, type);
    assert.ok(refusal.startsWith('400 ') && refusal.length < 500, refusal.slice(0, 600));
  }
});

test('property: whatever cells come as CSV, there are numbers, texts and faults that show the cell', () => {
  const cell = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.constantFrom(
      'constructor',
      '__proto__',
      'toString',
      'TRUE',
      ' false',
      '1e999',
      '-.5',
      'NaN',
    ),
  );
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1 }), (table) => {
      const csv = [NAMES, ...table].map((cells) => cells.map(quote).join(',')).join('\n');
      const { nRows, numbers, texts, faults } = read(csv, 'text/csv');
      assert.is(nRows, table.length);
      assert.equal(texts.soil, table.map((cells) => cells[2] || null)); // prettier-ignore
      for (const { row, field, got } of faults) {
        const text = JSON.stringify(table[row!][NAMES.indexOf(field)]);
        assert.is(got, text.length > 60 ? `${text.slice(0, 60)}…` : text);
      }
      const isRead = (i: number, j: number): boolean =>
        table[i][j] === '' || !Number.isNaN(numbers[4 * i + j]);
      const nRead = table.flatMap((_, i) => [isRead(i, 0), isRead(i, 1)]).filter(Boolean).length;
      assert.is(nRead + faults.length, 2 * nRows);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('property: whatever JSON comes, there are rows, faults or a refusal, and never another error', () => {
  const key = fc.oneof(
    fc.string(),
    fc.constantFrom(...NAMES, 'dataframe_split', 'columns', 'data', 'inputs', '__proto__'),
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('json')),
      fc.dictionary(key, tie('json')),
    ),
  }));
  fc.assert(
    fc.property(json, (body) => {
      try {
        const { nRows, numbers, faults } = read(body);
        assert.is(numbers.length, nRows * INPUT.length);
        assert.ok(
          nRows === 0 ||
            faults.length > 0 ||
            numbers.every((x) => Number.isNaN(x) || Number.isFinite(x)),
        );
      } catch (error) {
        assert.is((error as { statusCode?: number }).statusCode, 400, String(error));
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test.run();
