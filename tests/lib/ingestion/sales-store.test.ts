import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageError } from '../../../lib/errors.ts';
import { openCsvJournal } from '../../../lib/ingestion/engines/csv-journal.ts';
import { openCsvEngine } from '../../../lib/ingestion/engines/csv.ts';
import { NO_ROWS } from '../../../lib/ingestion/engines/engine.ts';
import type { Engine } from '../../../lib/ingestion/engines/engine.ts';
import { openSqliteEngine } from '../../../lib/ingestion/engines/sqlite.ts';
import type { SalesRow } from '../../../lib/ingestion/rows.ts';
import { openSalesStore } from '../../../lib/ingestion/sales-store.ts';
import { OPTIONS } from '../../support/sales.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const test = suite('store of sales');
test.after(() => rmSync(folder, { recursive: true, force: true }));

const TOMATO = { year_week: 202001, vegetable: 'tomato', sales: 1 };
/** More than a disk of 1 MB holds. */
const TOO_MUCH: SalesRow[] = Array.from({ length: 10_000 }, (_, i) => ({
  year_week: 202002,
  ...{ vegetable: `${i} ${'x'.repeat(150)}`, sales: i },
}));

const OPENERS: Readonly<Record<string, (path: string) => Engine>> = {
  app_csv: (path) => openCsvEngine(join(path, 'sales')),
  app_sql: (path) => openSqliteEngine(join(path, 'sales.sqlite')),
};

for (const [name, open] of Object.entries(OPENERS)) {
  test(`${name}: a post for which the disk has no room is refused, and the next one is kept`, async () => {
    const disk = mountSmallDisk(mkdtempSync(join(folder, 'disk-')));
    if (disk === null) return;
    try {
      const store = await openSalesStore(open(disk.path), OPTIONS);
      await store.post([TOMATO]);
      const refused = await store.post(TOO_MUCH).then(
        () => 'kept',
        () => 'refused',
      );
      assert.is(refused, 'refused');
      assert.equal(store.bronze(), [TOMATO]);
      const pear = { year_week: 202001, vegetable: 'pear', sales: 2 };
      assert.is((await store.post([pear])).nNew, 1);
      await store.close();
      const reopened = await openSalesStore(open(disk.path), OPTIONS);
      assert.equal(reopened.bronze(), [pear, TOMATO]);
      await reopened.close();
    } finally {
      disk.unmount();
    }
  });
}

test('a journal that has grown goes into the tables, and nothing is lost', async () => {
  const path = join(folder, 'grown');
  const store = await openSalesStore(openCsvEngine(path, 100), OPTIONS);
  for (let week = 1; week <= 20; week++) {
    await store.post([{ ...TOMATO, year_week: 202000 + week, sales: week }]);
  }
  const nInJournal = readFileSync(join(path, 'journal.csv'), 'utf8').split('tomato').length - 1;
  const nInTable = readFileSync(join(path, 'bronze.csv'), 'utf8').split('tomato').length - 1;
  assert.ok(
    nInTable > 0 && nInJournal < 20,
    `${nInTable} in the table, ${nInJournal} in the journal`,
  );
  assert.is(nInTable + nInJournal, 20);
  await store.close();
  const reopened = await openSalesStore(openCsvEngine(path), OPTIONS);
  assert.is(reopened.bronze().length, 20);
  await reopened.close();
});

test('a process that was killed while it emptied CSV files has emptied them', async () => {
  const path = join(folder, 'emptied');
  const store = await openSalesStore(openCsvEngine(path), OPTIONS);
  await store.post([TOMATO]);
  await store.close();
  const journal = await openCsvJournal(join(path, 'journal.csv'));
  await journal.append('clear\n');
  await journal.append('202001,pear,2\n');
  await journal.close();
  const reopened = await openSalesStore(openCsvEngine(path), OPTIONS);
  assert.equal(reopened.bronze(), [{ year_week: 202001, vegetable: 'pear', sales: 2 }]);
  await reopened.close();
});

test('posts that wait together are written together, but for long ones, which others need not wait for', async () => {
  const sizes: number[] = [];
  const engine: Engine = {
    ...{ load: async () => NO_ROWS, clear: async () => {}, rewrite: async () => {} },
    ...{ commit: async ({ bronze }) => void sizes.push(bronze.length), close: async () => {} },
  };
  const store = await openSalesStore(engine, OPTIONS);
  const post = (from: number, nRows: number) =>
    store.post(Array.from({ length: nRows }, (_, i) => ({ ...TOMATO, vegetable: `${from + i}` })));
  await Promise.all([post(0, 1), post(1, 2), post(3, 5000), post(5003, 5000), post(10_003, 1)]);
  assert.equal(sizes, [5003, 5000, 1]);
  await store.close();
});

test('a file that is no database is refused by its name', async () => {
  const file = join(folder, 'no-database.sqlite');
  writeFileSync(file, 'year_week,vegetable,sales\n'.repeat(100));
  const refusal = await openSalesStore(openSqliteEngine(file), OPTIONS).then(
    () => null,
    (error: StageError) => error,
  );
  assert.is(refusal?.code, 'E_DATA');
  assert.is(refusal!.message, `${file} must be a database of SQLite; got file is not a database`);
});

test('a server that cannot be reached is named, without its password', async () => {
  const { openPostgresEngine } = await import('../../../lib/ingestion/engines/postgres.ts');
  for (const url of ['ann:secret@127.0.0.1:1/sales', 'ann@127.0.0.1:1/sales?password=secret']) {
    const engine = openPostgresEngine(`postgresql://${url}`);
    const refusal = await openSalesStore(engine, OPTIONS).then(
      () => null,
      (error: StageError) => error,
    );
    assert.is(refusal?.code, 'E_ENVIRONMENT');
    assert.match(refusal!.message, 'postgresql://ann@127.0.0.1:1/sales must be reachable; got ');
  }
});

test.run();
