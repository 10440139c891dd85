import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  dropColumnsSelect,
  fitDropColumns,
  parseDroppedColumns,
} from '../../../lib/preprocessing/drop-columns.ts';
import type { DropColumnsOptions } from '../../../lib/preprocessing/drop-columns.ts';
import { openTable } from '../../../lib/data/tables.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase, readNumbers } from '../../support/relations.ts';

const OPTIONS: DropColumnsOptions = {
  columns: [],
  constant: true,
  maxMissingShare: null,
  maxCorrelation: null,
  keep: ['id', 'class'],
};
const ROWS = `SELECT i AS id, 0 AS class, i AS x, 'a' AS same, NULL::INTEGER AS nothing, 4 AS four,
  CASE WHEN i < 3 THEN i END AS rare, CASE WHEN i < 5 THEN 1 END AS half, -2 * i + 7 AS opposite,
  i * i AS bent, concat('t', i) AS note, 'NaN'::DOUBLE AS lost FROM range(10) AS r(i)`;

const test = suite('drop-columns');
const database = await openTestDatabase();
test.after(() => database.close());
const rows = await createRelation(database, 'rows', ROWS);

async function dropped(options: Partial<DropColumnsOptions>): Promise<string[]> {
  const state = await fitDropColumns(database, rows, { ...OPTIONS, ...options });
  return state.dropped.map(({ name, reason, detail }) => `${name}: ${reason}, ${detail}`);
}

test('drops columns of one value and of none, but not target and id', async () => {
  assert.equal(await dropped({}), [
    'same: constant, one value in all rows',
    'nothing: constant, no value in any row',
    'four: constant, one value in all rows',
    'lost: constant, one value in all rows',
  ]);
  assert.equal(await dropped({ constant: false }), []);
});

test('keeps a column of one value and some missing ones, which tell rows apart', async () => {
  assert.not.ok((await dropped({})).some((line) => line.startsWith('half')));
});

test('drops columns with a larger share of missing values than the limit, which is allowed', async () => {
  assert.equal(await dropped({ constant: false, maxMissingShare: 0.5 }), [
    'nothing: missing, 1 of its values missing',
    'rare: missing, 0.7 of its values missing',
  ]);
  assert.equal(await dropped({ constant: false, maxMissingShare: 0.7 }), [
    'nothing: missing, 1 of its values missing',
  ]);
});

test('drops named columns first, whatever they hold', async () => {
  assert.equal((await dropped({ columns: ['note', 'four'] })).slice(0, 3), [
    'note: named, named in drop-columns.columns',
    'four: named, named in drop-columns.columns',
    'same: constant, one value in all rows',
  ]);
});

test('of a pair that correlates it drops the later column, in table order', async () => {
  // x and opposite are a line; x and bent: covariance 74.25, variances 8.25 and 721.05, so
  // 74.25 / √(8.25 × 721.05) = 0.962691 to six digits
  assert.equal(await dropped({ columns: ['rare', 'half'], maxCorrelation: 0.97 }), [
    'rare: named, named in drop-columns.columns',
    'half: named, named in drop-columns.columns',
    'same: constant, one value in all rows',
    'nothing: constant, no value in any row',
    'four: constant, one value in all rows',
    'lost: constant, one value in all rows',
    'opposite: correlation, correlation -1 with x',
  ]);
  const lines = await dropped({ columns: ['rare', 'half'], maxCorrelation: 0.96 });
  assert.is(lines.at(-1), 'bent: correlation, correlation 0.962691 with x');
});

test('drops no column for its correlation with one that is dropped itself', async () => {
  // b is the sum of a and c, which have nothing to do with each other: 1 / √2 with either, 0 between them
  const query =
    'SELECT unnest([1, 1, -1, -1]) AS a, unnest([2, 0, 0, -2]) AS b, unnest([1, -1, 1, -1]) AS c';
  const table = await createRelation(database, 'sum', query);
  const state = await fitDropColumns(database, table, { ...OPTIONS, maxCorrelation: 0.7 });
  assert.equal(state.dropped, [
    { name: 'b', reason: 'correlation', detail: 'correlation 0.707107 with a' },
  ]);
});

test('finds no correlation with a constant column', async () => {
  const table = await createRelation(
    database,
    'flat',
    'SELECT i AS x, 1 AS y FROM range(5) AS r(i)',
  );
  const options = { ...OPTIONS, constant: false, maxCorrelation: 0.5 };
  assert.equal((await fitDropColumns(database, table, options)).dropped, []);
});

test('keeps a column whose NaN the statistics of the file hide', async () => {
  const table = await openTable(database, 'tests/golden/hidden-nan/hidden.parquet', 'hidden');
  const [row] = await database.query('SELECT min(x) AS low, max(x) AS high FROM hidden');
  assert.equal(row, { low: 1, high: 1 }, 'what the file says of itself');
  assert.equal((await fitDropColumns(database, table, OPTIONS)).dropped, []);
});

test('selects what is left, in order, of rows that have every column or only the later ones', async () => {
  const state = await fitDropColumns(database, rows, { ...OPTIONS, columns: ['id'], keep: [] });
  const columns = await database.query(`DESCRIBE ${dropColumnsSelect(state, rows.sql)}`);
  assert.equal(
    columns.map((row) => row.column_name),
    ['x', 'rare', 'half', 'opposite', 'bent', 'note'],
  );
  const none = { ...state, dropped: [] };
  assert.is((await readNumbers(database, dropColumnsSelect(none, rows.sql))).length, 10);
});

test('decides on the rows that it is given, and on no others', async () => {
  const other = await createRelation(database, 'more', `FROM rows UNION ALL FROM rows`);
  const state = await fitDropColumns(database, rows, OPTIONS);
  assert.equal(await fitDropColumns(database, other, OPTIONS), state);
  const changed = await createRelation(
    database,
    'changed',
    `SELECT * REPLACE (id AS four) FROM rows`,
  );
  assert.not.equal(await fitDropColumns(database, changed, OPTIONS), state);
});

test('refuses names that are no columns, target and id, and to drop everything', async () => {
  const refusal = (options: Partial<DropColumnsOptions>): Promise<string> =>
    complaintOf(() => fitDropColumns(database, rows, { ...OPTIONS, ...options }));
  assert.is(
    await refusal({ columns: ['fuor', 'x'] }),
    'E_DATA: rows.csv must have the column fuor; did you mean four?',
  );
  assert.is(
    await refusal({ columns: ['x', 'class'] }),
    'E_DATA: drop-columns.columns must not name target or id; got class',
  );
  const columns = ['x', 'rare', 'half', 'opposite', 'bent', 'note'];
  assert.is(
    await refusal({ columns }),
    'E_DATA: rows.csv must keep at least one column; got all of them dropped',
  );
});

test('takes saved columns for what they are, and refuses every other thing', async () => {
  const state = await fitDropColumns(database, rows, OPTIONS);
  const copy = JSON.parse(JSON.stringify(state)) as Record<string, unknown>;
  assert.equal(parseDroppedColumns(copy, 'c.json'), state);
  for (const wrong of [null, { ...copy, version: 2 }, { ...copy, dropped: [{ nom: 'x' }] }]) {
    assert.match(
      await complaintOf(() => parseDroppedColumns(wrong, 'c.json')),
      /^E_DATA: c\.json must hold timberline-columns, version 1; got /,
    );
  }
});

test.run();
