import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JoinDeclaration } from '../../../lib/joining/declarations.ts';
import { joinSelect } from '../../../lib/joining/join.ts';
import { literal } from '../../../lib/sql.ts';
import type { Relation, Value } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const SEED = 20261130;
const test = suite('join');
const database = await openTestDatabase();
test.after(() => database.close());

type Cell = string | number | null;
type Rows = readonly (readonly Cell[])[];

/** A table of these columns, `"name TYPE"` each; times are written as texts. */
async function table(name: string, columns: readonly string[], rows: Rows): Promise<Relation> {
  const cell = (value: Cell, j: number): string =>
    `CAST(${value === null ? 'NULL' : literal(String(value))} AS ${columns[j].split(' ')[1]}) AS "${columns[j].split(' ')[0]}"`;
  return await createRelation(
    database,
    name,
    rows.map((row) => `SELECT ${row.map(cell).join(', ')}`).join(' UNION ALL '),
  );
}

/** What the declared columns hold in each row of the base. */
async function join(
  base: Relation,
  tables: Readonly<Record<string, Relation | readonly Relation[]>>,
  columns: readonly JoinDeclaration[],
): Promise<Value[][]> {
  const parts = Object.entries(tables).map(([name, of]) => [name, [of].flat()] as const);
  const select = await joinSelect(
    database,
    base,
    new Map(parts),
    { columns, time: 'time' },
    'joined',
  );
  const rows = await database.query(select);
  const own = base.columns.map(({ name }) => name);
  assert.equal(
    rows.map((row) => own.map((name) => row[name])),
    (await database.query(`FROM ${base.sql}`)).map((row) => own.map((name) => row[name])),
    'the rows of the base, in their order',
  );
  return rows.map((row) => columns.map(({ name }) => row[name]));
}

const EVENTS = ['user INTEGER', 'time TIMESTAMP', 'price DOUBLE'];
const events = (rows: Rows): Promise<Relation> => table('events', EVENTS, rows);

test('looks cells up by the same keys, and puts the declared value where there is none', async () => {
  const base = await table('base', ['user INTEGER'], [[2], [9], [1], [null], [2]]);
  const users = await table(
    'users',
    ['id INTEGER', 'city VARCHAR', 'age INTEGER'],
    [
      [1, 'Lyon', null],
      [2, 'Paris', 40],
      [null, 'nowhere', 7],
    ],
  );
  const on = { user: 'id' };
  assert.equal(
    await join(base, { users }, [
      { name: 'city', lookup: 'users', on, column: 'city', missing: 'unknown' },
      { name: 'age', lookup: 'users', on, column: 'age' },
      { name: 'years', lookup: 'users', on, column: 'age', missing: -1 },
    ]),
    [
      ['Paris', 40, 40],
      ['unknown', null, -1],
      ['Lyon', null, -1],
      ['unknown', null, -1],
      ['Paris', 40, 40],
    ],
  );
});

test('takes the latest cell strictly before, of equal times the last in the table', async () => {
  const prices = await events([
    [1, '2025-01-03', 30],
    [1, '2025-01-01', 10],
    [1, '2025-01-03', 31],
    [1, '2025-01-05', null],
    [2, '2025-01-02', 20],
    [null, '2025-01-01', 99],
  ]);
  const base = await table(
    'base',
    ['user INTEGER', 'time TIMESTAMP'],
    [
      ...['2025-01-01', '2025-01-01 00:00:00.000001', '2025-01-03', '2025-01-04', '2025-01-06'].map(
        (time) => [1, time],
      ),
      [2, '2025-01-09'],
      [3, '2025-01-09'],
      [null, '2025-01-09'],
    ],
  );
  const latest = { latest: 'prices', on: 'user', column: 'price' };
  assert.equal(
    await join(base, { prices }, [
      { name: 'price', ...latest },
      { name: 'known', ...latest, missing: 0 },
    ]),
    [
      [null, 0],
      [10, 10],
      [10, 10],
      [31, 31],
      // the latest row has an empty cell: an older one is not what holds
      [null, 0],
      [20, 20],
      [null, 0],
      [null, 0],
    ],
  );
});

