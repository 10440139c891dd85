import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, withDatabase } from '../../../lib/data/database.ts';
import type { FileDatabase } from '../../../lib/data/database.ts';
import { copyStatement, openTable, openTables, writeTables } from '../../../lib/data/tables.ts';
import type { Row } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const ENGINE = { threads: 2, memoryMb: 256 };

async function withFile<T>(
  name: string,
  content: string | Uint8Array,
  use: (database: FileDatabase, file: string) => Promise<T>,
): Promise<T> {
  return await inTemporaryFolder(async (folder) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return await withDatabase(ENGINE, async (database) => await use(database, file));
  });
}

/** The rows of a CSV file of this content. */
async function rowsOf(content: string): Promise<Row[]> {
  return await withFile('a.csv', content, async (database, file) => {
    await openTable(database, file, 'a');
    return await database.query('FROM a');
  });
}

/** What is said of a file when it is opened and read; it is called FILE. */
async function refusalOf(name: string, content: string | Uint8Array): Promise<string> {
  return await withFile(name, content, async (database, file) => {
    const complaint = await complaintOf(async () => {
      await openTable(database, file, 'a');
      await database.query(`SELECT * FROM a WHERE hash(a) = 0`);
    });
    return complaint.replaceAll(file, 'FILE');
  });
}

const test = suite('tables');

test('reads semicolons, tabs, CRLF, a byte order mark, empty lines and quoted cells', async () => {
  const expected = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ];
  for (const content of [
    'a,b\n1,x\n2,y\n',
    'a;b\r\n1;x\r\n2;y\r\n',
    '\uFEFFa\tb\n1\tx\n2\ty',
    'a,b\n\n1,x\n\n2,y\n',
    '"a","b"\n"1","x"\n2,y\n',
  ]) {
    assert.equal(await rowsOf(content), expected, JSON.stringify(content));
  }
});

test('reads a quoted cell that comes long after the rows that show the dialect', async () => {
  const plain = Array.from({ length: 30_000 }, (_, i) => `${i},w${i}\n`).join('');
  const rows = await rowsOf(`a,b\n${plain}7,"x,\n""y"""\n`);
  assert.equal(rows.at(-1), { a: 7, b: 'x,\n"y"' });
});

test('takes the first line for the header, whatever the lines below it are', async () => {
  assert.is(
    await refusalOf('a.csv', 'a,b\n1,2\n3\n4,5,6\n'),
    'E_DATA: FILE:3 must have 2 cells, as the header has; got 1',
  );
  assert.is(
    await refusalOf('a.csv', 'a;b;c\n1;2;3\n4;5;6;7\n'),
    'E_DATA: FILE:3 must have 3 cells, as the header has; got 4',
  );
});

test('names line, column and value of a text among numbers', async () => {
  const numbers = Array.from({ length: 30_000 }, (_, i) => `${i},${i}\n`).join('');
  assert.is(
    await refusalOf('a.csv', `a,b\n${numbers}1,two\n`),
    'E_DATA: FILE:30002 column b must be BIGINT, as in the rows before; got "two"',
  );
  assert.is(
    await refusalOf('a.csv', 'a,b\n1,2\nx,3\n4,5\n'),
    'E_DATA: FILE column a must be a number; got "x" in row 2 (1 of 3 rows are texts)',
  );
});

test('refuses files that are missing, empty, a header alone, of another ending, or not UTF-8', async () => {
  await withDatabase(ENGINE, async (database) => {
    assert.is(
      await complaintOf(() => openTable(database, 'nowhere.csv', 'a')),
      'E_DATA: nowhere.csv must exist; got no such file',
    );
  });
  assert.is(await refusalOf('a.csv', ''), 'E_DATA: FILE must be a table; got an empty file');
  assert.is(
    await refusalOf('a.csv', 'a,b\n'),
    'E_DATA: FILE must have at least one row; got a header alone',
  );
  assert.is(
    await refusalOf('a.txt', 'a\n1\n'),
    'E_USAGE: FILE must end in .parquet, .csv, .csv.gz, .tsv',
  );
  assert.match(
    await refusalOf('a.csv', Uint8Array.of(0xff, 0xfe, 0x00, 0x62, 0x0a)),
    /^E_DATA: FILE:1 must be a well-formed CSV file; got "Invalid unicode/,
  );
});

test('names a Parquet file that is cut off at either end, or damaged anywhere', async () => {
  const whole = await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'whole.parquet');
    await withDatabase(ENGINE, async (database) => {
      const query = `SELECT i, sqrt(i) AS x, 'n' || (i % 50) AS s FROM range(20000) AS r(i)`;
      await database.copy([copyStatement(query, file)]);
    });
    return readFileSync(file);
  });
  const damaged = (from: number, to: number): Uint8Array => Buffer.from(whole).fill(7, from, to);
  for (const [what, bytes] of [
    ['without its end', whole.subarray(0, -9)],
    ['without its beginning', whole.subarray(5000)],
    ['of its magic alone', whole.subarray(-4)],
    ['with a damaged page', damaged(2000, 2500)],
    ['with a damaged footer', damaged(whole.length - 300, whole.length - 200)],
  ] as const) {
    assert.match(
      await refusalOf('a.parquet', bytes),
      /^E_DATA: (FILE|the input) must be a complete Parquet file; got /,
      what,
    );
  }
});

