import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import type { FileDatabase } from '../../lib/data/database.ts';
import { literal } from '../../lib/sql.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';

const ENGINE = { threads: 2, memoryMb: 256 };
const HEADER = 'x,colour,class\n';
const ROWS = Array.from({ length: 50 }, (_, i) => `${i / 4},c${i % 3},${i % 2}\n`).join('');
const TARGET = ['--set', 'base.target=class'];

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly folder: string;
}

/** Runs split on a file of this content and calls `look` while its outputs are there. */
async function splitFile(
  name: string,
  content: string | Uint8Array,
  args: readonly string[],
  look: (outcome: Outcome, database: FileDatabase) => unknown,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, name), content);
    const outcome = await runStageHere('split', ['--in', name, '--out', 'parts', ...args], folder);
    await withDatabase(ENGINE, async (database) => {
      await look({ ...outcome, folder }, database);
    });
  });
}

/** All parts of the folder as one table, part by part. */
function everyPart(folder: string, ending = 'parquet'): string {
  const part = (name: string): string =>
    `SELECT '${name}' AS part, * FROM ${literal(join(folder, 'parts', `${name}.${ending}`))}`;
  return ['train', 'valid', 'test'].map(part).join(' UNION ALL ');
}

async function complaintOf(
  name: string,
  content: string | Uint8Array,
  args: readonly string[] = TARGET,
): Promise<string> {
  let complaint = '';
  await splitFile(name, content, args, ({ code, stdout, stderr, folder }) => {
    assert.is(stdout, '');
    assert.not.ok(existsSync(join(folder, 'parts')), 'nothing is written');
    assert.equal(
      readdirSync(folder).filter((entry) => entry.startsWith('.partial')),
      [],
      'nothing is left behind',
    );
    complaint = `${code} ${stderr.split('\n').find((line) => line.startsWith('error')) ?? stderr}`;
  });
  return complaint;
}

const test = suite('stage split');

test('numbers the rows by their lines and writes each into one part, in the order of the file', async () => {
  await splitFile('a.csv', HEADER + ROWS, TARGET, async ({ code, stdout, folder }, database) => {
    assert.is(code, 0);
    assert.match(stdout, 'split: 32 train, 8 valid, 10 test rows, stratified by class (');
    assert.equal(readdirSync(join(folder, 'parts')).toSorted(), [
      'test.parquet',
      'train.parquet',
      'valid.parquet',
    ]);
    const rows = await database.query(everyPart(folder));
    assert.equal(
      rows.map((row) => row.row_id).toSorted((a, b) => Number(a) - Number(b)),
      Array.from({ length: 50 }, (_, i) => i + 2),
    );
    for (const { row_id: line, x, colour, class: label } of rows) {
      assert.equal(`${x},c${String(colour).slice(1)},${label}`, ROWS.split('\n')[Number(line) - 2]);
    }
    const train = rows.filter(({ part }) => part === 'train').map((row) => Number(row.row_id));
    assert.equal(
      train,
      train.toSorted((a, b) => a - b),
    );
    assert.equal(Object.keys(rows[0]), ['part', 'row_id', 'x', 'colour', 'class']);
  });
});

test('gives the same bytes on one thread, on two and on four, over several row groups', async () => {
  await inTemporaryFolder(async (folder) => {
    await withDatabase(ENGINE, async (database) => {
      await database.run(
        `COPY (SELECT i AS a, i % 7 AS class, sqrt(i) AS b FROM range(400000) AS r(i)) TO ${literal(join(folder, 'a.csv'))}`,
      );
    });
    const bytes = async (out: string, threads: number): Promise<string[]> => {
      const set = [...TARGET, '--set', `base.threads=${threads}`];
      const { code, stderr } = await runStageHere(
        'split',
        ['--in', 'a.csv', '--out', out, ...set],
        folder,
      );
      assert.is(code, 0, stderr);
      return ['train', 'valid', 'test'].map((part) =>
        readFileSync(join(folder, out, `${part}.parquet`), 'base64'),
      );
    };
    const first = await bytes('first', 2);
    assert.ok(first[0].length > 500_000);
    assert.equal(await bytes('one', 1), first);
    assert.equal(await bytes('four', 4), first);
  });
});

test('gives a Parquet table the same ids and parts as the CSV table of the same rows', async () => {
  await splitFile('a.csv', HEADER + ROWS, TARGET, async ({ folder }, database) => {
    const [csv, parquet] = [join(folder, 'a.csv'), join(folder, 'a.parquet')].map(literal);
    await database.run(`COPY (FROM ${csv}) TO ${parquet}`);
    const columns = 'SELECT part, row_id, x FROM';
    const expected = await database.query(`${columns} (${everyPart(folder)})`);
    await runStageHere('split', ['--in', 'a.parquet', '--out', 'parts', ...TARGET], folder);
    assert.equal(await database.query(`${columns} (${everyPart(folder)})`), expected);
  });
});

test('keeps an id that the table has, in its place', async () => {
  const content = 'x,row_id\n' + Array.from({ length: 20 }, (_, i) => `${i},r${i}\n`).join('');
  await splitFile('a.csv', content, [], async ({ stdout, folder }, database) => {
    assert.match(stdout, 'at random');
    const rows = await database.query(everyPart(folder));
    assert.equal(Object.keys(rows[0]), ['part', 'x', 'row_id']);
    assert.equal(new Set(rows.map((row) => row.row_id)).size, 20);
  });
});

