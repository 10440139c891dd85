import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import { readTable, refusalOf, writeTables } from '../support/table-stage.ts';

const FLAGS = ['--in', 'in', '--tables', 'data', '--out', 'out'];
const clicks = (hours: readonly number[]): string =>
  hours
    .map((hour) => `SELECT 1 AS user_id, TIMESTAMP '2025-01-01 ${hour}:00:00' AS timestamp`)
    .join(' UNION ALL ');
const JOIN = {
  tables: { users: 'users.csv', clicks: ['first.parquet', 'more-*.csv'] },
  columns: [
    { name: 'city', lookup: 'users', on: 'user_id', column: 'city', missing: 'unknown' },
    { name: 'ads_seen', count: 'clicks', on: 'user_id', window: 'day' },
  ],
};
const write = (folder: string, params: object): void =>
  writeFileSync(join(folder, 'params.yaml'), JSON.stringify({ join: params }));

const test = suite('stage join');

test('adds columns of tables below --tables to every split, of files by name, pattern and list', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), { train: clicks([12, 10]), test: clicks([23]) });
    await writeTables(join(folder, 'data'), { first: clicks([10]) });
    await writeTables(
      join(folder, 'data'),
      { 'more-1': clicks([11]), 'more-2': clicks([22]) },
      'csv',
    );
    writeFileSync(join(folder, 'data', 'users.csv'), 'user_id,city\n1,"Le\nMans"\n');
    write(folder, JOIN);
    const { code, stdout, stderr } = await runStageHere('join', FLAGS, folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'join: 2 columns added (');
    const read = async (name: string): Promise<unknown[]> =>
      (await readTable(join(folder, 'out', `${name}.parquet`))).map((row) =>
        Object.values(row).slice(2),
      );
    assert.equal(await read('train'), [
      ['Le\nMans', 2],
      ['Le\nMans', 0],
    ]);
    assert.equal(await read('test'), [['Le\nMans', 3]]);
  });
});

test('joins one table with itself, on the command line alone', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(
      join(folder, 'a.csv'),
      'user_id,timestamp\n1,2025-01-02T00:30:00+01:00\n1,2025-01-01T10:00:00Z\n',
    );
    const column = '[{name: n, count: a, on: user_id, window: day}]';
    const sets = ['--set', 'join.tables={a: a.csv}', '--set', `join.columns=${column}`];
    const { code, stderr } = await runStageHere(
      'join',
      ['--in', 'a.csv', '--out', 'b.csv', ...sets],
      folder,
    );
    assert.is(code, 0, stderr);
    assert.equal(
      (await readTable(join(folder, 'b.csv'))).map(({ n }) => n),
      [1, 0],
    );
  });
});

test('says what is wrong with the tables with exit 3, and writes nothing', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), { train: clicks([12]) });
    await writeTables(join(folder, 'data'), { first: clicks([10]) });
    const refusal = async (tables: object): Promise<string> => {
      write(folder, { ...JOIN, tables });
      return await refusalOf('join', FLAGS, folder);
    };
    assert.is(
      await refusal({ users: 'users-*.csv' }),
      '3 error E_DATA: join.tables.users must name files; got none for data/users-*.csv',
    );
    assert.match(
      await refusal({ users: 'users.csv' }),
      '3 error E_DATA: data/users.csv must exist',
    );
    writeFileSync(join(folder, 'data', 'users.csv'), 'user_id,city\n1,Lyon\n1,Paris\n');
    writeFileSync(join(folder, 'data', 'other.csv'), 'user_id,town\n1,Lyon\n');
    assert.match(
      await refusal({ users: ['users.csv', 'other.csv'] }),
      '3 error E_DATA: data/other.csv must have the columns of data/users.csv; got no city, an extra town',
    );
    assert.is(
      await refusal({ users: 'users.csv', clicks: 'first.parquet' }),
      '3 error E_DATA: data/users.csv must have each user_id once, to look up city; got 1 (2 times)',
    );
    writeFileSync(
      join(folder, 'data', 'late.csv'),
      'user_id,timestamp\n1,2025-01-01 10:00:00\n1,31/12/2024 9:00\n',
    );
    writeFileSync(join(folder, 'data', 'users.csv'), 'user_id,city\n1,Lyon\n');
    assert.is(
      await refusal({ users: 'users.csv', clicks: 'late.csv' }),
      '3 error E_DATA: data/late.csv column timestamp must be a time in every row; got "31/12/2024 9:00" in row 2',
    );
    const { stderr } = await runStageHere('join', ['--set', 'join.columns=[{name: n}]'], folder);
    assert.match(stderr, 'join.columns must be a list of columns; n must name its table by one of');
  });
});

test.run();
