import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileDatabase } from '../../../lib/data/database.ts';
import { PARTS } from '../../../lib/preprocessing/apportion.ts';
import { assertSplitOptions, planSplit } from '../../../lib/preprocessing/split.ts';
import type { SplitOptions } from '../../../lib/preprocessing/split.ts';
import type { Relation } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase, readNumbers } from '../../support/relations.ts';

const OPTIONS: SplitOptions = {
  seed: 7,
  id: 'id',
  target: 'class',
  trainSize: 0.64,
  validSize: 0.16,
  testSize: 0.2,
  stratify: null,
  group: null,
  time: null,
};
// 700 rows: classes of 402, 183, 90 and 25 rows, 60 groups of uneven size, times that come in sevens
const ROWS = `SELECT i + 2 AS id,
  CASE WHEN i % 28 = 0 THEN 'd' WHEN i % 7 = 1 THEN 'c' WHEN i % 23 < 6 THEN 'b' ELSE 'a' END AS class,
  'g' || CAST(sqrt(i * 5) AS INTEGER) AS patient,
  DATE '2020-01-01' + CAST(i * 37 % 700 // 7 AS INTEGER) AS day FROM range(700) AS r(i)`;

/** The ids of each part, ascending. */
async function partsOf(
  database: FileDatabase,
  relation: Relation,
  options: Partial<SplitOptions>,
): Promise<Record<string, number[]>> {
  const { query } = await planSplit(database, relation, { ...OPTIONS, ...options });
  const parts: Record<string, number[]> = {};
  for (const [place, part] of PARTS.entries()) {
    const ids = await readNumbers(
      database,
      `SELECT id FROM ${relation.sql} POSITIONAL JOIN (${query}) WHERE part = ${place} ORDER BY id`,
    );
    if (ids.length > 0) parts[part] = ids;
  }
  return parts;
}

const test = suite('split');
const database = await openTestDatabase();
const relation = await createRelation(database, 'rows', ROWS);
const rows = await database.query('SELECT id, class, patient, epoch(day) AS day FROM rows');
test.after(() => database.close());

test('puts the rows of the smallest md5 of seed and id into test, the next into valid, class by class', async () => {
  const parts = await partsOf(database, relation, {});
  const order = (id: unknown): bigint =>
    createHash('md5')
      .update(`7:${String(id)}`)
      .digest()
      .readBigUInt64BE(0);
  const expected: Record<string, number[]> = { train: [], valid: [], test: [] };
  for (const name of ['a', 'b', 'c', 'd']) {
    const ids = rows.filter((row) => row.class === name).map(({ id }) => Number(id));
    ids.sort((a, b) => (order(a) < order(b) ? -1 : 1));
    const nTest = ids.filter((id) => parts.test.includes(id)).length;
    const nValid = ids.filter((id) => parts.valid.includes(id)).length;
    assert.ok(Math.abs(nTest - 0.2 * ids.length) < 1, `${nTest} of ${ids.length} in test`);
    assert.ok(Math.abs(nValid - 0.16 * ids.length) < 1, `${nValid} of ${ids.length} in valid`);
    expected.test.push(...ids.slice(0, nTest));
    expected.valid.push(...ids.slice(nTest, nTest + nValid));
    expected.train.push(...ids.slice(nTest + nValid));
  }
  for (const [part, ids] of Object.entries(expected)) {
    assert.equal(
      parts[part],
      ids.toSorted((a, b) => a - b),
      part,
    );
  }
  assert.equal([parts.test.length, parts.valid.length, parts.train.length], [140, 112, 448]);
});

test('tells a row apart by its id, wherever it stands', async () => {
  const shuffled = await createRelation(database, 'shuffled', `FROM (${ROWS}) ORDER BY hash(id)`);
  assert.equal(await partsOf(database, shuffled, {}), await partsOf(database, relation, {}));
});

test('makes other parts of another seed, and the same of the same', async () => {
  const parts = await partsOf(database, relation, { stratify: false });
  assert.equal(await partsOf(database, relation, { stratify: false }), parts);
  assert.not.equal(await partsOf(database, relation, { stratify: false, seed: 8 }), parts);
});