test('counts the rows strictly before: not itself, not those of its time, and by time, not by place', async () => {
  // in the order of the file the last row would come after the others, and each would count itself
  const clicks = await events([
    [1, '2025-01-02 10:00:00', 2],
    [1, '2025-01-02 09:00:00', 4],
    [1, '2025-01-02 10:00:00', 6],
    [1, '2025-01-01 23:59:59', 8],
    [2, '2025-01-02 09:30:00', 1],
    [null, '2025-01-02 09:30:00', 1],
    [1, '2025-01-03 00:00:00', null],
  ]);
  const count = { count: 'clicks', on: 'user' };
  assert.equal(
    await join(clicks, { clicks }, [
      { name: 'day', ...count, window: 'day' },
      { name: 'all', ...count, window: 'all' },
      { name: 'hour', ...count, window: '1h' },
      { name: 'sum', sum: 'clicks', on: 'user', column: 'price', window: 'all' },
      { name: 'mean', mean: 'clicks', on: 'user', column: 'price', window: 'day' },
      { name: 'filled', mean: 'clicks', on: 'user', column: 'price', window: 'day', missing: -1 },
    ]),
    [
      [1, 2, 1, 12, 4, 4],
      [0, 1, 0, 8, null, -1],
      [1, 2, 1, 12, 4, 4],
      [0, 0, 0, 0, null, -1],
      [0, 0, 0, 0, null, -1],
      [0, 0, 0, 0, null, -1],
      [0, 4, 0, 20, null, -1],
    ],
  );
});

test('continues a count from all earlier rows of several tables, which the base need not be among', async () => {
  const train = await table('train', EVENTS, [[1, '2025-01-01 08:00:00', 1]]);
  const later = await table('later', EVENTS, [
    [1, '2025-01-01 12:00:00', 1],
    [1, '2025-01-01 07:00:00', 1],
  ]);
  const base = await table(
    'base',
    ['user INTEGER', 'time TIMESTAMP'],
    [
      [1, '2025-01-01 10:00:00'],
      [1, '2025-01-01 07:00:00'],
      [1, '2025-01-01 13:00:00'],
      [4, '2025-01-01 13:00:00'],
    ],
  );
  assert.equal(
    await join(base, { seen: [train, later] }, [
      { name: 'n', count: 'seen', on: 'user', window: 'day' },
    ]),
    [[2], [0], [3], [0]],
  );
});

test('compares times of any zone as instants, those without a zone as UTC, and takes days of UTC', async () => {
  const seen = await table(
    'seen',
    ['user INTEGER', 'at VARCHAR'],
    [
      [1, '2025-03-30T23:30:00+02:00'],
      [1, '2025-03-31T01:00:00Z'],
      [1, '2025-03-31'],
      [1, '1969-12-31 23:00:00'],
    ],
  );
  const base = await table(
    'base',
    ['user INTEGER', 'time TIMESTAMP'],
    [
      [1, '2025-03-30 21:30:00'],
      [1, '2025-03-30 21:30:01'],
      [1, '2025-03-31 00:30:00'],
      [1, '2025-03-31 01:00:01'],
      [1, '1969-12-31 23:30:00'],
      [1, '1970-01-01 00:30:00'],
    ],
  );
  assert.equal(
    await join(base, { seen }, [
      { name: 'all', count: 'seen', on: 'user', window: 'all', time: 'at' },
      { name: 'day', count: 'seen', on: 'user', window: 'day', time: 'at' },
    ]),
    [
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 2],
      [1, 1],
      [1, 0],
    ],
  );
});

/** Few users and times, so that ties are many; whole numbers, so that sums are exact. */
const event = fc.tuple(
  fc.option(fc.integer({ min: 1, max: 3 }), { nil: null, freq: 6 }),
  fc.integer({ min: 0, max: 60 }),
  fc.option(fc.integer({ min: -9, max: 9 }), { nil: null, freq: 6 }),
);
type Event = readonly [user: number | null, hour: number, price: number | null];
const timeOf = (hour: number): string =>
  `2025-01-0${1 + Math.floor(hour / 24)} ${String(hour % 24).padStart(2, '0')}:00:00`;
