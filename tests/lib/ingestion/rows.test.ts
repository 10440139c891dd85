import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkRows } from '../../../lib/ingestion/rows.ts';

const test = suite('checks of rows');

const WEEK = { year_week: 202001, vegetable: 'Tomate', sales: 489 };
const DATE = { date: '2020-01-06', vegetable: 'Tomate', kilo_sold: 489 };

/** What is wrong with one row: "field reason" of each fault. */
const faults = (row: unknown): string[] => {
  const { rows, refused } = checkRows([row], 'strptime');
  assert.is(rows.length, refused.length === 0 ? 1 : 0);
  return refused.map(({ field, reason }) => `${field} ${reason}`);
};

test('rows of both shapes pass, mixed, with their own fields in their order', () => {
  const shuffled = { sales: 1.5, vegetable: ' tomate', year_week: 202100 };
  const { rows, refused, extra, nRefusedRows } = checkRows([WEEK, DATE, shuffled], 'strptime');
  assert.equal(JSON.stringify(rows), JSON.stringify([WEEK, DATE, { year_week: 202100, vegetable: ' tomate', sales: 1.5 }])); // prettier-ignore
  assert.equal([refused, extra, nRefusedRows], [[], [], 0]);
});

test('every row is checked for itself, and each fault has the index of its row', () => {
  const list = [WEEK, { ...WEEK, sales: -1 }, DATE, 7, { year_week: 202054, vegetable: '' }];
  const { rows, refused, nRefusedRows } = checkRows(list, 'strptime');
  assert.equal(rows, [WEEK, DATE]);
  assert.is(nRefusedRows, 3);
  assert.equal(
    refused.map(({ index, field }) => `${index} ${field}`),
    ['1 sales', '3 null', '4 year_week', '4 vegetable', '4 sales'],
  );
});

test('an extra field is named, and its row is taken without it', () => {
  const { rows, extra } = checkRows([DATE, { ...WEEK, shop: 'Lyon', kilo_sold: 4 }], 'strptime');
  assert.equal(rows, [DATE, WEEK]);
  assert.equal(extra, [
    { index: 1, field: 'shop' },
    { index: 1, field: 'kilo_sold' },
  ]);
});

test('extra fields of a refused row are not named', () => {
  assert.equal(checkRows([{ ...WEEK, sales: null, shop: 'Lyon' }], 'strptime').extra, []);
});

const WEEK_FAULTS: readonly [unknown, string][] = [
  [null, 'is null'],
  [undefined, 'is missing'],
  ['202001', 'must be a number of six digits, year and week; got "202001"'],
  [20201, 'must be a number of six digits, year and week; got 20201'],
  [202001.5, 'must be a number of six digits, year and week; got 202001.5'],
  [-202001, 'must be a number of six digits, year and week; got -202001'],
  [Infinity, 'must be a number of six digits, year and week; got Infinity'],
  [202054, 'must be a week that exists (weeks go up to 53, strptime numbering); got 202054'],
  [202400, 'must be a week that exists (the year has no such week, strptime numbering); got 202400'], // prettier-ignore
  [202053, 'must be a week that exists (the year has no such week, strptime numbering); got 202053'], // prettier-ignore
];

test('a week that is none is refused with its reason', () => {
  for (const [value, fault] of WEEK_FAULTS) {
    assert.equal(faults({ ...WEEK, year_week: value }), [`year_week ${fault}`]);
  }
});

test('the numbering of weeks says which of them exist', () => {
  const countRefused = (yearWeek: number, weeks: 'iso' | 'strptime'): number =>
    checkRows([{ ...WEEK, year_week: yearWeek }], weeks).nRefusedRows;
  assert.equal([countRefused(202053, 'iso'), countRefused(202100, 'iso')], [0, 1]);
  assert.equal([countRefused(202053, 'strptime'), countRefused(202100, 'strptime')], [1, 0]);
});

test('a date that is none is refused with its reason', () => {
  const must = 'must be a date that exists, YYYY-MM-DD of 1900 to 2999; got';
  assert.equal(faults({ ...DATE, date: null }), ['date is null']);
  for (const value of ['2021-02-29', '2020-13-01', '06/01/2020', '', 20200106, ['2020-01-06']]) {
    assert.equal(faults({ ...DATE, date: value }), [`date ${must} ${JSON.stringify(value)}`]);
  }
});

