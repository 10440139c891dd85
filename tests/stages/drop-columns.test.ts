import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import { readJson, readTable, refusalOf, writeTables } from '../support/table-stage.ts';

// `late` is constant in train alone, `flat` everywhere but in test
const SPLITS = {
  train:
    'SELECT i AS row_id, i AS x, 1 AS late, 7 AS flat, -i AS minus, i % 2 AS y FROM range(8) AS r(i)',
  valid:
    'SELECT i AS row_id, 2 AS x, i AS late, 7 AS flat, 0 AS minus, 1 AS y FROM range(4) AS r(i)',
  test: 'SELECT i AS row_id, 2 AS x, i AS late, i AS flat, 0 AS minus, 1 AS y FROM range(4) AS r(i)',
};
const FLAGS = ['--in', 'in', '--out', 'out', '--columns', 'c.json', '--set', 'base.target=y'];

const test = suite('stage drop-columns');

test('decides on train alone, and leaves the same columns out of every split', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    const set = ['--set', 'drop-columns.max_correlation=0.9'];
    const { code, stdout, stderr } = await runStageHere('drop-columns', [...FLAGS, ...set], folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'drop-columns: 3 dropped, 3 columns left (');
    assert.match(stderr, 'dropped minus: correlation -1 with x\n');
    assert.equal(readJson(folder, 'c.json'), {
      format: 'timberline-columns',
      version: 1,
      dropped: [
        { name: 'late', reason: 'constant', detail: 'one value in all rows' },
        { name: 'flat', reason: 'constant', detail: 'one value in all rows' },
        { name: 'minus', reason: 'correlation', detail: 'correlation -1 with x' },
      ],
    });
    for (const [part, n] of Object.entries({ train: 8, valid: 4, test: 4 })) {
      const rows = await readTable(join(folder, 'out', `${part}.parquet`));
      assert.equal(Object.keys(rows[0]), ['row_id', 'x', 'y'], part);
      assert.is(rows.length, n);
    }
  });
});

test('gives the same bytes again', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    const run = async (): Promise<Buffer[]> => {
      assert.is((await runStageHere('drop-columns', FLAGS, folder)).code, 0);
      return ['c.json', 'out/train.parquet', 'out/test.parquet'].map((file) => readFileSync(join(folder, file))); // prettier-ignore
    };
    assert.equal(await run(), await run());
  });
});

test('takes one CSV table to one Parquet table, and the other way round', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'a.csv'), 'x;note;z\r\n1;"a;b";0\r\n2;c;0\r\n');
    const run = async (input: string, output: string): Promise<void> => {
      const args = ['--in', input, '--out', output, '--columns', 'c.json'];
      assert.is((await runStageHere('drop-columns', args, folder)).code, 0);
    };
    await run('a.csv', 'b.parquet');
    assert.equal(await readTable(join(folder, 'b.parquet')), [
      { x: 1, note: 'a;b' },
      { x: 2, note: 'c' },
    ]);
    await run('b.parquet', 'c.csv');
    assert.is(readFileSync(join(folder, 'c.csv'), 'utf8'), 'x,note\n1,a;b\n2,c\n');
  });
});

test('says what it cannot do, with exit 3, and writes nothing', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    const refusal = async (...args: string[]): Promise<string> =>
      await refusalOf('drop-columns', [...FLAGS, ...args], folder);
    assert.is(
      await refusal('--set', 'drop-columns.columns=[xx]'),
      '3 error E_DATA: in/train.parquet must have the column xx; did you mean x?',
    );
    assert.is(
      await refusal('--set', 'drop-columns.columns=[y]'),
      '3 error E_DATA: drop-columns.columns must not name target or id; got y',
    );
    await writeTables(join(folder, 'in'), { valid: 'SELECT 1 AS row_id, 2 AS z' });
    assert.is(
      await refusal(),
      '3 error E_DATA: in/valid.parquet must have the columns of in/train.parquet; got no x, no late, no flat, no minus, no y, an extra z',
    );
    assert.not.ok(existsSync(join(folder, 'out')) || existsSync(join(folder, 'c.json')));
  });
});

test.run();
