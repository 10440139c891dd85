import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import {
  assertOneSeries,
  findColumns,
  findExogenous,
} from '../../../lib/forecasting/series-columns.ts';
import type { ColumnOptions } from '../../../lib/forecasting/series-columns.ts';
import type { Column, Relation } from '../../../lib/sql.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('columns of a table of series');
const database = await openTestDatabase();
test.after(() => database.close());

const tableOf = (columns: Readonly<Record<string, Column['kind']>>): Relation => ({
  sql: 'mine',
  source: 'mine.csv',
  columns: Object.entries(columns).map(([name, kind]) => ({ name, kind })),
});
const NOTHING: ColumnOptions = { idCol: null, timeCol: null, targetCol: null };

const complaint = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    assert.instance(error, StageError);
    return `${(error as Error).message} | ${(error as StageError).hint}`;
  }
  return '';
};

test('are those that statsforecast calls them, where they are there', () => {
  const table = tableOf({ unique_id: 'text', ds: 'text', y: 'number', price: 'number' });
  assert.equal(findColumns(table, NOTHING), { id: 'unique_id', time: 'ds', target: 'y' });
});

test('are the only ones of their kind, where they are not', () => {
  const table = tableOf({ date: 'time', sales: 'number', note: 'text' });
  assert.equal(findColumns(table, NOTHING), { id: null, time: 'date', target: 'sales' });
  const stores = tableOf({ store: 'number', week: 'time', sales: 'number' });
  const found = findColumns(stores, { ...NOTHING, idCol: 'store' });
  assert.equal(found, { id: 'store', time: 'week', target: 'sales' });
});

test('are asked for where there are several or none', () => {
  const table = tableOf({ store: 'number', sales: 'number', from: 'time', to: 'time' });
  assert.is(
    complaint(() => findColumns(table, NOTHING)),
    'mine.csv must have one column of times; got from, to | name it with --time-col',
  );
  assert.is(
    complaint(() => findColumns(table, { ...NOTHING, timeCol: 'to' })),
    'mine.csv must have one column of numbers; got store, sales | name it with --target-col',
  );
  assert.match(
    complaint(() => findColumns(tableOf({ a: 'text' }), NOTHING)),
    'got none among a',
  );
  assert.match(
    complaint(() => findColumns(table, { ...NOTHING, targetCol: 'salse' })),
    'mine.csv must have the column salse; did you mean sales?',
  );
});

test('have one row of each time where the table is one series', async () => {
  const twice = await createRelation(database, 'twice', 'SELECT i // 2 AS ds FROM range(8) t(i)');
  const thrown = await assertOneSeries(database, twice, 'ds').catch((error: unknown) => error);
  assert.instance(thrown, StageError);
  assert.is(
    (thrown as Error).message,
    'twice.csv must have each ds once, as no column names the series; got 8 rows of 4 times',
  );
  // a few that come twice are for readPanel to name
  const once = await createRelation(database, 'once', 'SELECT i % 6 AS ds FROM range(8) t(i)');
  await assertOneSeries(database, once, 'ds');
});

test('are exogenous where they are numbers without empty cells, unless they are named', async () => {
  const query = `SELECT i AS ds, i AS y, i AS price, 'x' AS note, CASE WHEN i > 1 THEN i END AS rain FROM range(4) t(i)`;
  const table = await createRelation(database, 'mine', query);
  const columns = { id: null, time: 'ds', target: 'y' };
  assert.equal(await findExogenous(database, table, columns, null), {
    names: ['price'],
    incomplete: ['rain'],
  });
  assert.equal(await findExogenous(database, table, columns, []), { names: [], incomplete: [] });
  const thrown = await findExogenous(database, table, columns, ['rain']).catch((error) => error);
  assert.match(thrown.message, 'got rain: 2 empty');
  const unknown = await findExogenous(database, table, columns, ['prise']).catch((error) => error);
  assert.match(unknown.message, 'did you mean price?');
});

test.run();
