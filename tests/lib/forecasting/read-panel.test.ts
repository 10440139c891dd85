import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { parseFrequency, toStep, toTime } from '../../../lib/forecasting/frequency.ts';
import { readPanel } from '../../../lib/forecasting/read-panel.ts';
import type { PanelColumns } from '../../../lib/forecasting/read-panel.ts';
import type { Panel } from '../../../lib/forecasting/panel.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('reading a panel');
const database = await openTestDatabase();
test.after(() => database.close());

const read = async (query: string, freq: string, columns: PanelColumns = {}): Promise<Panel> =>
  await readPanel(
    database,
    await createRelation(database, 'mine', query),
    parseFrequency(freq),
    columns,
  );

const rows = (values: string): string =>
  `SELECT * FROM (VALUES ${values}) AS rows(unique_id, ds, y)`;

const complaint = async (
  query: string,
  freq = 'MS',
  columns: PanelColumns = {},
): Promise<StageError> => {
  const thrown = await read(query, freq, columns).catch((error: unknown) => error);
  assert.instance(thrown, StageError);
  return thrown as StageError;
};

test('sorts series by id and rows by time', async () => {
  const panel = await read(
    rows(
      `('b', '2024-02-01', 4), ('a', '2023-12-01', 1), ('b', '2024-01-01', 3), ('a', '2024-01-01', 2)`,
    ),
    'MS',
  );
  assert.equal(panel.ids, ['a', 'b']);
  assert.equal([...panel.offsets], [0, 2, 4]);
  assert.equal([...panel.y], [1, 2, 3, 4]);
  assert.equal(
    [...panel.starts].map((step) => toTime(panel.freq, step)),
    ['2023-12-01', '2024-01-01'],
  );
});

test('sorts ids that are numbers as numbers', async () => {
  const query = `SELECT s AS unique_id, '2024-01-01' AS ds, s AS y FROM (VALUES (10), (9), (1)) AS t(s)`;
  const panel = await read(query, 'MS');
  assert.equal(panel.ids, ['1', '9', '10']);
  assert.equal([...panel.y], [1, 9, 10]);
});

test('takes dates, time stamps and integers, and columns of other names', async () => {
  const query = `SELECT 7 AS store, DATE '2024-01-05' + CAST(7 * i AS INTEGER) AS week, i + 0.5 AS sales FROM range(3) AS t(i)`;
  const weekly = await read(query, 'W-FRI', { id: 'store', time: 'week', target: 'sales' });
  assert.equal(weekly.ids, ['7']);
  assert.is(weekly.freq.weekday, 5);
  assert.equal([...weekly.y], [0.5, 1.5, 2.5]);
  const whole = await read(rows(`('a', -1, 5), ('a', 0, 6)`), '1');
  assert.equal([...whole.starts], [-1]);
});

test('reads exogenous columns, NULL as NaN', async () => {
  const query = `SELECT 'a' AS unique_id, i AS ds, i AS y, CASE WHEN i > 0 THEN 2 * i END AS price FROM range(3) AS t(i)`;
  const panel = await read(query, '1', { exogenous: { price: 'future' } });
  const [price] = panel.exogenous;
  assert.equal([price.name, price.kind, price.values.join()], ['price', 'future', 'NaN,2,4']);
});

for (const freq of ['h', 'D', 'W-SUN', 'W-THU', 'MS', 'QS', 'YS']) {
  test(`counts steps of ${freq} as frequency.ts does, before 1970 too`, async () => {
    const of = parseFrequency(freq);
    for (const first of [-60, -1, 0, 2829]) {
      const times = [0, 1, 2].map((k) => toTime(of, first + k));
      const panel = await read(rows(times.map((time, k) => `('a', '${time}', ${k})`).join()), freq);
      assert.is(panel.starts[0], first);
      assert.is(toStep(panel.freq, times[0]), first);
    }
  });
}

test('keeps every hour of the night when clocks go forward', async () => {
  const query = `SELECT 'a' AS unique_id, TIMESTAMP '2024-03-31 00:00' + to_hours(i) AS ds, i AS y FROM range(5) AS t(i)`;
  assert.is((await read(query, 'h')).y.length, 5);
});

test('names all problems in one message, at most five examples each', async () => {
  const error = await complaint(
    rows(`('a', '2023-01-01', 1), ('a', '2023-04-01', 2), ('a', '2023-04-01', 3), ('b', '2023-01-15', 4),
      ('c', 'soon', 5), ('d', '2023-01-01', NULL), (NULL, '2023-01-01', 1),
      ('e', '2023-01-01', CAST('NaN' AS DOUBLE))`),
  );
  assert.is(error.code, 'E_DATA');
  assert.is(
    error.message,
    'mine.csv must have one finite y for each step of each series; got ' +
      'rows without unique_id: 1 (2023-01-01); ds that is no time without a zone: 1 (c: soon); ' +
      'ds that begins no step of freq MS (mixed frequencies): 1 (b: 2023-01-15); ' +
      'y that is no finite number: 2 (d: empty at 2023-01-01, e: NaN at 2023-01-01); ' +
      'duplicates: 1 (a: 2023-04-01); gaps: 1 (a: 2023-02-01 to 2023-03-01)',
  );
  const gaps = await complaint(
    `SELECT 'a' AS unique_id, 2 * i AS ds, i AS y FROM range(8) AS t(i)`,
    '1',
  );
  assert.match(gaps.message, 'gaps: 7 (a: 1, a: 3, a: 5, a: 7, a: 9 and 2 more)');
});

test('names the weekday of rows that lie on another one than that of the weeks', async () => {
  const mondays = rows(`('a', '2024-01-01', 1), ('a', '2024-01-08', 2)`);
  const error = await complaint(mondays, 'W-SUN');
  assert.is(error.code, 'E_DATA');
  assert.match(
    error.message,
    'ds that begins no step of freq W-SUN (another weekday, or mixed frequencies): 2 (a: 2024-01-01 MON, a: 2024-01-08 MON)',
  );
});

test('refuses the hour that comes twice in autumn, and times with a zone', async () => {
  const twice = await complaint(
    rows(`('a', '2024-10-27 02:00', 1), ('a', '2024-10-27 02:00', 2)`),
    'h',
  );
  assert.match(twice.message, 'duplicates: 1 (a: 2024-10-27 02:00)');
  for (const time of ['2024-01-01T00:00:00Z', '2024-01-01 00:00:00+02:00', '2024-01-01 00:00+02']) {
    assert.match((await complaint(rows(`('a', '${time}', 1)`), 'h')).message, 'without a zone');
  }
});

test('refuses an empty table, a missing column, and text for a number', async () => {
  assert.match(
    (await complaint(`${rows(`('a', '2024-01-01', 1)`)} WHERE y > 1`)).message,
    'must have rows',
  );
  assert.match((await complaint(`SELECT 'a' AS unique_id, 1 AS y`)).message, 'ds');
  assert.match((await complaint(rows(`('a', '2024-01-01', 'x')`))).message, 'y (text)');
});

test.run();