test('a vegetable that is none is refused with its reason', () => {
  const { vegetable: _, ...nameless } = WEEK;
  assert.equal(faults(nameless), ['vegetable is missing']);
  assert.equal(faults({ ...WEEK, vegetable: null }), ['vegetable is null']);
  assert.equal(faults({ ...WEEK, vegetable: 7 }), ['vegetable must be a text; got 7']);
  assert.equal(faults({ ...WEEK, vegetable: '' }), ['vegetable is empty']);
  assert.equal(faults({ ...WEEK, vegetable: ' \t' }), ['vegetable is empty']);
  assert.equal(faults({ ...WEEK, vegetable: 'a'.repeat(201) }), [
    'vegetable must have at most 200 characters',
  ]);
  for (const broken of ['a\0b', 'a\nb', 'a\ud800b']) {
    assert.match(faults({ ...WEEK, vegetable: broken })[0], 'must have no control characters');
  }
  assert.equal(faults({ ...WEEK, vegetable: 'a'.repeat(200) }), []);
  assert.equal(faults({ ...WEEK, vegetable: '番茄 🍅 ' }), []);
});

const SALES_FAULTS: readonly [unknown, string][] = [
  [null, 'is null'],
  [undefined, 'is missing'],
  ['489', 'must be a number; got "489"'],
  ['NaN', 'must be a number; got "NaN"'],
  ['Infinity', 'must be a number; got "Infinity"'],
  [JSON.parse('1e999'), 'must be a number; got Infinity'],
  [true, 'must be a number; got true'],
  [[489], 'must be a number; got [489]'],
  [JSON.parse('{"valueOf": 1, "toString": 2}'), 'must be a number; got {"valueOf":1,"toString":2}'],
  [-0.5, 'must not be negative; got -0.5'],
  [1.1e15, 'must be at most 1000000000000000; got 1100000000000000'],
];

test('sales that are no number of kilograms are refused with their reason, in both shapes', () => {
  for (const [value, fault] of SALES_FAULTS) {
    assert.equal(faults({ ...WEEK, sales: value }), [`sales ${fault}`]);
    assert.equal(faults({ ...DATE, kilo_sold: value }), [`kilo_sold ${fault}`]);
  }
  for (const value of [0, 0.1, 1e15]) assert.equal(faults({ ...WEEK, sales: value }), []);
});

test('no sales are 0, whatever their sign', () => {
  const [row] = checkRows([{ ...WEEK, sales: -0 }], 'strptime').rows;
  assert.ok(Object.is((row as { sales: number }).sales, 0));
});

test('a row says when, in one way', () => {
  assert.equal(faults({ ...WEEK, date: '2020-01-06' }), [
    'null must have year_week or date; got both',
  ]);
  assert.equal(faults({ vegetable: 'Tomate', sales: 3 }), [
    'null must have year_week or date; got neither',
  ]);
});

test('sales under the name of the other shape are missing', () => {
  assert.equal(faults({ year_week: 202001, vegetable: 'Tomate', kilo_sold: 3 }), [
    'sales is missing',
  ]);
  assert.equal(faults({ date: '2020-01-06', vegetable: 'Tomate', sales: 3 }), [
    'kilo_sold is missing',
  ]);
});

test('what is no object is refused, and long values are shortened in reasons', () => {
  assert.equal(faults('a'), ['null must be an object; got "a"']);
  assert.equal(faults(null), ['null must be an object; got null']);
  assert.equal(faults([]), ['null must be an object; got []']);
  assert.ok(faults('a'.repeat(1e6))[0].length < 100);
});

test('any JSON at all is taken or refused, and never throws', () => {
  const wild = fc.record(
    {
      year_week: fc.oneof(fc.constant(202001), fc.integer(), fc.jsonValue()),
      date: fc.oneof(fc.constant('2020-01-06'), fc.jsonValue()),
      vegetable: fc.oneof(fc.string(), fc.jsonValue()),
      sales: fc.oneof(fc.double(), fc.jsonValue()),
      kilo_sold: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(wild, fc.jsonValue()), { maxLength: 8 }), (list) => {
      const { rows, refused, nRefusedRows } = checkRows(list, 'strptime');
      assert.is(rows.length + nRefusedRows, list.length);
      assert.is(new Set(refused.map(({ index }) => index)).size, nRefusedRows);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test.run();