test('opens a folder of splits, fits on train, and refuses splits that differ', async () => {
  await inTemporaryFolder(async (folder) => {
    const write = (name: string, content: string): void =>
      writeFileSync(join(folder, name), content);
    await withDatabase(ENGINE, async (database) => {
      const opened = async (): Promise<string> =>
        (await complaintOf(() => openTables(database, folder))).replaceAll(folder, 'FOLDER');
      assert.is(
        await opened(),
        'E_DATA: FOLDER must hold train.parquet or train.csv; got no split',
      );
      write('valid.csv', 'a,b\n1,2\n');
      assert.is(await opened(), 'E_DATA: FOLDER must hold train.parquet or train.csv; got valid');
      write('train.csv', 'a,b\n3,4\n5,6\n');
      const { relations, fit, isFolder } = await openTables(database, folder);
      assert.equal([...relations.keys()], ['train', 'valid']);
      assert.is(fit, relations.get('train'));
      assert.ok(isFolder);
      write('test.csv', 'b,a\n1,2\n');
      assert.match(
        await opened(),
        'test.csv must have the columns of FOLDER/train.csv; got another order',
      );
      write('test.csv', 'a,c\n1,2\n');
      assert.match(await opened(), 'got no b, an extra c');
    });
  });
});

test('takes a column for texts that is said to hold them, whatever they look like', async () => {
  const content = 'n,text\n1,7.50\n2,\n3,2026-11-30\n4,8\n5,9\n';
  await withFile('a.csv', content, async (database, file) => {
    const { columns } = await openTable(database, file, 'a', ['text', 'nowhere']);
    assert.equal(
      columns.map(({ kind }) => kind),
      ['number', 'text'],
    );
    const rows = await database.query('FROM a');
    assert.equal(
      rows.map(({ text }) => text),
      ['7.50', null, '2026-11-30', '8', '9'],
    );
  });
  await withFile('a.csv', 'n,text\n1,7.50\n', async (database, file) => {
    await openTable(database, file, 'a', ['text']);
    assert.equal(await database.query('SELECT text FROM a'), [{ text: '7.50' }]);
  });
  assert.match(await refusalOf('a.csv', content), /column text must be a number; got "2026-11-30"/);
});

test('writes each table in the format and under the name of what was read', async () => {
  await inTemporaryFolder(async (folder) => {
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in', 'train.csv'), 'a\n1\n2\n');
    writeFileSync(join(folder, 'in', 'test.csv'), 'a\n3\n');
    const database = await openDatabase(ENGINE);
    const tables = await openTables(database, join(folder, 'in'));
    const out = join(folder, 'out');
    const counts = await writeTables(
      database,
      tables,
      out,
      ({ sql }) => `SELECT -a AS b FROM ${sql}`,
    );
    assert.equal(counts, { train: 2, test: 1 });
    assert.is(readFileSync(join(out, 'train.csv'), 'utf8'), 'b\n-1\n-2\n');
    assert.is(readFileSync(join(out, 'test.csv'), 'utf8'), 'b\n-3\n');
    database.close();
  });
});

test('names the line of the cell that lacks a quote', async () => {
  const says = (line: number): string =>
    `E_DATA: FILE:${line} must be a well-formed CSV file; got a cell with a quote at one end alone`;
  const rows = Array.from({ length: 300 }, (_, i) => `${i},"text, ""${i}""\nof two lines"`);
  const broken = [...rows.slice(0, 200), '200,"text\nof two lines', ...rows.slice(201)];
  const file = (cells: readonly string[]): string => `id,text\n${cells.join('\n')}\n`;
  assert.is(await refusalOf('a.csv', file(broken)), says(402));
  assert.is(await refusalOf('a.csv.gz', gzipSync(file(broken))), says(402));
  assert.is(await refusalOf('a.csv', file([...rows, '300,"text'])), says(602));
  assert.is(await refusalOf('a.csv', file(['0,"fine"', '1,"unclosed', '2,"fine"'])), says(3));
  assert.is(await refusalOf('a.csv', 'id,"text\n1,a\n2,b\n'), says(1));
  assert.is(await refusalOf('a.csv', file(['0,"a said "b" to c"', '1,"x"'])), says(2));
  assert.is(
    await refusalOf('a.csv', file([...rows.slice(0, 9), '9,a\nb"', ...rows.slice(10)])),
    says(21),
  );
});

test('says what to do about a quote that is found after the file was opened', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => `${i},"text"`);
  const content = `id,text\n${rows.join('\n')}\n30000,"text\n`;
  await withFile('a.csv', content, async (database, file) => {
    await openTable(database, file, 'a', ['text']);
    const refusal = database.query('SELECT count(text) FROM a').catch((error: unknown) => error);
    const { message, hint } = (await refusal) as { message: string; hint: string };
    assert.match(message, /a\.csv:30002 must be a well-formed CSV file; got "30000,\\"text/);
    assert.match(hint, 'ends with one');
  });
});

test('counts rows below the header where cells hold newlines', async () => {
  const rows = Array.from({ length: 9 }, (_, i) => `${i},"a\nb"`);
  assert.is(
    await refusalOf('a.csv', `id,text\n${[...rows, 'x,c'].join('\n')}\n`),
    'E_DATA: FILE column id must be a number; got "x" in row 10 (1 of 10 rows are texts)',
  );
});

test.run();