test('leaves out a part of size 0, and gives a class too small for a part to the others', async () => {
  const parts = await partsOf(database, relation, { trainSize: null, validSize: 0, testSize: 4 });
  assert.equal(Object.keys(parts), ['test', 'train']);
  assert.is(parts.test.length, 4);
  assert.is(parts.train.length, 696);
});

test('splits at random where the table has no target and none is asked for', async () => {
  const { manner } = await planSplit(database, relation, { ...OPTIONS, target: 'label' });
  assert.is(manner, 'at random');
});

test('keeps the rows of a group in one part, in sizes as near as whole groups come', async () => {
  const parts = await partsOf(database, relation, { group: 'patient' });
  const groups = Object.values(parts).map(
    (ids) => new Set(rows.filter(({ id }) => ids.includes(Number(id))).map((r) => r.patient)),
  );
  const total = groups.reduce((sum, { size }) => sum + size, 0);
  assert.is(total, new Set(rows.map(({ patient }) => patient)).size, 'no group is in two parts');
  assert.is(parts.train.length + parts.valid.length + parts.test.length, 700);
  // the largest group has 24 rows: half of it is the most that a cut can miss
  assert.ok(Math.abs(parts.test.length - 140) <= 12, `${parts.test.length} in test`);
  assert.ok(Math.abs(parts.test.length + parts.valid.length - 252) <= 12);
});

test('orders groups by their hash: by hand', async () => {
  const groups = ['x', 'y', 'z', 'w'];
  const table = await createRelation(
    database,
    'four',
    `SELECT row_number() OVER () AS id, g AS patient FROM unnest(['x', 'y', 'z', 'w']) AS t(g)`,
  );
  const order = groups.toSorted((a, b) => {
    const [x, y] = [a, b].map((g) => createHash('md5').update(`7:${g}`).digest('hex'));
    return x < y ? -1 : 1;
  });
  const parts = await partsOf(database, table, {
    group: 'patient',
    trainSize: 2,
    validSize: 1,
    testSize: 1,
  });
  const idOf = (group: string): number => groups.indexOf(group) + 1;
  assert.equal(parts.test, [idOf(order[0])]);
  assert.equal(parts.valid, [idOf(order[1])]);
});

test('puts every time of train before valid and of valid before test, and parts no time', async () => {
  const parts = await partsOf(database, relation, { time: 'day' });
  const range = (ids: readonly number[]): [number, number] => {
    const days = rows.filter(({ id }) => ids.includes(Number(id))).map(({ day }) => Number(day));
    return [Math.min(...days), Math.max(...days)];
  };
  const [train, valid, last] = [parts.train, parts.valid, parts.test].map(range);
  assert.ok(train[1] < valid[0]);
  assert.ok(valid[1] < last[0]);
  // seven rows a day: 140 and 112 are whole days
  assert.equal([parts.test.length, parts.valid.length, parts.train.length], [140, 112, 448]);
});

test('takes the nearest number of whole times, at least one for every part', async () => {
  const count = async (times: readonly number[]): Promise<number[]> => {
    const query = `SELECT row_number() OVER () AS id, t AS at FROM unnest([${times.join()}]) AS u(t)`;
    const table = await createRelation(database, 'times', query);
    const size = { trainSize: 0.6, validSize: 0.2, testSize: 0.2 };
    const parts = await partsOf(database, table, { ...size, time: 'at' });
    return [parts.train.length, parts.valid.length, parts.test.length];
  };
  // ten rows; test wants two: the last time alone has one, with the one before four; 1 is nearer than 4
  assert.equal(await count([1, 1, 2, 2, 3, 4, 5, 5, 5, 6]), [6, 3, 1]);
  // all but two rows at the last time: every part still gets its own
  assert.equal(await count([1, 2, 3, 3, 3, 3, 3, 3, 3, 3]), [1, 1, 8]);
});

test('says every problem of its parameters at once', async () => {
  const complaint = await complaintOf(() =>
    assertSplitOptions({
      ...OPTIONS,
      target: null,
      trainSize: 0,
      validSize: 0.5,
      testSize: 10,
      stratify: true,
      group: 'patient',
      time: 'day',
    }),
  );
  assert.equal(complaint.split('\n  '), [
    'E_PARAMS: split: train_size, valid_size and test_size must be all shares or all counts',
    'split: train_size must not be 0',
    'split: group and time exclude each other',
    'split: stratify must be false or null where group is set; got true',
    'split: stratify must be false or null where time is set; got true',
    'split: stratify needs base.target, the column of the classes; got null',
  ]);
});