test('stores whole numbers of a CSV in 32 bits where all of the column fit, in 64 where not', async () => {
  const content =
    'small,edge,large,share,day\n' +
    Array.from(
      { length: 20 },
      (_, i) => `${i},${i === 7 ? -2147483648 : i},${2147483648 + i},0.5,2020-01-0${(i % 9) + 1}\n`,
    ).join('');
  await splitFile('a.csv', content, [], async ({ folder }, database) => {
    const rows = await database.query(`DESCRIBE ${everyPart(folder)}`);
    assert.equal(
      rows.map((row) => row.column_type),
      ['VARCHAR', 'BIGINT', 'INTEGER', 'BIGINT', 'BIGINT', 'DOUBLE', 'DATE'],
    );
    const [{ low, high }] = await database.query(
      `SELECT min(edge) AS low, max(large) AS high FROM (${everyPart(folder)})`,
    );
    assert.equal([low, high], [-2147483648, 2147483667]);
  });
});

test('reads semicolons, CRLF, a byte order mark and cells that hold the delimiter', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${i};"a;b";${i % 2}\r\n`).join('');
  const content = `\uFEFFx;note;class\r\n${rows}`;
  await splitFile('a.csv', content, TARGET, async ({ code, folder }, database) => {
    assert.is(code, 0);
    const [row] = await database.query(
      `SELECT count(*) AS n, min(note) AS note, max(x) AS x FROM (${everyPart(folder)})`,
    );
    assert.equal(row, { n: 20, note: 'a;b', x: 19 });
  });
});

test('writes CSV when asked for it', async () => {
  const args = [...TARGET, '--set', 'split.format=csv'];
  await splitFile('a.csv', HEADER + ROWS, args, ({ folder }) => {
    const [header] = readFileSync(join(folder, 'parts', 'train.csv'), 'utf8').split('\n');
    assert.is(header, 'row_id,x,colour,class');
  });
});

test('waits for the report of validate, and refuses one that is missing or tells of a failure', async () => {
  const outcomes = [
    ['{"success": true}', 0, ''],
    ['{"success": false}', 3, 'v.json must tell of a success; got success false'],
    ['{"success', 3, 'v.json must be a JSON file; got '],
    ['', 3, 'v.json must be a JSON file; got an empty file'],
    [null, 3, 'v.json must exist; got no such file'],
  ] as const;
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'a.csv'), HEADER + ROWS);
    for (const [report, exit, message] of outcomes) {
      if (report === null) rmSync(join(folder, 'v.json'));
      else writeFileSync(join(folder, 'v.json'), report);
      const args = ['--in', 'a.csv', '--out', 'parts', '--validated', 'v.json', ...TARGET];
      const { code, stderr } = await runStageHere('split', args, folder);
      assert.is(code, exit, stderr);
      assert.match(stderr, message);
    }
  });
});

test('names what is wrong with a table, with exit 3', async () => {
  assert.is(
    await complaintOf('a.csv', ''),
    '3 error E_DATA: a.csv must be a table; got an empty file',
  );
  assert.is(
    await complaintOf('a.csv', HEADER),
    '3 error E_DATA: a.csv must have at least one row; got a header alone',
  );
  assert.is(
    await complaintOf('a.csv', `${HEADER}1,2,3\n4,5\n`),
    '3 error E_DATA: a.csv:3 must have 3 cells, as the header has; got 2',
  );
  // long enough to be read in two halves, whose lines are not those of the file
  const late = HEADER + ROWS.replaceAll('c1', 'c'.repeat(600)).repeat(1000) + 'many,c1,0\n';
  assert.ok(late.length > 2 ** 23);
  assert.is(
    await complaintOf('a.csv', late),
    '3 error E_DATA: a.csv:50002 column x must be DOUBLE, as in the rows before; got "many"',
  );
  assert.is(
    await complaintOf('a.csv', `${HEADER}1,c,0\n2,c,1\n3,c,1\n`),
    '3 error E_DATA: a.csv column class must have at least 2 rows of every class to be stratified; got 1 row of class 0',
  );
  assert.is(
    await complaintOf('a.csv', 'row_id,x\n1,1\n2,2\n2,3\n'),
    '3 error E_DATA: a.csv column row_id must identify every row; got 2 in 2 rows',
  );
  assert.is(
    await complaintOf('a.csv', 'row_id,x\n1,1\n,2\n2,3\n'),
    '3 error E_DATA: a.csv column row_id must identify every row; got 1 rows without a value',
  );
  assert.is(
    await complaintOf('a.csv', HEADER + ROWS, [
      ...TARGET,
      '--set',
      'split.train_size=30',
      '--set',
      'split.valid_size=10',
      '--set',
      'split.test_size=11',
    ]),
    '3 error E_DATA: a.csv must have the rows that split.train_size, valid_size and test_size add up to, at least one of them for train; got 50 rows for 51',
  );
  assert.match(
    await complaintOf('a.parquet', 'PAR1 but cut off'),
    /^3 error E_DATA: a\.parquet must be a complete Parquet file; got /,
  );
});

test('says problems between parameters before it looks for the table, with exit 2', async () => {
  await inTemporaryFolder(async (folder) => {
    const args = ['--in', 'nowhere.csv', '--set', 'split.train_size=0.9'];
    const { code, stderr } = await runStageHere('split', args, folder);
    assert.is(code, 2);
    assert.match(
      stderr,
      'train_size, valid_size and test_size must add up to 1 as shares; got 1.26',
    );
  });
});

test.run();