const toRows = (list: readonly Event[]): Rows =>
  list.map(([user, hour, price]) => [user, timeOf(hour), price]);

const WINDOWS = ['all', 'day', '6h'] as const;
const COLUMNS: readonly JoinDeclaration[] = [
  ...WINDOWS.flatMap((window): JoinDeclaration[] => [
    { name: `n_${window}`, count: 'events', on: 'user', window },
    { name: `sum_${window}`, sum: 'events', on: 'user', column: 'price', window },
    { name: `mean_${window}`, mean: 'events', on: 'user', column: 'price', window },
  ]),
  { name: 'latest', latest: 'events', on: 'user', column: 'price' },
];

/** The same columns by a loop over all pairs of rows. */
function bruteForce(base: readonly Event[], all: readonly Event[]): Value[][] {
  return base.map(([user, hour]) => {
    const before = all.filter(([other, at]) => user !== null && other === user && at < hour);
    const within = {
      all: before,
      day: before.filter(([, at]) => Math.floor(at / 24) === Math.floor(hour / 24)),
      '6h': before.filter(([, at]) => at >= hour - 6),
    };
    const windowed = WINDOWS.flatMap((window) => {
      const prices = within[window].flatMap(([, , price]) => (price === null ? [] : [price]));
      const sum = prices.reduce((total, price) => total + price, 0);
      return [within[window].length, sum, prices.length === 0 ? null : sum / prices.length];
    });
    const last = Math.max(...before.map(([, at]) => at));
    return [...windowed, before.findLast(([, at]) => at === last)?.[2] ?? null];
  });
}

/** The counts and sums by a join on an inequality in SQL. */
async function selfJoin(): Promise<Value[][]> {
  const conditions = {
    all: 'true',
    day: 'CAST(e.time AS DATE) = CAST(b.time AS DATE)',
    '6h': 'e.time >= b.time - INTERVAL 6 HOUR',
  };
  const columns = WINDOWS.map(
    (window) =>
      `count(e.user) FILTER (${conditions[window]}) AS n_${window}, coalesce(sum(e.price) FILTER (${conditions[window]}), 0) AS sum_${window}`,
  );
  const rows = await database.query(
    `SELECT i, ${columns.join(', ')} FROM (SELECT row_number() OVER () AS i, * FROM base) AS b
     LEFT JOIN events AS e ON e.user = b.user AND e.time < b.time GROUP BY i ORDER BY i`,
  );
  return rows.map((row) => WINDOWS.flatMap((window) => [row[`n_${window}`], row[`sum_${window}`]]));
}