test('refuses sizes that cannot be: two of them null, shares that are not all of the rows', async () => {
  const refusal = async (size: Partial<SplitOptions>): Promise<string> =>
    await complaintOf(() => assertSplitOptions({ ...OPTIONS, ...size }));
  assert.is(
    await refusal({ trainSize: null, validSize: null }),
    'E_PARAMS: split: at most one of train_size, valid_size and test_size may be null (the rest)',
  );
  assert.is(
    await refusal({ trainSize: 0.5 }),
    'E_PARAMS: split: train_size, valid_size and test_size must add up to 1 as shares; got 0.86',
  );
  assert.is(
    await refusal({ trainSize: null, validSize: 0.8 }),
    'E_PARAMS: split: the shares must leave something for the size that is null; got 1 in all',
  );
  assert.is(await refusal({ trainSize: 0.6, validSize: 0.3, testSize: 0.1 }), '');
});

test('names the classes of one row, which no two parts can have', async () => {
  const query = `SELECT i AS id, CASE WHEN i < 2 THEN i ELSE 9 END AS class FROM range(40) AS r(i)`;
  const table = await createRelation(database, 'lonely', query);
  assert.is(
    await complaintOf(() => planSplit(database, table, OPTIONS)),
    'E_DATA: lonely.csv column class must have at least 2 rows of every class to be stratified; got 1 row of class 0, class 1',
  );
});

test('refuses a target that is a number of many values, and says what to do about it', async () => {
  const query = `SELECT i AS id, i // 2 AS class FROM range(4000) AS r(i)`;
  const table = await createRelation(database, 'regression', query);
  assert.is(
    await complaintOf(() => planSplit(database, table, OPTIONS)),
    'E_DATA: regression.csv column class must have at most 1000 classes to be stratified; got more',
  );
});

test('refuses rows without a class, a group or a time', async () => {
  const query = `SELECT i AS id, nullif(i % 2, 1) AS class, nullif(i, 3) AS patient,
    CASE WHEN i = 5 THEN 'NaN'::DOUBLE ELSE i END AS at FROM range(40) AS r(i)`;
  const table = await createRelation(database, 'holes', query);
  const refusal = async (options: Partial<SplitOptions>): Promise<string> =>
    await complaintOf(() => planSplit(database, table, { ...OPTIONS, ...options }));
  const must = 'must have a value in every row for';
  assert.is(
    await refusal({}),
    `E_DATA: holes.csv column class ${must} split.stratify; got 20 rows without`,
  );
  assert.is(
    await refusal({ group: 'patient' }),
    `E_DATA: holes.csv column patient ${must} split.group; got 1 rows without`,
  );
  assert.is(
    await refusal({ time: 'at' }),
    `E_DATA: holes.csv column at ${must} split.time; got 1 rows without`,
  );
});

test('refuses columns that are not there, times that are texts, and too few groups', async () => {
  const refusal = async (options: Partial<SplitOptions>): Promise<string> =>
    await complaintOf(() => planSplit(database, relation, { ...OPTIONS, ...options }));
  assert.is(
    await refusal({ group: 'pacient' }),
    'E_DATA: rows.csv must have the column pacient; did you mean patient?',
  );
  assert.is(
    await refusal({ stratify: true, target: 'klass' }),
    'E_DATA: rows.csv must have the column klass; did you mean class?',
  );
  assert.is(
    await refusal({ time: 'patient' }),
    'E_DATA: rows.csv column patient must be of dates, times or numbers for split.time; got text',
  );
  const two = await createRelation(
    database,
    'two',
    `SELECT i AS id, i % 2 AS g FROM range(9) AS r(i)`,
  );
  assert.is(
    await complaintOf(() => planSplit(database, two, { ...OPTIONS, group: 'g' })),
    'E_DATA: two.csv column g must have a group for every part; got 2 in all',
  );
});

test.run();
