import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inferFrequency } from '../../../lib/forecasting/infer-frequency.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('frequency of a table');
const database = await openTestDatabase();
test.after(() => database.close());

const infer = async (query: string, id: string | null = null): Promise<string> => {
  const relation = await createRelation(database, 'mine', query);
  const { name, weekday } = await inferFrequency(database, relation, { id, time: 'ds' });
  return name === 'W' ? `W-${weekday}` : name;
};
const complaint = async (query: string): Promise<string> => {
  const thrown = await infer(query).catch((error: unknown) => error);
  return `${(thrown as { code: string }).code}: ${(thrown as Error).message}`;
};
const every = (step: string, start = '2024-01-01'): string =>
  `SELECT CAST(TIMESTAMP '${start}' + i * INTERVAL ${step} AS VARCHAR) AS ds FROM range(30) AS t(i)`;

test('is the coarsest by which rows follow each other', async () => {
  assert.is(await infer(every('1 HOUR')), 'h');
  assert.is(await infer(every('1 DAY')), 'D');
  assert.is(await infer(every('7 DAY', '2024-01-05')), 'W-5');
  assert.is(await infer(every('1 MONTH')), 'MS');
  assert.is(await infer(every('3 MONTH')), 'QS');
  assert.is(await infer(every('1 YEAR')), 'YS');
});

test('is read of dates, time stamps, texts and integers', async () => {
  assert.is(
    await infer(`SELECT DATE '2024-01-01' + CAST(i AS INTEGER) AS ds FROM range(9) t(i)`),
    'D',
  );
  assert.is(
    await infer(`SELECT TIMESTAMP '2024-01-01' + i * INTERVAL 1 HOUR AS ds FROM range(9) t(i)`),
    'h',
  );
  assert.is(await infer('SELECT i AS ds FROM range(9) t(i)'), '1');
});

test('is not hidden by a few gaps and rows that come twice, nor by the order of the rows', async () => {
  const rows = `SELECT * FROM (${every('1 MONTH')}) WHERE ds NOT LIKE '2024-05%'`;
  const twice = `${rows} UNION ALL SELECT '2024-03-01 00:00:00' ORDER BY ds DESC`;
  assert.is(await infer(twice), 'MS');
});

test('is that of the rows of each series', async () => {
  const rows = `SELECT s AS store, ds FROM (${every('1 DAY')}), range(3) AS stores(s)`;
  assert.is(await infer(rows, 'store'), 'D');
});

test('is none of times that follow no step, and of one row', async () => {
  assert.is(
    await complaint(every('90 MINUTE')),
    'E_DATA: mine.csv must have times of one frequency in ds; got 2024-01-01 00:00:00, 2024-01-01 01:30:00, 2024-01-01 03:00:00, 2024-01-01 04:30:00, …',
  );
  assert.match(await complaint(`SELECT 'soon' AS ds FROM range(3)`), 'got soon, soon, soon, …');
  assert.is(
    await complaint(`SELECT '2024-01-01' AS ds`),
    'E_DATA: mine.csv must have two rows of a series, to tell the frequency of ds; got one of each',
  );
});

test.run();