test('property: agrees with a loop over all pairs of rows, and with a join on an inequality', async () => {
  const list = fc.array(event, { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(list, list, async (left, right) => {
      const base = await table('base', EVENTS, toRows(left));
      const joined = await join(base, { events: await events(toRows(right)) }, COLUMNS);
      assert.equal(joined, bruteForce(left, right));
      assert.equal(
        joined.map((row) => WINDOWS.flatMap((_, w) => [row[3 * w], row[3 * w + 1]])),
        await selfJoin(),
      );
    }),
    { seed: SEED, numRuns: 10 },
  );
});

test('property: rows at or after a time change nothing for rows up to it', async () => {
  const list = fc.array(event, { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(list, list, fc.integer({ min: 0, max: 60 }), async (rows, others, cut) => {
      const early = rows.filter(([, hour]) => hour < cut);
      const late = others.map(([user, hour, price]): Event => [user, Math.max(hour, cut), price]);
      const base = await table('base', EVENTS, toRows(rows));
      const before = await join(base, { events: await events(toRows(rows)) }, COLUMNS);
      const changed = await events(toRows([...late, ...early]));
      const after = await join(base, { events: changed }, COLUMNS);
      rows.forEach(([, hour], i) => {
        if (hour <= cut) assert.equal(after[i], before[i]);
      });
    }),
    { seed: SEED, numRuns: 8 },
  );
});

test('matches on all of several keys', async () => {
  const seen = await table(
    'seen',
    ['user INTEGER', 'ad VARCHAR', 'time TIMESTAMP'],
    [
      [1, 'a', '2025-01-01'],
      [1, 'b', '2025-01-01'],
      [1, null, '2025-01-01'],
      [1, 'a', '2025-01-02'],
      [1, null, '2025-01-02'],
    ],
  );
  const columns = [{ name: 'n', count: 'seen', on: ['user', 'ad'], window: 'all' }];
  assert.equal(await join(seen, { seen }, columns), [[0], [0], [0], [1], [0]]);
});

test('names all that does not fit the tables at once, with the nearest known name', async () => {
  const base = await table('base', ['user INTEGER', 'time TIMESTAMP'], [[1, '2025-01-01']]);
  const users = await table('users', ['user VARCHAR', 'city VARCHAR'], [['a', 'Lyon']]);
  const refuse = (...columns: JoinDeclaration[]): Promise<string> =>
    complaintOf(() => join(base, { users }, columns));
  assert.is(
    await refuse(
      { name: 'a', lookup: 'user', on: 'user', column: 'city' },
      { name: 'b', lookup: 'users', on: 'user', column: 'citty' },
      { name: 'time', count: 'users', on: 'usr', window: 'all' },
    ),
    'E_DATA: join.columns must fit base.csv and join.tables; got a: user is none of join.tables; did you mean users?; ' +
      'b: user holds number in base.csv, user text in users.csv; b: citty is no column of users.csv; did you mean city?; ' +
      'time: usr is no column of base.csv; did you mean user?; time: usr is no column of users.csv; did you mean user?; ' +
      'time: time is no column of users.csv; time is a column already',
  );
  assert.match(
    await refuse({ name: 'c', mean: 'users', on: { user: 'user' }, column: 'city', window: 'all' }),
    'c: city of users.csv holds text, and has no mean',
  );
  assert.match(
    await refuse({ name: 'd', lookup: 'users', on: 'user', column: 'city', missing: 0 }),
    'd: missing is a number, city of users.csv holds text',
  );
});

test('refuses keys that come more than once in a table to look up in, with examples', async () => {
  const rows = [1, 2, 2, 3, 3, 3, null, null].map((user) => [user, 'x']);
  const users = await table('users', ['user INTEGER', 'city VARCHAR'], rows);
  const base = await table('base', ['user INTEGER'], [[1]]);
  assert.is(
    await complaintOf(() =>
      join(base, { users }, [{ name: 'city', lookup: 'users', on: 'user', column: 'city' }]),
    ),
    'E_DATA: users.csv must have each user once, to look up city; got 2 (2 times), 3 (3 times)',
  );
});

test('refuses times that are none with line and text, in the base and in every part of a table', async () => {
  const columns = [{ name: 'n', count: 'seen', on: 'user', window: 'all' }];
  const text = ['user INTEGER', 'time VARCHAR'];
  const good = await table('good', text, [[1, '2025-01-01']]);
  const bad = await table('bad', text, [
    [1, '2025-01-01T10:00:00Z'],
    [1, '31/12/2024 10:00'],
    [1, null],
    [1, 'infinity'],
  ]);
  const complaint =
    'E_DATA: bad.csv column time must be a time in every row; got "31/12/2024 10:00" in row 2, an empty cell in row 3, "infinity" in row 4';
  assert.is(await complaintOf(() => join(bad, { seen: good }, columns)), complaint);
  assert.is(await complaintOf(() => join(good, { seen: [good, bad] }, columns)), complaint);
  const numbers = await table('numbers', ['user INTEGER', 'time INTEGER'], [[1, 1735689600]]);
  assert.match(
    await complaintOf(() => join(numbers, { seen: good }, columns)),
    'numbers.csv column time must be a time in every row; got "1735689600" in row 1',
  );
});

test.run();
