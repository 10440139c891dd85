import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { panelOf } from '../../../lib/forecasting/panel.ts';
import type { Panel } from '../../../lib/forecasting/panel.ts';
import { readFuture } from '../../../lib/forecasting/read-future.ts';
import { parseFrequency } from '../../../lib/forecasting/frequency.ts';
import { MONTHLY } from '../../support/forecasting.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('reading what is known ahead');
const database = await openTestDatabase();
test.after(() => database.close());

const COLUMNS = { id: 'unique_id', time: 'ds' };
/** a ends in March 2020, b in February; both begin in January. */
const panel: Panel = {
  ...panelOf(MONTHLY, { a: [1, 2, 3], b: [4, 5] }, 600),
  exogenous: ['price', 'promo'].map((name) => ({
    name,
    kind: 'future',
    values: new Float64Array(5),
  })),
};
const read = async (rows: string, h: number, history = panel) => {
  const query = `SELECT * FROM (VALUES ${rows}) AS rows(unique_id, ds, promo, price)`;
  return await readFuture(
    database,
    await createRelation(database, 'next', query),
    history,
    COLUMNS,
    h,
  );
};

test('gives h steps after the last of each series, in the order of the panel, and no more', async () => {
  const rows = `('b', '2020-03-01', 3, 30), ('b', '2020-04-01', 4, 40), ('b', '2020-05-01', 5, 50),
    ('a', '2020-03-01', 13, 130), ('a', '2020-04-01', 14, 140), ('a', '2020-05-01', 15, 150), ('c', '2020-03-01', 0, 0)`;
  const { h, columns } = await read(rows, 2);
  assert.is(h, 2);
  assert.equal(columns, [
    { name: 'price', values: Float64Array.of(140, 150, 30, 40) },
    { name: 'promo', values: Float64Array.of(14, 15, 3, 4) },
  ]);
});

test('names the series that lack a step', async () => {
  const thrown = await read(`('a', '2020-04-01', 1, 1), ('a', '2020-05-01', 1, 1)`, 2).catch(
    (error: unknown) => error,
  );
  assert.instance(thrown, StageError);
  assert.is(
    (thrown as Error).message,
    'next.csv must have the 2 steps to come of each series; got not all of b: 2020-03-01 to 2020-04-01',
  );
});

test('refuses gaps and empty cells as the history does', async () => {
  const thrown = await read(
    `('a', '2020-04-01', 1, NULL), ('a', '2020-06-01', 1, 1), ('b', '2020-03-01', 1, 1)`,
    1,
  ).catch((error: unknown) => error);
  assert.match((thrown as Error).message, 'price that is no finite number: 1');
  assert.match((thrown as Error).message, 'gaps: 1 (a: 2020-05-01)');
});

test('reads weeks on the weekday of the history, whatever that of the table ahead', async () => {
  const weekly = { ...panel, freq: parseFrequency('W-SUN') };
  const mondays = `('a', '2024-01-01', 1, 1), ('a', '2024-01-08', 1, 1)`;
  const thrown = await read(mondays, 1, weekly).catch((error: unknown) => error);
  assert.instance(thrown, StageError);
  assert.match((thrown as Error).message, 'freq W-SUN');
  assert.match((thrown as Error).message, 'a: 2024-01-01 MON');
});

test.run();
