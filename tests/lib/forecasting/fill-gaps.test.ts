import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fillGapsSql } from '../../../lib/forecasting/fill-gaps.ts';
import { parseFrequency } from '../../../lib/forecasting/frequency.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('filling gaps');
const database = await openTestDatabase();
test.after(() => database.close());

const fill = async (rows: string, freq: string, how: 'zero' | 'last'): Promise<unknown[][]> => {
  const query = `SELECT * FROM (VALUES ${rows}) AS rows(id, ds, y, price)`;
  const relation = await createRelation(database, 'mine', query);
  const columns = { id: 'id', time: 'ds', target: 'y', exogenous: ['price'] };
  const filled = fillGapsSql(relation, parseFrequency(freq), how, columns);
  const found = await database.query(
    `SELECT id, CAST(ds AS VARCHAR) AS ds, y, price FROM (${filled}) ORDER BY id, ds`,
  );
  return found.map((row) => Object.values(row));
};

const MONTHS = `('a', '2024-01-01', 1, 10), ('a', '2024-04-01', 4, 40), ('b', '2024-02-01', 2, 20)`;

test('puts a row into every step between the first and the last of a series, 0 or the value before', async () => {
  const expected = (february: number, march: number): unknown[][] => [
    ['a', '2024-01-01 00:00:00', 1, 10],
    ['a', '2024-02-01 00:00:00', february, 10],
    ['a', '2024-03-01 00:00:00', march, 10],
    ['a', '2024-04-01 00:00:00', 4, 40],
    ['b', '2024-02-01 00:00:00', 2, 20],
  ];
  assert.equal(await fill(MONTHS, 'MS', 'zero'), expected(0, 0));
  assert.equal(await fill(MONTHS, 'MS', 'last'), expected(1, 1));
});

test('fills values that are empty, the first of a series with zero alone', async () => {
  const rows = `('a', 1, NULL, 1), ('a', 2, 5, NULL), ('a', 3, NULL, 3)`;
  assert.equal(await fill(rows, '1', 'last'), [
    ['a', '1', null, 1],
    ['a', '2', 5, 1],
    ['a', '3', 5, 3],
  ]);
  assert.equal(
    (await fill(rows, '1', 'zero')).map(([, , y]) => y),
    [0, 5, 0],
  );
});

test('fills the hour that a night of daylight saving leaves out', async () => {
  const rows = `('a', '2024-03-31 01:00', 1, 1), ('a', '2024-03-31 03:00', 3, 3)`;
  const filled = await fill(rows, 'h', 'last');
  assert.equal(filled[1], ['a', '2024-03-31 02:00:00', 1, 1]);
});

test('keeps rows that come twice, or lie between two steps, for the message that names them', async () => {
  const rows = `('a', '2024-01-05', 1, 1), ('a', '2024-01-12', 2, 2), ('a', '2024-01-12', 3, 3), ('a', '2024-01-20', 4, 4)`;
  const filled = await fill(rows, 'W-FRI', 'zero');
  assert.equal(
    filled.map(([, ds, y]) => [String(ds).slice(0, 10), y]),
    [
      ['2024-01-05', 1],
      ['2024-01-12', 2],
      ['2024-01-12', 3],
      ['2024-01-20', 4],
    ],
  );
});

test.run();
