import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LOAD_SCHEMA } from '../../../lib/clicks/clicks-params.ts';
import { openClickTables } from '../../../lib/data/click-tables.ts';
import type { ClickTables } from '../../../lib/data/click-tables.ts';
import { withDatabase } from '../../../lib/data/database.ts';
import type { FileDatabase } from '../../../lib/data/database.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import { PROJECT, inTemporaryFolder } from '../../support/stage-process.ts';

const { load } = resolveParams({ load: { schema: LOAD_SCHEMA, prefix: 'load', sources: [] } });
const FIXTURES = join(PROJECT, 'tests', 'fixtures', 'clicks');

/** Opens the made tables after files were replaced. */
async function withTables<T>(
  files: Readonly<Record<string, string>>,
  use: (tables: ClickTables, database: FileDatabase) => Promise<T>,
): Promise<T> {
  return await inTemporaryFolder(async (folder) => {
    cpSync(FIXTURES, folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
      return await use(await openClickTables(database, folder, load), database);
    });
  });
}

async function refusalOf(name: string, content: string): Promise<string> {
  const opened = withTables({ [name]: content }, async () => 'nothing');
  const message = await opened.catch((error: Error) => error.message);
  return message.replaceAll(/\S*\/(?=\w+\.csv)/g, '');
}

const fixture = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8');
const CLICKS = 'user_id,page_id,ad_id,clicked,timestamp\n';
const test = suite('tables of clicks');

test('number the clicks as their file has them, and bring all times into UTC', async () => {
  const times = [
    '2025-01-08 12:00:00.000001',
    '2025-01-08T12:00:00Z',
    '2025-01-08 12:00:00+05:30',
    '2025-01-08',
  ];
  const content = CLICKS + times.map((time, i) => `${i + 1},1,9,0,${time}\n`).join('');
  await withTables({ 'click_data_test.csv': content }, async ({ clicks }, database) => {
    const rows = await database.query(
      `SELECT click_id, user_id, timestamp::VARCHAR AS time FROM ${clicks.get('test')!.sql}`,
    );
    assert.equal(
      rows.map(({ click_id: id, user_id: user, time }) => `${id} ${user} ${time}`),
      [
        '1 1 2025-01-08 12:00:00.000001+00',
        '2 2 2025-01-08 12:00:00+00',
        '3 3 2025-01-08 06:30:00+00',
        '4 4 2025-01-08 00:00:00+00',
      ],
    );
  });
});

test('give a page that no text is known of an empty one, once', async () => {
  const requests = 'user_id,page_id,timestamp\n1,901,2025-01-01\n2,901,2025-01-02\n';
  const clicks = `${CLICKS}1,902,9,0,2025-01-01\n`;
  const files = { 'bid_requests_test.csv': requests, 'click_data_test.csv': clicks };
  await withTables(files, async ({ pages }, database) => {
    const rows = await database.query(`FROM ${pages.sql} WHERE page_id > 900`);
    assert.equal(rows, [
      { page_id: 901, page_text: '' },
      { page_id: 902, page_text: '' },
    ]);
    const [{ n }] = await database.query(
      `SELECT count(*) AS n FROM ${pages.sql} WHERE page_text IS NULL`,
    );
    assert.is(n, 0);
  });
});

test('refuse users and pages with two rows, by their ids', async () => {
  const users = `${fixture('user_data.csv')}3,M,Chicago,Desktop\n3,F,Dallas,Mobile\n`;
  assert.is(await refusalOf('user_data.csv', users), 'user_data.csv must have each user_id once; got 3 (3 times)'); // prettier-ignore
  const pages = `${fixture('page_data.csv')}1,again\n`;
  assert.is(await refusalOf('page_data.csv', pages), 'page_data.csv must have each page_id once; got 1 (2 times)'); // prettier-ignore
});

test('refuse by its row what is no time, no click or no id', async () => {
  const row = '1,1,9,0,2025-01-01\n';
  const cases = [
    ['1,1,9,0,01/02/2025 10:00\n', 'click_data_test.csv column timestamp must be a time in every row; got "01/02/2025 10:00" in row 2'], // prettier-ignore
    ['1,1,9,0,\n', 'click_data_test.csv column timestamp must be a time in every row; got an empty cell in row 2'], // prettier-ignore
    ['1,1,9,2,2025-01-01\n', 'click_data_test.csv column clicked must be 0 or 1; got "2" in row 2'],
    [',1,9,0,2025-01-01\n', 'click_data_test.csv column user_id must not be empty; got an empty cell in row 2'], // prettier-ignore
    ['1,1,9.5,0,2025-01-01\n', 'click_data_test.csv column ad_id must be a whole number below 2^53; got "9.5" in row 2'], // prettier-ignore
    ['nan,1,9,0,2025-01-01\n', 'click_data_test.csv column user_id must be a whole number below 2^53; got "nan" in row 2'], // prettier-ignore
  ];
  for (const [bad, expected] of cases) {
    assert.is(await refusalOf('click_data_test.csv', CLICKS + row + bad), expected);
  }
  assert.match(
    await refusalOf('click_data_test.csv', 'user_id,page_id,clicked,timestamp\n1,1,0,2025-01-01\n'),
    'click_data_test.csv must have the column ad_id',
  );
});

test('refuse ids that are numbers in one table and texts in another', async () => {
  const content = `${CLICKS}u1,1,9,0,2025-01-01\nu2,1,9,0,2025-01-01\n`;
  assert.is(
    await refusalOf('click_data_test.csv', content),
    'click_data_test.csv column user_id must hold what user_data.csv has, number; got text',
  );
});

test.run();
