import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../lib/data/database.ts';
import { copyStatement } from '../../../lib/data/tables.ts';
import { literal } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const DATABASE = new URL('../../../lib/data/database.ts', import.meta.url).href;

const test = suite('database');

test('writes the same bytes and learns the same sums on one thread, on two and on four', async () => {
  await inTemporaryFolder(async (folder) => {
    const source = join(folder, 'source.parquet');
    const run = async (threads: number): Promise<unknown[]> => {
      const database = await openDatabase({ threads, memoryMb: 256 });
      const files = ['a', 'b', 'c'].map((name) => join(folder, `${name}${threads}.parquet`));
      // row groups of uneven sizes, and filters that leave uneven chunks
      if (threads === 1) {
        await database.run(
          `COPY (SELECT i, sin(i) * exp(i % 40) AS x FROM range(600000) AS r(i)) TO ${literal(source)} (FORMAT parquet, ROW_GROUP_SIZE 70000)`,
        );
      }
      const rows = `FROM ${literal(source)}`;
      const counts = await database.copy([
        copyStatement(`${rows} WHERE md5(CAST(i AS VARCHAR)) < 'b'`, files[0]),
        copyStatement(`SELECT i, x / 3 AS y ${rows}`, files[1]),
        copyStatement(`${rows} WHERE i % 3 = 0`, files[2]),
      ]);
      assert.equal(counts.slice(1), [600000, 200000]);
      const [sums] = await database.queryInOrder(`SELECT sum(x) AS x, avg(x * x) AS xx ${rows}`);
      database.close();
      return [sums, counts, ...files.map((file) => readFileSync(file, 'base64'))];
    };
    const expected = await run(1);
    assert.equal(await run(2), expected);
    assert.equal(await run(4), expected);
  });
});

test('ends every copy before it tells of one that failed, and works on', async () => {
  await inTemporaryFolder(async (folder) => {
    const database = await openDatabase({ threads: 2, memoryMb: 256 });
    const broken = join(folder, 'broken.csv');
    await database.run(`COPY (SELECT 'x' AS a FROM range(9)) TO ${literal(broken)}`);
    const file = join(folder, 'whole.parquet');
    const complaint = await complaintOf(() =>
      database.copy([
        copyStatement(
          `FROM read_csv(${literal(broken)}, columns = {'a': 'INTEGER'})`,
          join(folder, 'no.csv'),
        ),
        copyStatement('SELECT i FROM range(300000) AS r(i)', file),
      ]),
    );
    assert.match(complaint, 'must be INTEGER, as in the rows before; got "x"');
    assert.equal(await database.query(`SELECT count(*) AS n FROM ${literal(file)}`), [
      { n: 300000 },
    ]);
    assert.equal(await database.query(`SELECT current_setting('threads') AS n`), [{ n: 2 }]);
    database.close();
  });
});

test('gives SQL a function of doubles, whole columns at a time', async () => {
  const database = await openDatabase({ threads: 2, memoryMb: 256 });
  database.registerDouble('half', (value) => value / 2);
  const [row] = await database.query(
    `SELECT sum(half(i)) AS total, half(NULL) AS nothing FROM range(5000) AS r(i)`,
  );
  assert.equal(row, { total: (4999 * 5000) / 4, nothing: null });
  database.close();
});

test('reads times with a zone as UTC has them, wherever the machine stands', () => {
  const script = `import { openDatabase } from ${JSON.stringify(DATABASE)};
    const database = await openDatabase({ threads: 2, memoryMb: 64 });
    const [row] = await database.query("SELECT CAST(CAST(TIMESTAMPTZ '2024-03-31 02:30:00+02' AS TIMESTAMP) AS VARCHAR) AS time");
    process.stdout.write(row.time);
    database.close();`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'Asia/Tokyo' },
  });
  assert.is(stdout, '2024-03-31 00:30:00');
});

test.run();
