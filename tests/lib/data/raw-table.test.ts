import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../../lib/data/database.ts';
import { openRawTable } from '../../../lib/data/raw-table.ts';
import { StageError } from '../../../lib/errors.ts';
import type { Row } from '../../../lib/sql.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const ENGINE = { threads: 2, memoryMb: 512 };

/** Rows of a file of this content, and its malformed lines. */
async function open(
  content: string | Buffer,
  name = 'table.csv',
): Promise<{ rows: Row[]; malformed: readonly { line: number }[]; columns: string[] }> {
  return await inTemporaryFolder(async (folder) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return await withDatabase(ENGINE, async (database) => {
      const { relation, readMalformedLines } = await openRawTable(database, file);
      const rows = await database.query(`FROM ${relation.sql}`);
      // a second scan leaves the same lines out again
      await database.query(`FROM ${relation.sql}`);
      const columns = relation.columns.map((column) => column.name);
      return { rows, malformed: await readMalformedLines(), columns };
    });
  });
}

async function complaintOf(content: string | Buffer, name?: string): Promise<string> {
  try {
    await open(content, name);
  } catch (error) {
    assert.ok(error instanceof StageError, String(error));
    return `${error.code} ${error.message.replace(/\S*\//, '')}`;
  }
  return 'no complaint';
}

const test = suite('openRawTable');

test('reads every cell as the text that it is, and an empty one as missing', async () => {
  const { rows } = await open('a,b\n1,x\n007,\n"1,5","say ""hi"""\n');
  assert.equal(rows, [
    { a: '1', b: 'x' },
    { a: '007', b: null },
    { a: '1,5', b: 'say "hi"' },
  ]);
});

test('reads what spreadsheets write: byte order mark, CRLF, semicolons, gzip', async () => {
  const expected = [
    { a: '1', b: '2,5' },
    { a: '3', b: 'x' },
  ];
  const text = '\ufeffa;b\r\n1;2,5\r\n3;x\r\n';
  assert.equal((await open(text)).rows, expected);
  assert.equal((await open(gzipSync(text), 'table.csv.gz')).rows, expected);
});

test('leaves out lines that are no rows, late ones too, and names each once', async () => {
  const late = `a,b\n${'1,2\n'.repeat(50_000)}1,2,3\n1\n`;
  const { rows, malformed } = await open(late);
  assert.is(rows.length, 50_000);
  assert.equal(
    malformed.map(({ line }) => line).sort((x, y) => x - y),
    [50_002, 50_003],
  );
  const { malformed: encoded } = await open(
    Buffer.from([97, 44, 98, 10, 0xff, 44, 49, 10, 49, 44, 50, 10]),
  );
  assert.equal(
    encoded.map(({ line }) => line),
    [2],
  );
});

test('takes the first line for the header, whatever the lines below it are', async () => {
  const { rows, malformed, columns } = await open('a,b\n1,2,3\n4,5,6\n7,8,9\n');
  assert.equal(columns, ['a', 'b']);
  assert.is(rows.length, 0);
  assert.is(malformed.length, 3);
  const titled = await open(`Prices\na,b\n${'1,2\n'.repeat(9)}`);
  assert.equal(titled.columns, ['Prices']);
});

test('answers what is no table with E_DATA, and an unknown ending with E_USAGE', async () => {
  assert.is(await complaintOf(''), 'E_DATA table.csv must be a table; got an empty file');
  assert.is(
    await complaintOf('a,b\n'),
    'E_DATA table.csv must have at least one row; got a header alone',
  );
  assert.match(
    await complaintOf('PAR1', 'table.parquet'),
    /^E_DATA table\.parquet must be a complete/,
  );
  assert.match(await complaintOf('a\n1\n', 'table.txt'), 'E_USAGE table.txt must end in .parquet');
  await withDatabase(ENGINE, (database) => openRawTable(database, 'nowhere.csv')).then(
    () => assert.unreachable(),
    (error: StageError) => assert.is(error.message, 'nowhere.csv must exist; got no such file'),
  );
});

test('keeps the types of a Parquet file', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'table.parquet');
    await withDatabase(ENGINE, async (database) => {
      await database.run(`COPY (SELECT 1 AS a, 'x' AS b, 'NaN'::DOUBLE AS c) TO '${file}'`);
      const { relation, readMalformedLines } = await openRawTable(database, file);
      assert.equal(
        relation.columns.map(({ kind }) => kind),
        ['number', 'text', 'number'],
      );
      assert.equal(await readMalformedLines(), []);
    });
    assert.ok(readFileSync(file).length > 0);
  });
});

test.run();
